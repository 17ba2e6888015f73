"""The Python names of Bokeh 0.7 to 0.12 over today's bokeh, for old scripts run unchanged.

Nothing of the process is changed: a script that uses an old name is compiled with its calls and
attributes of old names bridged, and imports through an ``__import__`` of its own. All other code
sees bokeh as it is. The way of a script:

    code > `rewrite` finds old names and bridges them > `names.OldNames` executes it
    its imports > `modules` > `table`: what took whose place      its objects > `models`, `glyphs`

A server looks at every script by `rewrite`; the rest is imported with the first old one.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hybridviz.compat.helpers import allow_helpers
    from hybridviz.compat.names import OldNames, OldNameWarning
    from hybridviz.compat.notebook import enable

__all__ = ("OldNameWarning", "OldNames", "allow_helpers", "enable")

_HOMES = {
    "OldNameWarning": "names",
    "OldNames": "names",
    "allow_helpers": "helpers",
    "enable": "notebook",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'hybridviz.compat' has no attribute {name!r}")
    return getattr(import_module(f"hybridviz.compat.{_HOMES[name]}"), name)
