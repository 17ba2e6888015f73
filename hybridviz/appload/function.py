"""A Python function as an app: called with each session's new document."""

from collections.abc import Callable, Sequence
from pathlib import Path
from types import FunctionType

from bokeh.document import Document

from hybridviz.appload.app import App
from hybridviz.appload.run import run_app


class FunctionApp(App):
    """A function that fills the document it is given.

    Args:
        function: called with the document, which is also its ``curdoc()``.
        route: URL path, such as ``/sliders``.
        args: what it sees as ``sys.argv[1:]``.
    """

    route = ""

    def __init__(
        self, function: Callable[[Document], object], route: str, args: Sequence[str] = ()
    ) -> None:
        self.route = route
        self._function = function
        self._file = (
            Path(function.__code__.co_filename) if isinstance(function, FunctionType) else None
        )
        self._argv = (str(self._file or route), *args)

    def run(self, document: Document) -> None:
        """Call the function; see `App`."""
        run_app(self.route, self._argv, document, self._function, self._file)
