"""The client: a script's own document, shown and kept in step by a server."""

from hybridviz.client.opening import pull_session, push_session, show_session
from hybridviz.client.session import ClientSession

__all__ = ("ClientSession", "pull_session", "push_session", "show_session")
