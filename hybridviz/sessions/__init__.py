"""Sessions: live documents, their callbacks and their viewers."""

from hybridviz.sessions.context import Request, SessionContext
from hybridviz.sessions.registry import SessionRegistry
from hybridviz.sessions.session import Session
from hybridviz.sessions.viewer import Viewer

__all__ = ("Request", "Session", "SessionContext", "SessionRegistry", "Viewer")
