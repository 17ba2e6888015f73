"""A Flask and gevent server for live Bokeh apps.

The public names are imported when they are first used: importing hybridviz loads neither Flask nor
gevent, so that a program can still choose how it runs.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hybridviz.config import Settings
    from hybridviz.runtime.active import offload
    from hybridviz.web.extension import HybridViz, create_app

__version__ = "0.1.0"

__all__ = ("HybridViz", "Settings", "__version__", "create_app", "offload")

_HOMES = {
    "HybridViz": "hybridviz.web.extension",
    "Settings": "hybridviz.config",
    "create_app": "hybridviz.web.extension",
    "offload": "hybridviz.runtime.active",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'hybridviz' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
