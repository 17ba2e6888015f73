"""A session that is made before its visitor comes, so that the visitor need not wait for the app.

Kept for each app on request (``--warm``, ``--reuse-sessions``). An app that looks at its visitor's
request cannot be run without one: its sessions are made as always.
"""

import logging
from collections.abc import Callable

from hybridviz.errors import HybridVizError
from hybridviz.runtime.base import Runtime
from hybridviz.sessions import Request, Session, SessionRegistry

log = logging.getLogger("hybridviz.web")

REST = 0.5
"""Seconds after a visitor has come before the next session is made: the visitor's page needs the
processor now.
"""
PATIENCE = 3.0
"""Seconds for which it also waits until that visitor has got the document: a browser has to load
BokehJS first.
"""


class ReadySession:
    """The session of one app that waits for a visitor.

    Args:
        registry: the app's sessions.
        build: lets the app fill a session's document.
        runtime: makes sessions while others are served.
        new_id: makes session ids.

    Attributes:
        session: the session that waits; None while there is none.
    """

    def __init__(
        self,
        registry: SessionRegistry,
        build: Callable[[Session], object],
        runtime: Runtime,
        new_id: Callable[[], str],
    ) -> None:
        self._registry = registry
        self._build = build
        self._runtime = runtime
        self._new_id = new_id
        self.session: Session | None = None
        self._making = False
        self._hopeless = False
        self._edition = 0

    def prepare(self) -> None:
        """Make a session if none waits; takes as long as the app does."""
        if self.session is not None or self._making or self._hopeless:
            return
        self._making, edition = True, self._edition
        try:
            session = self._make()
        finally:
            self._making = False
        if edition != self._edition:  # that was the old code
            if session is not None:
                self._registry.discard(session)
            self.prepare()
        elif session is not None:
            self._keep(session)

    def _make(self) -> Session | None:
        try:
            return self._registry.get_or_create(self._new_id(), self._build_kept)
        except HybridVizError:
            return None  # the app's error is in the log, and its next visitor runs it again

    def _keep(self, session: Session) -> None:
        if session.context.visited:
            log.info("= app %s looks at its visitors; none is kept ready", session.route)
            self._hopeless = True
            self._registry.discard(session)
        else:
            self.session = session
            session.encode_ahead()

    def take(self, request: Request) -> str | None:
        """Give the session that waits to a visitor and return its id; None if none waits."""
        session, self.session = self.session, None
        self._runtime.call_later(REST, self._prepare_next, session, self._runtime.now() + PATIENCE)
        if session is None or session.destroyed:
            return None
        session.context.adopt(request)
        session.kept = False
        self._registry.expire_later(session)
        return session.id

    def renew(self) -> None:
        """End the session that waits, whose code is out of date, and make another."""
        session, self.session = self.session, None
        self._edition += 1
        self._hopeless = False
        if session is not None:
            self._registry.discard(session)
        self._runtime.spawn(self.prepare)

    def _prepare_next(self, last: Session | None, deadline: float) -> None:
        """Make a session, once the visitor to whom the last one was given has its document."""
        waits = last is not None and not last.destroyed and not last.shown
        if waits and self._runtime.now() < deadline:
            self._runtime.call_later(REST, self._prepare_next, last, deadline)
        else:
            self.prepare()

    def _build_kept(self, session: Session) -> None:
        session.kept = True
        self._build(session)
