"""For tests of apps: a client in the test's own process that stands in for the browser.

No socket, no browser, no thread; time passes when the test says so. pytest finds the fixtures of
``plugin`` by itself, in every project; so names are imported when they are first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hybridviz.testing.changes import Change, Changes
    from hybridviz.testing.client import VizClient
    from hybridviz.testing.document_text import snapshot
    from hybridviz.testing.page import Page

__all__ = ("Change", "Changes", "Page", "VizClient", "snapshot")

_HOMES = {
    "Change": "hybridviz.testing.changes",
    "Changes": "hybridviz.testing.changes",
    "Page": "hybridviz.testing.page",
    "VizClient": "hybridviz.testing.client",
    "snapshot": "hybridviz.testing.document_text",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'hybridviz.testing' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
