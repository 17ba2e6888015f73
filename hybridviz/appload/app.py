"""The seam between what an app is made of and who serves it.

Served by web/, which runs an app once for each session; knows no session, request or socket.
"""

from pathlib import Path
from typing import Any, Protocol

from bokeh.document import Document

from hybridviz.appload.hooks import NO_HOOKS, Hooks


class App(Protocol):
    """Something that fills documents. Only a route and `run` must be there."""

    @property
    def route(self) -> str:
        """URL path, such as ``/sliders`` or ``/report/<int:id>``."""

    @property
    def hooks(self) -> Hooks:
        """What it wants to be called beside its runs."""
        return NO_HOOKS

    @property
    def static(self) -> Path | None:
        """Folder whose files are served below ``static/`` at its route."""
        return None

    @property
    def thumbnail(self) -> Path | None:
        """Picture that stands for it in the list of apps."""
        return None

    @property
    def title(self) -> str:
        """What people call it, as far as that is known without a run."""
        return ""

    @property
    def metadata(self) -> Any:
        """What the app tells about itself: a dictionary, a function that returns one, or None."""
        return None

    def run(self, document: Document) -> None:
        """Fill an empty document. Any number of runs may overlap, each with its own document.

        Raises:
            AppLoadError: the app's own code failed.
        """

    def refresh(self) -> bool:
        """Read the source again if it has changed on disk; return whether it has."""
        return False
