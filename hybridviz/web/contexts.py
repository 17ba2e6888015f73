"""Flask's contexts around code of apps: a fresh application context for each callback, and no
request, which ends long before a session does.

Called by the server, whose sessions run their code within `FlaskSurroundings`, and by views.
"""

import logging
from collections.abc import Callable
from contextvars import Context, copy_context
from typing import Any, TypeVar

from blinker import NamedSignal
from bokeh.document.events import DocumentPatchedEvent
from flask import Flask, has_app_context

from hybridviz.runtime.stages import Tally
from hybridviz.sessions import Session, SessionContext
from hybridviz.sessions.surroundings import Surroundings
from hybridviz.web import signals

log = logging.getLogger("hybridviz.web")

T = TypeVar("T")

FLASK = frozenset(("flask.app_ctx", "flask.request_ctx"))
"""Names of Flask's own ContextVars; there is no public way to leave its contexts for a while."""

OnException = Callable[[SessionContext, BaseException], Any]


def outside_request(call: Callable[..., T], *args: Any) -> T:
    """Call without any context of Flask's: what starts there does not keep the request."""
    if not has_app_context():
        return call(*args)
    bare = Context()
    for variable, value in copy_context().items():
        if variable.name not in FLASK:
            bare.run(variable.set, value)
    return bare.run(call, *args)


class FlaskSurroundings(Surroundings):
    """What surrounds the sessions of a Flask application.

    Args:
        app: the application.
        on_exception: called with the session's context and what one of its callbacks has raised.

    Attributes:
        made: sessions that were made, by the routes of their apps.
        failed: callbacks that have raised, likewise.
    """

    def __init__(self, app: Flask, on_exception: list[OnException]) -> None:
        self._app = app
        self._on_exception = on_exception
        self.made = Tally()
        self.failed = Tally()

    def within(self, call: Callable[..., T], *args: Any) -> T:
        """Call in an application context of its own, whose teardown functions run afterwards."""
        if not has_app_context():
            return self._in_context(call, *args)
        result: T = outside_request(self._in_context, call, *args)
        return result

    def outside(self, call: Callable[..., T], *args: Any) -> T:
        """Call without any context: a timer would have each of its ticks leave it anew."""
        return outside_request(call, *args)

    def _in_context(self, call: Callable[..., T], *args: Any) -> T:
        with self._app.app_context():
            return call(*args)

    def session_created(self, session: Session) -> None:
        self.made.add(session.route)
        self._tell(signals.session_created, session)

    def session_destroyed(self, session: Session) -> None:
        self._tell(signals.session_destroyed, session)

    def connection_opened(self, session: Session) -> None:
        self._tell(signals.connection_opened, session)

    def connection_lost(self, session: Session) -> None:
        self._tell(signals.connection_lost, session)

    def document_changed(self, session: Session, event: DocumentPatchedEvent) -> None:
        self._tell(signals.document_changed, session, event=event)

    def callback_failed(self, session: Session, error: BaseException) -> None:
        self.failed.add(session.route)
        for callback in tuple(self._on_exception):
            self._guarded(callback, session.context, error)
        self._tell(signals.callback_error, session, error=error)

    def _tell(self, signal: NamedSignal, session: Session, **more: Any) -> None:
        if not signal.receivers:
            return
        for receiver in tuple(signal.receivers_for(self._app)):
            self._guarded(_receive, receiver, self._app, session.context, more)

    def _guarded(self, call: Callable[..., object], *args: Any) -> None:
        try:
            self.within(call, *args)
        except (Exception, SystemExit) as error:
            log.error("! a receiver of a signal raised %r", error, exc_info=error)


def _receive(receiver: Any, app: Flask, context: SessionContext, more: dict[str, Any]) -> None:
    receiver(app, session_context=context, **more)
