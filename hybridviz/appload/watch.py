"""Whether the files of an app have changed since it was read: its own, and the modules that it has
imported from its directory.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType

Stamp = tuple[int, int, int]


class Watch:
    """The files of one app. Make it before any of its code runs.

    Args:
        root: the app's directory.
        files: files that count whether or not they are imported.
        folders: folders of which all files count.
    """

    def __init__(self, root: Path, files: Iterable[Path], folders: Iterable[Path] = ()) -> None:
        self._root = root
        self._files = tuple(files)
        self._folders = tuple(folders)
        self._foreign: frozenset[str] = frozenset()
        self._foreign = frozenset(name for name, _ in self._modules())  # they are others'
        self._stamps: dict[Path, Stamp] = {}
        self.changed()

    def changed(self) -> bool:
        """Return whether a file has changed or come since the last call, or a module has. One that
        cannot be read, as while an editor replaces it, counts as unchanged.
        """
        own = dict.fromkeys(self._own_files())
        loaded = {path: _stamp(path) for _, path in self._modules()}
        # Also modules that are not loaded any more: another app has had them forgotten, or they
        # could not be imported again.
        at_first = {**loaded, **self._stamps, **own}
        # A list, not any(): each is looked at, so that one change is told once.
        return True in [self._look(path, stamp) for path, stamp in at_first.items()]

    def forget_modules(self) -> None:
        """Have all modules that the app has imported from its directory read again when they are
        imported next: those that have changed, and those that import them.
        """
        for name, _ in list(self._modules()):
            del sys.modules[name]

    def _look(self, path: Path, at_first: Stamp | None) -> bool:
        stamp = _stamp(path)
        if stamp is None:
            return False
        known = self._stamps.get(path, at_first)
        self._stamps[path] = stamp
        return known != stamp

    def _own_files(self) -> Iterator[Path]:
        yield from self._files
        for folder in self._folders:
            for place, _, names in os.walk(folder):
                yield from (Path(place, name) for name in names)

    def _modules(self) -> Iterator[tuple[str, Path]]:
        for name, module in tuple(sys.modules.items()):
            if name not in self._foreign and not name.startswith("bokeh_app_"):
                path = _file_below(self._root, module)
                if path is not None:
                    yield name, path


def _file_below(root: Path, module: ModuleType) -> Path | None:
    """Return where a module's code is, if that is in a directory."""
    name = getattr(module, "__file__", None)
    # Most are elsewhere, which their texts tell a hundred times faster than their paths.
    if not isinstance(name, str) or not name.startswith(str(root)):
        return None
    path = Path(name)
    # An environment is often kept beside the app: what is installed in it is not the app's code.
    return path if root in path.parents and "site-packages" not in name else None


def _stamp(path: Path) -> Stamp | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
