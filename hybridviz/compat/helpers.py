"""Modules beside an old script, which may use old names as the script does."""

import ast
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from hybridviz.compat.names import OldNames
from hybridviz.compat.rewrite import has_old_names


class HelperLoader(SourceFileLoader):
    """Loads a module, with the old names if it uses any."""

    def exec_module(self, module: ModuleType) -> None:
        data = self.get_data(self.path)
        tree = ast.parse(data, self.path)
        code: CodeType = compile(data, self.path, "exec", dont_inherit=True)
        if has_old_names(tree):
            names = OldNames()
            names.add_to(module.__dict__)
            code = names.compile(tree, self.path)
        exec(code, module.__dict__)


class HelperFinder(MetaPathFinder):
    """Finds the modules in the directories of old scripts; all others are found as ever."""

    def __init__(self) -> None:
        self.directories: set[str] = set()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of a helper, or None; see `importlib.abc.MetaPathFinder`."""
        spec: Any = PathFinder.find_spec(fullname, path, target)
        if spec is None or not isinstance(spec.loader, SourceFileLoader):
            return None
        parents = {str(parent) for parent in Path(spec.loader.path).parents}
        if not parents & self.directories:
            return None
        spec.loader = HelperLoader(spec.loader.name, spec.loader.path)
        return spec  # type: ignore[no-any-return]


_finder = HelperFinder()


def allow_helpers(directory: Path) -> None:
    """Give old names to the modules in a directory, and below it, that are imported from now on."""
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)
    _finder.directories.add(str(directory.absolute()))
