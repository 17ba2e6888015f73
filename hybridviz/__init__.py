"""A Flask and gevent server for live Bokeh apps.

The public names are imported when they are first used: importing hybridviz loads neither Flask nor
gevent, so that a program can still choose how it runs.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hybridviz.client import ClientSession, pull_session, push_session
    from hybridviz.config import Settings
    from hybridviz.io import output_server, push, show
    from hybridviz.runtime.active import offload
    from hybridviz.web import signals
    from hybridviz.web.extension import HybridViz, create_app

__version__ = "0.1.0"

__all__ = (
    "ClientSession",
    "HybridViz",
    "Settings",
    "__version__",
    "create_app",
    "offload",
    "output_server",
    "pull_session",
    "push",
    "push_session",
    "show",
    "signals",
)

_HOMES = {
    "ClientSession": "hybridviz.client",
    "HybridViz": "hybridviz.web.extension",
    "Settings": "hybridviz.config",
    "create_app": "hybridviz.web.extension",
    "offload": "hybridviz.runtime.active",
    "output_server": "hybridviz.io",
    "pull_session": "hybridviz.client",
    "push": "hybridviz.io",
    "push_session": "hybridviz.client",
    "show": "hybridviz.io",
}


def __getattr__(name: str) -> Any:
    if name == "signals":
        return import_module("hybridviz.web.signals")
    if name not in _HOMES:
        raise AttributeError(f"module 'hybridviz' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
