"""Modules of bokeh as an old script imports them: today's, with the old names among theirs."""

import builtins
import importlib
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

from hybridviz.compat.table import MIRRORS, MODULES, gone, names_of, old_name

Warn = Callable[[str, str], None]


class OldModule(ModuleType):
    """A module with what it had once; everything else is that of today's.

    Args:
        name: the module.
        warn: called with an old name and its modern spelling.

    Raises:
        ImportError: there is no such module, or nothing has taken its place.
    """

    def __init__(self, name: str, warn: Warn) -> None:
        super().__init__(name)
        if (why := gone(name)) is not None and not _exists(name):
            raise ImportError(why, name=name)
        today = MIRRORS.get(name, "") if name in MODULES else name
        self.__dict__["_today"] = importlib.import_module(today) if today else None
        self.__dict__["_warn"] = warn
        for attr in ("__file__", "__doc__", "__path__"):
            if hasattr(self._today, attr):
                self.__dict__[attr] = getattr(self._today, attr)
        if name in MODULES and not today:
            self.__dict__["__all__"] = sorted(names_of(name))
        elif hasattr(self._today, "__all__"):
            self.__dict__["__all__"] = [*self._today.__all__, *sorted(_new_names(name, self))]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            return getattr(self._today, name)
        module = self.__name__
        if old := old_name(module, name):
            if not old.quiet:
                self._warn(f"{module}.{name}", old.modern)
            home, _, attr = old.home.partition(":")
            return getattr(importlib.import_module(home), attr)
        if (why := gone(module, name)) is not None and not hasattr(self._today, name):
            raise ImportError(why, name=module)
        found = self._find(name)
        return found if not _is_bokeh_module(found) else old_module(found.__name__, self._warn)

    def _find(self, name: str) -> Any:
        if hasattr(self._today, name):
            found = getattr(self._today, name)
            return _as_old(found) if self.__name__ == "bokeh.palettes" else found
        mirror = MIRRORS.get(self.__name__)
        if mirror and hasattr(importlib.import_module(mirror), name):
            return getattr(importlib.import_module(mirror), name)
        inner = f"{self.__name__}.{name}"
        if inner in MODULES:
            return old_module(inner, self._warn)
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")


class Palette(list[Any]):
    """A palette as it was, a list, that does what it can as the tuple that it is today."""

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        return Palette(found) if isinstance(key, slice) else found

    def __add__(self, other: Any) -> "Palette":
        return Palette([*self, *other]) if isinstance(other, list | tuple) else NotImplemented

    def __radd__(self, other: Any) -> "Palette":
        return Palette([*other, *self]) if isinstance(other, list | tuple) else NotImplemented

    def __mul__(self, times: Any) -> Any:
        return Palette(super().__mul__(times))

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(self))


def _as_old(palette: Any) -> Any:
    """Return palettes as they were, so that scripts can reverse and take from them."""
    if isinstance(palette, dict):
        return {name: _as_old(part) for name, part in palette.items()}
    return Palette(palette) if isinstance(palette, tuple) else palette


def _new_names(name: str, module: OldModule) -> set[str]:
    """Return the old names that ``import *`` gave."""
    return {old for old in names_of(name) if not hasattr(module._today, old)}


def _is_bokeh_module(value: Any) -> bool:
    return (
        isinstance(value, ModuleType)
        and not isinstance(value, OldModule)
        and value.__name__.partition(".")[0] == "bokeh"
    )


def _exists(name: str) -> bool:
    try:
        importlib.import_module(name)
    except ImportError:
        return False
    return True


def old_module(name: str, warn: Warn) -> OldModule:
    """Return a module of bokeh as an old script sees it."""
    return OldModule(name, warn)


def importer(warn: Warn) -> Callable[..., Any]:
    """Return an ``__import__`` that finds old names; see there for its arguments."""

    def import_module(
        name: str,
        globals: Mapping[str, object] | None = None,
        locals: Mapping[str, object] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        if level or name.partition(".")[0] != "bokeh":
            return builtins.__import__(name, globals, locals, fromlist or (), level)
        module = old_module(name, warn)
        if not fromlist:
            return old_module("bokeh", warn)
        for part in fromlist:
            if part != "*" and f"{name}.{part}" not in MODULES and not gone(f"{name}.{part}"):
                _import_submodule(module, part)
        return module

    return import_module


def _import_submodule(module: OldModule, part: str) -> None:
    """Import what ``from bokeh import plotting`` means, unless it is a name that is there."""
    if old_name(module.__name__, part) or hasattr(module._today, part):
        return
    inner = f"{module.__name__}.{part}"
    try:
        importlib.import_module(inner)
    except ModuleNotFoundError as missing:
        if missing.name != inner:
            raise
