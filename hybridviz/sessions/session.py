"""A session: one live document with its lock, its callbacks and its audience.

All that touches the document passes through `locked`, called by `commands` (what clients ask) or
`run` and its kin (anything else), or is a callback that these lead to. Knows no socket: a viewer is
an outbox and a way to close it.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from bokeh.document import Document
from bokeh.document.events import DocumentPatchedEvent
from bokeh.events import ConnectionLost

from hybridviz.bokeh_internals import (
    callbacks_of,
    curdoc_of,
    empty_modules,
    live_document,
    make_curdoc_local,
    release_document,
)
from hybridviz.core import messages
from hybridviz.errors import SessionDestroyed, SessionEnded, UnlockedChange
from hybridviz.runtime.active import active
from hybridviz.runtime.base import Runtime
from hybridviz.runtime.lock import SessionLock, apart
from hybridviz.runtime.scheduler import CallbackScheduler
from hybridviz.sessions.audience import Audience
from hybridviz.sessions.commands import Commands
from hybridviz.sessions.context import Request, SessionContext
from hybridviz.sessions.invoker import Invoker
from hybridviz.sessions.server_context import ServerContext
from hybridviz.sessions.snapshot import Snapshot
from hybridviz.sessions.surroundings import NOTHING, Surroundings
from hybridviz.sessions.viewer import Viewer

log = logging.getLogger("hybridviz.sessions")

T = TypeVar("T")

DESTROY_TIMEOUT = 2.0
"""Seconds that the end of a session waits for a callback that holds its lock."""


class Session:
    """One live document.

    Args:
        ident: session id, unique in its registry.
        route: path of its app, for the log.
        runtime: the clock and what runs tasks.
        request: the request it was made for.
        on_idle: called whenever the last viewer has left.
        server: what its app sees of all its sessions.
        surroundings: within what its app's code runs.

    Attributes:
        commands: what its clients may ask.
        ending: what they are told once it has ended.
        kept: whether it does not expire, although nobody views it.
        shown: whether anybody has pulled the document.
        last_used: when somebody has last used it or left it; what its app does does not count.
        on_change: called, with the lock held, for each change of the document.
        on_push: called with a document that a client has pushed, before its content is shown;
            what it raises refuses it.
    """

    def __init__(
        self,
        ident: str,
        route: str,
        runtime: Runtime,
        request: Request | None = None,
        on_idle: Callable[["Session"], None] | None = None,
        server: ServerContext | None = None,
        surroundings: Surroundings = NOTHING,
    ) -> None:
        make_curdoc_local()
        self.id = ident
        self.route = route
        self.destroyed = False
        self.ending: SessionDestroyed = SessionEnded("the session has ended")
        self.kept = False
        self.shown = False
        self.on_change: Callable[[], object] | None = None
        self.on_push: Callable[[Document], object] | None = None
        self.last_used = runtime.now()
        self.context = SessionContext(self, request or Request(), server)
        self.document = live_document(self, self.context)
        self._runtime = runtime
        self._on_idle = on_idle
        self._surroundings = surroundings
        self._announced = False
        self._audience = Audience(runtime, self._settle_later)
        self._lock = SessionLock(runtime, self._audience.flush)
        self._scheduler = CallbackScheduler(runtime, self._run_scheduled)
        self._snapshot = Snapshot()
        self.commands = Commands(self, self._audience, self._snapshot)
        self._invoker = Invoker(self, runtime, surroundings, self._snapshot)

    @property
    def viewers(self) -> Sequence[Viewer]:
        """The connections of this session."""
        return self._audience.viewers

    def touch(self) -> None:
        """Note that somebody uses the session."""
        self.last_used = self._runtime.now()

    # -- work of the app

    def run(self, call: Callable[..., Any], *args: Any) -> None:
        """Call with the document locked; what it raises is logged. Nothing happens once the session
        has ended.
        """
        self.locked(self._run, call, *args)

    def call(self, call: Callable[..., T], *args: Any) -> T:
        """Call with the document locked; return what it returns and raise what it raises.

        Raises:
            SessionDestroyed: the session has ended.
        """
        results: list[T] = []
        self.touch()
        self.locked(self._collect, results, call, *args)
        return results[0]

    def _collect(self, results: list[T], call: Callable[..., T], *args: Any) -> None:
        if self.destroyed:
            raise SessionDestroyed("the session has ended")
        try:
            results.append(call(*args))
        finally:
            self._snapshot.forget()

    def run_aside(
        self,
        call: Callable[[Document], Any],
        done: Callable[[Any], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        """Call ``call(document)`` with the document locked, as soon as that is free; do not wait.

        Args:
            done: told what ``call``, or the coroutine it returned, has returned.
            failed: told what it has raised, or that the session has ended.
        """
        apart(self._runtime.spawn, self.locked, self._run_aside, call, done, failed)

    def _run_aside(self, call: Any, done: Callable[[Any], None], failed: Any) -> None:
        try:
            if self.destroyed:
                raise SessionDestroyed("the session has ended")
            result = self._invoker.result_of(call, self.document)
        except self._runtime.endings:
            raise
        except BaseException as error:
            failed(error)
        else:
            done(result)

    def build(self, call: Callable[["Session"], object]) -> None:
        """Let an app fill the document; what it raises is raised here."""
        self.locked(self._invoker.build, call)

    def locked(self, call: Callable[..., None], *args: Any) -> None:
        """Call with the document locked, as `curdoc()`; what it raises is raised here, even if the
        session has ended.
        """
        token = active.set(self._runtime)
        try:
            with curdoc_of(self.document):
                self._lock.run(call, *args)
        finally:
            active.reset(token)

    def _run(self, call: Callable[..., Any], *args: Any) -> None:
        if not self.destroyed:
            self.invoke(call, *args)

    def encode_ahead(self) -> None:
        """Encode the document for a viewer who will come, unless he finds it changed. What cannot
        be encoded is told when he asks for it.
        """
        self.locked(self._encode_ahead)

    def _encode_ahead(self) -> None:
        if self.destroyed:
            return
        try:
            self._snapshot.take_ahead(self.document, self._audience.writer.new_id)
        except Exception as error:
            log.debug("= %s cannot be encoded: %r", self, error)

    def announce(self) -> None:
        """Tell the surroundings of the session, which is there for all from now on."""
        self._announced = True
        self._surroundings.session_created(self)

    def _run_scheduled(self, callback: Any) -> None:
        one_shot = not hasattr(callback, "period")
        if one_shot and not callbacks_of(self.document).forget_session_callback(callback):
            return
        if getattr(callback.callback, "nolock", False):
            self._invoker.invoke_unlocked(callback.callback)
        else:
            self.run(callback.callback)

    # -- what the document tells (bokeh_internals.DocumentListener)

    def document_changed(self, event: DocumentPatchedEvent) -> None:
        """Tell the audience; raise UnlockedChange if the running code does not hold the lock."""
        self._snapshot.forget()  # a change that is refused has been made already
        if not self._lock.held():
            raise UnlockedChange(
                "a document was changed outside of its session's callbacks; to change it from"
                " another thread or greenlet, use curdoc().add_next_tick_callback"
            )
        self.commands.changed(event)
        if self.on_change is not None:
            self.on_change()
        if self._announced:
            self._surroundings.document_changed(self, event)

    def invoke(self, callback: Callable[..., Any], *args: Any) -> None:
        """Call one callback of the app."""
        self._invoker.invoke(callback, *args)

    def callback_added(self, callback: Any) -> None:
        """Start a periodic, timeout or next-tick callback."""
        self._surroundings.outside(self._scheduler.add, callback)

    def callback_removed(self, callback: Any) -> None:
        """Stop one."""
        self._scheduler.remove(callback)

    # -- viewers

    def join(
        self, close: Callable[[int, str], None], page: str = "", *, may_push: bool = True
    ) -> Viewer:
        """Greet a new connection and return its viewer.

        Args:
            close: ends the connection with a close code and a reason, without blocking.
            page: what identifies its page across reconnects.
            may_push: whether it may replace the whole document.

        Raises:
            SessionDestroyed: the session has ended.
        """
        if self.destroyed:
            raise SessionDestroyed("the session has ended")
        viewer = Viewer(self._audience.outbox(), close, page, may_push)
        viewer.send(messages.ack(self._audience.writer))
        self._audience.viewers.append(viewer)
        self._surroundings.connection_opened(self)
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """Forget a connection that is over."""
        viewer.outbox.close()
        self.touch()
        self.run(self._leave, viewer)
        self._surroundings.connection_lost(self)
        if not self.viewers and self._on_idle is not None:
            self._on_idle(self)

    def _leave(self, viewer: Viewer) -> None:
        self._audience.leave(viewer)
        callbacks_of(self.document).trigger_event(ConnectionLost())

    def tell_stale(self, viewer: Viewer) -> None:
        """Tell a slow viewer that has caught up the values that were left out."""
        self._lock.run(self._audience.tell_stale, self.document, viewer)

    def _settle_later(self, delay: float) -> None:
        apart(self._runtime.call_later, delay, self._settle)

    def _settle(self) -> None:
        if not self.destroyed:
            self._lock.run(self._audience.settle, self.document)

    # -- the end

    def destroy(
        self, code: int = SessionEnded.close_code, reason: str = "the session has ended"
    ) -> None:
        """End the session: its destroy callbacks run, its connections are closed. Idempotent.

        A callback that holds the lock is waited for, but not longer than `DESTROY_TIMEOUT`.
        """
        if code != SessionEnded.close_code:
            self.ending = SessionDestroyed(reason)
        if not self._lock.run_within(DESTROY_TIMEOUT, self._destroy):
            log.warning("! %s ends while a callback is still running", self)
            self._destroy()
        elif not self._lock.held():  # no callback that has asked for the end goes on
            empty_modules(self.document)
        for viewer in tuple(self.viewers):
            viewer.close(code, reason)

    def _destroy(self) -> None:
        if self.destroyed:
            return
        self.destroyed = True
        self._invoker.begin_anew()
        self._scheduler.close()
        with curdoc_of(self.document):
            for callback in tuple(self.document.session_destroyed_callbacks):
                self.invoke(callback, self.context)
        release_document(self.document)
        log.debug("= %s destroyed", self)
        if self._announced:
            self._surroundings.session_destroyed(self)

    def __str__(self) -> str:
        return f"app={self.route} session={self.id}"
