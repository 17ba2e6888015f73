"""A Python script as an app: read once, run for each session in a fresh module of its own.

Runs are not serialised: what belongs to one run (module, arguments, ``curdoc()``) is found by
ContextVars and by name, and nothing of the process is changed for its duration.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import CodeType, ModuleType
from uuid import uuid4

from bokeh.document import Document

from hybridviz.appload.failure import load_error
from hybridviz.appload.run import run_app
from hybridviz.errors import AppLoadError


class ScriptApp:
    """A script file; its directory is on ``sys.path`` from now on.

    Args:
        path: the script.
        route: its URL path; by default made of the file's name.
        args: what it sees as ``sys.argv[1:]``.

    Raises:
        OSError: the file cannot be read.
    """

    def __init__(
        self, path: str | os.PathLike[str], route: str | None = None, args: Sequence[str] = ()
    ) -> None:
        self.path = Path(path).absolute()
        self.route = route or f"/{self.path.stem}"
        self._argv = (str(self.path), *args)
        self._code: CodeType | None = None
        self._read()
        directory = str(self.path.parent)
        if directory not in sys.path:
            sys.path.insert(0, directory)

    def run(self, document: Document) -> None:
        """Run the script with ``document`` as its ``curdoc()``; see `App`."""
        run_app(self.route, self._argv, document, self._execute, self.path)

    def refresh(self) -> bool:
        """Read the script again if it has changed; one that is gone counts as unchanged."""
        try:
            changed = _stamp(self.path) != self._stamp
            if changed:
                self._read()
            return changed
        except OSError:
            return False

    def syntax_error(self) -> AppLoadError | None:
        """Return why the script cannot be compiled, or None if it can."""
        if self._code is not None:
            return None
        try:
            self._compile()
        except Exception as error:
            return load_error(self.route, error, self.path)
        return None

    def _read(self) -> None:
        self._stamp = _stamp(self.path)
        self._source = self.path.read_bytes()
        try:
            self._code = self._compile()
        except Exception:
            self._code = None  # each run compiles again, and so raises the error afresh

    def _compile(self) -> CodeType:
        # From bytes: the compiler itself knows byte order marks and PEP 263 declarations.
        return compile(self._source, self.path, "exec", dont_inherit=True)

    def _execute(self, document: Document) -> None:
        code = self._code or self._compile()
        module = ModuleType(f"bokeh_app_{uuid4().hex}")
        module.__file__ = str(self.path)
        # Puts it into sys.modules, where dataclasses, pickling and get_type_hints look for the
        # module of a class by its name, for as long as the document lives.
        document.modules.add(module)
        try:
            exec(code, module.__dict__)
        except BaseException:
            del sys.modules[module.__name__]
            raise


def _stamp(path: Path) -> tuple[int, int, int]:
    status = path.stat()
    return status.st_mtime_ns, status.st_size, status.st_ino
