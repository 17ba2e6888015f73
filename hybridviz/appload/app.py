"""The seam between what an app is made of and who serves it.

Served by web/, which runs an app once for each session; knows no session, request or socket.
"""

from typing import Protocol

from bokeh.document import Document


class App(Protocol):
    """Something that fills documents."""

    @property
    def route(self) -> str:
        """URL path, such as ``/sliders``."""

    def run(self, document: Document) -> None:
        """Fill an empty document. Any number of runs may overlap, each with its own document.

        Raises:
            AppLoadError: the app's own code failed.
        """

    def refresh(self) -> bool:
        """Read the source again if it has changed on disk; return whether it has."""
