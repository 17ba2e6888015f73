"""The client: a script's own document, shown and kept in step by a server.

The names are imported when they are first used: a server, whose apps may import `hybridviz.io`,
needs of the client no more than `urls`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hybridviz.client.opening import pull_session, push_session, show_session
    from hybridviz.client.session import ClientSession

__all__ = ("ClientSession", "pull_session", "push_session", "show_session")


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'hybridviz.client' has no attribute {name!r}")
    home = "session" if name == "ClientSession" else "opening"
    return getattr(import_module(f"hybridviz.client.{home}"), name)
