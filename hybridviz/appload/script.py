"""A Python script or a notebook as an app: read once, run for each session in a fresh module.

Runs are not serialised: what belongs to one run (module, arguments, ``curdoc()``) is found by
ContextVars and by name, and nothing of the process is changed for its duration.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from bokeh.document import Document

from hybridviz.appload.app import App
from hybridviz.appload.face import picture
from hybridviz.appload.failure import load_error
from hybridviz.appload.run import run_app
from hybridviz.appload.source import Source
from hybridviz.appload.watch import Watch
from hybridviz.errors import AppLoadError


class ScriptApp(App):
    """A script file or a notebook; its directory is on ``sys.path`` from now on.

    Args:
        path: the file.
        route: its URL path; by default made of the file's name.
        args: what it sees as ``sys.argv[1:]``.

    Raises:
        OSError: the file cannot be read.
    """

    route = ""

    def __init__(
        self, path: str | os.PathLike[str], route: str | None = None, args: Sequence[str] = ()
    ) -> None:
        self.path = Path(path).absolute()
        self.route = route or f"/{self.path.stem}"
        self._argv = (str(self.path), *args)
        self._watch = Watch(self.path.parent, [self.path])
        self._source = Source(self.path)
        add_to_path(self.path.parent)

    def run(self, document: Document) -> None:
        """Run the script with ``document`` as its ``curdoc()``; see `App`."""
        run_app(self.route, self._argv, document, self._source.run, self.path)

    @property
    def title(self) -> str:
        """The title that its code sets."""
        return self._source.title

    @property
    def thumbnail(self) -> Path | None:
        """The picture beside it that has its name."""
        return picture(self.path.with_suffix(""))

    def refresh(self) -> bool:
        """Read the script again if it, or a module beside it, has changed."""
        if not self._watch.changed():
            return False
        self._watch.forget_modules()
        try:
            self._source = Source(self.path)
        except OSError:
            return False
        return True

    def problem(self) -> AppLoadError | None:
        """Return why the file cannot be compiled, or None if it can."""
        try:
            self._source.check()
        except Exception as error:
            return load_error(self.route, error, self.path)
        return None


def add_to_path(directory: Path) -> None:
    """Put a directory on ``sys.path``, once and for good."""
    if str(directory) not in sys.path:
        sys.path.insert(0, str(directory))
