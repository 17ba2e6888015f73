"""The document space: what is served at ``/``, documents that are known by their session ids."""

from collections.abc import Callable

from bokeh.document import Document

from hybridviz.appload.app import App
from hybridviz.appload.failure import load_error

SPACE = "/"
"""Where documents are that are known by their session ids."""
DOCUMENTS = "documents"
"""What tokens of documents open. Those of apps open a route, which begins with a slash."""
EMBEDDED = "embedded"
"""What tokens of old clients' documents in pages of other sites open."""


class DocumentSpace(App):
    """The app that shows, for all users, what is stored.

    Args:
        fill: fills a new session's document with what is stored under its id, if anything is.
    """

    route = SPACE

    def __init__(self, fill: Callable[[Document], object]) -> None:
        self._fill = fill

    def run(self, document: Document) -> None:
        """Show what is stored; a client may push something else.

        Raises:
            AppLoadError: it cannot be read.
        """
        try:
            self._fill(document)
        except Exception as error:
            raise load_error(SPACE, error, None) from error
