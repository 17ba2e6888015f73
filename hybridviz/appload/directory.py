"""A directory as an app: ``main.py`` or ``main.ipynb``, and beside it what it needs.

``theme.yaml`` is its theme, ``templates/index.html`` its page, ``static/`` its files, and with an
``__init__.py`` it is a package whose modules it may import relatively. For hooks see ``hooks``.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from uuid import uuid4

from bokeh.document import Document
from bokeh.themes import Theme
from jinja2 import Environment, FileSystemLoader, Template

from hybridviz.appload.app import App
from hybridviz.appload.face import picture
from hybridviz.appload.hooks import FILES, NO_HOOKS, Hooks, hook_files, load_hooks
from hybridviz.appload.run import run_app
from hybridviz.appload.script import add_to_path
from hybridviz.appload.source import Source
from hybridviz.appload.watch import Watch
from hybridviz.errors import AppLoadError

MAIN = ("main.py", "main.ipynb")
OTHERS = ("__init__.py", "theme.yaml", *FILES)
FOLDERS = ("templates", "static")


def main_file(directory: Path) -> Path | None:
    """Return the file that a directory's app starts with; the script if there are two."""
    return next((directory / name for name in MAIN if (directory / name).is_file()), None)


class DirectoryApp(App):
    """An app in a directory, which is on ``sys.path`` from now on.

    Code that runs once, in ``__init__.py`` and the hooks, runs now. What is wrong with it, with the
    theme or with the template is found now and raised by each run.

    Args:
        path: the directory; it has a `main_file`.
        route: its URL path; by default made of the directory's name.
        args: what it sees as ``sys.argv[1:]``.

    Raises:
        OSError: the main file cannot be read.
    """

    def __init__(
        self, path: str | os.PathLike[str], route: str | None = None, args: Sequence[str] = ()
    ) -> None:
        self.path = Path(path).absolute()
        self.route = route or f"/{self.path.name}"
        self._args = tuple(args)
        files = [self.path / name for name in (*MAIN, *OTHERS)]
        self._watch = Watch(self.path, files, [self.path / name for name in FOLDERS])
        add_to_path(self.path)
        self._read()

    route = ""
    hooks: Hooks = NO_HOOKS

    @property
    def title(self) -> str:
        """The title that its main file sets."""
        return self._main.title

    @property
    def thumbnail(self) -> Path | None:
        """The picture ``thumbnail`` in the directory or in its ``static``."""
        return picture(self.path / "thumbnail") or picture(self.path / "static" / "thumbnail")

    @property
    def static(self) -> Path | None:
        """The directory's ``static``, if it has one."""
        folder = self.path / "static"
        return folder if folder.is_dir() else None

    def run(self, document: Document) -> None:
        """Run the main file with ``document`` as its ``curdoc()``; see `App`."""
        if self._problem is not None:
            raise self._problem.again()
        if self._theme is not None:
            document.theme = self._theme
        if self._template is not None:
            document.template = self._template
        run_app(self.route, self._argv, document, self._execute, self._main.path)

    def refresh(self) -> bool:
        """Read all again if a file of the app, or a module in its directory, has changed."""
        if not self._watch.changed():
            return False
        self._watch.forget_modules()
        try:
            self._read()
        except OSError:
            return False
        return True

    def problem(self) -> AppLoadError | None:
        """Return why no run of the app can succeed, or None."""
        return self._problem

    def _read(self) -> None:
        self._main = Source(main_file(self.path) or self.path / MAIN[0])
        self._argv = (str(self._main.path), *self._args)
        self.hooks = NO_HOOKS
        self._theme: Theme | None = None
        self._template: Template | None = None
        self._package = ""
        self._problem: AppLoadError | None = None
        try:
            run_app(self.route, self._argv, Document(), self._read_parts, self._main.path)
        except AppLoadError as error:
            self._problem = error

    def _read_parts(self, document: Document) -> None:
        self._main.check()
        self._package = self._make_package()
        self._theme = _theme(self.path / "theme.yaml")
        self._template = _template(self.path / "templates")
        self.hooks = load_hooks(hook_files(self.path), self._package)

    def _make_package(self) -> str:
        """Return the name of the package that the directory is, or nothing if it is none."""
        path = self.path / "__init__.py"
        if not path.is_file():
            return ""
        package = ModuleType(f"bokeh_app_{uuid4().hex}")
        package.__path__ = [str(self.path)]
        package.__package__ = package.__name__
        sys.modules[package.__name__] = package
        Source(path).execute(package)
        return package.__name__

    def _execute(self, document: Document) -> None:
        self._main.run(document, self._package)


def _theme(path: Path) -> Theme | None:
    if not path.is_file():
        return None
    try:
        return Theme(filename=str(path))
    except Exception as error:  # YAML's own errors too
        raise ValueError(f"{path} is no theme: {error}") from None


def _template(folder: Path) -> Template | None:
    if not (folder / "index.html").is_file():
        return None
    return Environment(loader=FileSystemLoader(str(folder))).get_template("index.html")
