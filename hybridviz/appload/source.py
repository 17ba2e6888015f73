"""The code in a file, a script or a notebook: read and compiled once, executed again and again."""

import ast
import linecache
import sys
from pathlib import Path
from types import CodeType, ModuleType
from uuid import uuid4

from bokeh.document import Document

from hybridviz import compat
from hybridviz.appload.face import written_title
from hybridviz.appload.notebook import code_cells
from hybridviz.compat.made import add_made
from hybridviz.compat.rewrite import has_old_names

NOTEBOOK = ".ipynb"
AST = ast.PyCF_ONLY_AST


class Source:
    """The code in one file.

    Args:
        path: a Python script, or a notebook of which the code cells are taken.

    Raises:
        OSError: the file cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._data = path.read_bytes()
        self.title = ""
        self._parts: list[CodeType] | None = None
        self._old_names: compat.OldNames | None = None
        try:
            self._parts = self._compile()
        except Exception:
            self._parts = None  # each use compiles again, and so raises the error afresh

    def check(self) -> None:
        """Raise what is wrong with the code, such as a SyntaxError."""
        if self._parts is None:
            self._compile()

    def execute(self, module: ModuleType) -> None:
        """Execute the code in a module. What it raises is raised."""
        module.__file__ = str(self.path)
        parts = self._parts or self._compile()
        if self._old_names is not None:
            self._old_names.add_to(module.__dict__)
        for part in parts:
            exec(part, module.__dict__)

    def run(self, document: Document, package: str = "") -> None:
        """Execute the code in a new module that lives as long as the document.

        Args:
            document: whose module it is.
            package: name of the package that relative imports start from.
        """
        module = ModuleType(f"bokeh_app_{uuid4().hex}")
        if package:
            module.__package__ = package
        # Puts it into sys.modules, where dataclasses, pickling and get_type_hints look for the
        # module of a class by its name.
        document.modules.add(module)
        try:
            self.execute(module)
        except BaseException:
            del sys.modules[module.__name__]
            raise
        if self._old_names is not None:
            add_made(document)

    def _compile(self) -> list[CodeType]:
        if self.path.suffix == NOTEBOOK:
            cells = code_cells(self._data.decode("utf-8"))
            return [self._compile_cell(number, cell) for number, cell in cells]
        # From bytes: the compiler itself knows byte order marks and PEP 263 declarations.
        return [self._compile_tree(compile(self._data, self.path, "exec", AST, True), self.path)]

    def _compile_cell(self, number: int, text: str) -> CodeType:
        name = f"{self.path}, cell {number}"
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        return self._compile_tree(compile(text, name, "exec", AST, True), name)

    def _compile_tree(self, tree: ast.Module, name: Path | str) -> CodeType:
        self.title = self.title or written_title(tree)
        if self._old_names is None and has_old_names(tree):
            self._old_names = compat.OldNames()
            compat.allow_helpers(self.path.parent)
        if self._old_names is not None:
            return self._old_names.compile(tree, str(name))
        return compile(tree, name, "exec", dont_inherit=True)
