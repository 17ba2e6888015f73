"""The sessions of one app, by id: each made exactly once, however many requests ask for it, and
ended when unused.
"""

import logging
from collections.abc import Callable, Iterator

from hybridviz.errors import SessionDestroyed, SessionEnded
from hybridviz.runtime.base import Event, Runtime, Timer
from hybridviz.sessions.context import Request
from hybridviz.sessions.server_context import ServerContext
from hybridviz.sessions.session import Session
from hybridviz.sessions.surroundings import NOTHING, Surroundings

log = logging.getLogger("hybridviz.sessions")


class _Making:
    """A session that is being made; others wait for the event."""

    def __init__(self, ready: Event) -> None:
        self.ready = ready
        self.error: BaseException | None = None


class SessionRegistry:
    """Live sessions of one app.

    Args:
        route: path of the app.
        runtime: the clock and what runs tasks.
        lifetime: seconds for which a session without viewers is kept.
        surroundings: within what the app's code runs.
    """

    def __init__(
        self,
        route: str,
        runtime: Runtime,
        lifetime: float,
        surroundings: Surroundings = NOTHING,
    ) -> None:
        self._route = route
        self._runtime = runtime
        self._lifetime = lifetime
        self._sessions: dict[str, Session | _Making] = {}
        self._expiries: dict[str, Timer] = {}
        self._guard = runtime.lock()
        self._surroundings = surroundings
        self.context = ServerContext(route, self, runtime, surroundings)
        self._closed = False

    def __iter__(self) -> Iterator[Session]:
        return (s for s in tuple(self._sessions.values()) if isinstance(s, Session))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def get(self, ident: str) -> Session | None:
        """Return the live session with that id, or None."""
        session = self._sessions.get(ident)
        return session if isinstance(session, Session) else None

    def in_the_making(self) -> list[tuple[str, Event]]:
        """Return the ids of sessions whose apps run now, and the events of their ends."""
        found = tuple(self._sessions.items())
        return [(ident, item.ready) for ident, item in found if isinstance(item, _Making)]

    def get_or_create(
        self, ident: str, build: Callable[[Session], object], request: Request | None = None
    ) -> Session:
        """Return the session with that id; if there is none, make it.

        Args:
            ident: session id.
            build: fills ``session.document``; called at most once, with the session's lock held, by
                the first who asks. What it raises reaches all who wait, and no session is kept.
            request: what the app sees as ``curdoc().session_context.request``.

        Raises:
            SessionDestroyed: the server is shutting down.
        """
        while True:
            if isinstance(found := self._sessions.get(ident), Session):
                return found
            making, first = self._claim(ident)
            if first:
                return self._make(ident, making, build, request)
            making.ready.wait()
            if making.error is not None:
                raise making.error

    def _claim(self, ident: str) -> tuple[_Making, bool]:
        self._guard.acquire()
        try:
            if self._closed:
                raise SessionDestroyed("the server is shutting down")
            found = self._sessions.get(ident)
            if isinstance(found, _Making):
                return found, False
            making = _Making(self._runtime.event())
            if isinstance(found, Session):
                making.ready.set()
                return making, False
            self._sessions[ident] = making
            return making, True
        finally:
            self._guard.release()

    def _make(
        self,
        ident: str,
        making: _Making,
        build: Callable[[Session], object],
        request: Request | None,
    ) -> Session:
        session = Session(
            ident,
            self._route,
            self._runtime,
            request,
            self.expire_later,
            self.context,
            self._surroundings,
        )
        try:
            session.build(build)
        except BaseException as error:
            making.error = error
            self._sessions.pop(ident, None)
            session.destroy()
            raise
        else:
            self._sessions[ident] = session
        finally:
            making.ready.set()
        log.debug("= %s made", session)
        session.announce()
        self.expire_later(session)
        if self._closed:
            session.destroy()
        return session

    def expire_later(self, session: Session) -> None:
        """End a session that nobody views once its lifetime is over."""
        if session.id not in self._expiries and not session.destroyed:
            self._look_again(session, self._lifetime)

    def _look_again(self, session: Session, delay: float) -> None:
        self._expiries[session.id] = self._runtime.call_later(delay, self._expire, session)

    def _expire(self, session: Session) -> None:
        self._expiries.pop(session.id, None)
        if session.viewers or session.destroyed or session.kept:
            return
        idle = self._runtime.now() - session.last_used
        if idle < self._lifetime:
            self._look_again(session, self._lifetime - idle)
            return
        log.info("= %s is unused and ends", session)
        self.discard(session)

    def discard(
        self,
        session: Session,
        code: int = SessionEnded.close_code,
        reason: str = "the session has ended",
    ) -> None:
        """End one session now."""
        self._sessions.pop(session.id, None)
        if (expiry := self._expiries.pop(session.id, None)) is not None:
            expiry.cancel()
        session.destroy(code, reason)

    def close(self, code: int = 1001, reason: str = "the server is shutting down") -> None:
        """End all sessions; none can be made any more. Idempotent."""
        self._closed = True
        self.context.close()
        tasks = [self._runtime.spawn(self.discard, session, code, reason) for session in self]
        for task in tasks:
            task.join()
