"""What one script sees of Bokeh: its builtins, with an ``__import__`` and bridges of its own."""

import ast
import builtins
import sys
import warnings
from types import CodeType
from typing import Any

from hybridviz.compat.models import bridge_call, bridge_value
from hybridviz.compat.modules import importer
from hybridviz.compat.rewrite import CALL, OF, bridge


class OldNameWarning(FutureWarning):
    """A script uses a name that Bokeh has no more."""


class OldNames:
    """The old names for one script. It is told the modern spelling of each, once."""

    def __init__(self) -> None:
        self._told: set[str] = set()
        self.builtins: dict[str, Any] = {
            **vars(builtins),
            "__import__": importer(self._warn),
            CALL: self._call,
            OF: self._of,
        }

    def compile(self, tree: ast.Module, name: str) -> CodeType:
        """Return the code of a script with its old names bridged.

        Args:
            tree: the script; it is changed.
            name: of its file.
        """
        return compile(bridge(tree), name, "exec", dont_inherit=True)

    def add_to(self, namespace: dict[str, Any]) -> None:
        """Let code that is executed in a namespace find the names."""
        namespace["__builtins__"] = self.builtins

    def _call(self, function: Any) -> Any:
        return bridge_call(function, self._warn)

    def _of(self, value: Any) -> Any:
        return bridge_value(value, self._warn)

    def _warn(self, old: str, modern: str) -> None:
        if old in self._told:
            return
        self._told.add(old)
        text = f"{old} is an old name of Bokeh; today: {modern}"
        file, line = self._place()
        warnings.warn_explicit(text, OldNameWarning, file, line)

    def _place(self) -> tuple[str, int]:
        """Return where the script is."""
        frame = sys._getframe(2)
        while frame.f_back and frame.f_builtins is not self.builtins:
            frame = frame.f_back
        return frame.f_code.co_filename, frame.f_lineno
