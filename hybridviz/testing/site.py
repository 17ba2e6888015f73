"""A server under test: its virtual clock, the pages that are open, and what its callbacks raise.

All clients of one application share one site. Knows pages only as something that takes a turn.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from hybridviz.config import Settings
from hybridviz.errors import AppLoadError, ConfigError
from hybridviz.runtime.manual import ManualRuntime
from hybridviz.sessions import Session
from hybridviz.testing.clock import take_over
from hybridviz.testing.failures import Failures, raise_all
from hybridviz.web.extension import create_app
from hybridviz.web.served import ServedApp

EXTENSION = "hybridviz.testing"
MOST_TURNS = 100
"""How often tasks may put others off at one time; a callback that adds itself as next tick for ever
goes on with the next thing that the test does.
"""
EPSILON = 1e-6
"""Seconds by which a timer may be late: periods add up with rounding errors."""

ALONE = Settings(secret_key="for tests alone", store="memory:")
"""Settings of a server that nobody configures: nothing of it outlives the test."""


class Open(Protocol):
    """A page that is open."""

    def turn(self) -> bool:
        """Let both ends of its line do what there is to do; return whether there was anything."""

    def close(self) -> object: ...


class Site:
    """One application and its clients.

    Args:
        app: a Flask application with a HybridViz server.
        owned: whether the application was made here and ends with the site.

    Attributes:
        clock: the virtual clock.
        pages: those that are open.
        errors: what callbacks have raised since the test began.
        raise_errors: whether to raise it as well.
    """

    def __init__(self, app: Any, owned: bool) -> None:
        self.app = app
        self.viz = app.extensions["hybridviz"]
        self.clock = ManualRuntime(start=self.viz.runtime.now())
        self.pages: list[Open] = []
        self.errors: list[BaseException] = []
        self.raise_errors = True
        self.failures = Failures()
        self._owned = owned
        self._users = 0
        self._acting = False
        self._before = {session for served in self._served() for session in served.registry}
        self._give_back = take_over(self.viz.runtime, self.clock, self._served())

    @classmethod
    def of(cls, source: Any, settings: Settings | None = None) -> "Site":
        """Return the site of an application, or of what one can be made of; `leave` it later.

        Args:
            source: a Flask application, or what ``create_app(apps=...)`` takes: a path, a function,
                a Bokeh application, or several of them by their routes.
            settings: of the application that is made.

        Raises:
            ConfigError: the application has no HybridViz server, or the source is no app.
        """
        owned = not hasattr(source, "test_client")
        app = _make(source, settings) if owned else source
        if "hybridviz" not in app.extensions:
            raise ConfigError(f"{app!r} serves no live apps: HybridViz(app, apps=[...]) adds some")
        site: Site = app.extensions.get(EXTENSION) or cls(app, owned)
        app.extensions[EXTENSION] = site
        site._users += 1
        return site

    def _served(self) -> list[ServedApp]:
        return list(self.viz.served.values())

    def leave(self) -> None:
        """Tell that one client less is here. With the last one all sessions of the test end, and
        the application has its own clock again.
        """
        self._users -= 1
        if self._users:
            return
        for page in tuple(self.pages):
            page.close()
        if self._owned:
            self.viz.close()
        else:
            self._end_sessions()
        self._give_back()
        self.clock.close()
        del self.app.extensions[EXTENSION]

    def _end_sessions(self) -> None:
        for served in self._served():
            for session in served.registry:
                if session not in self._before:
                    served.registry.discard(session)

    def session(self, ident: str) -> Session | None:
        """Return a live session, of whatever app."""
        found = (served.registry.get(ident) for served in self._served())
        return next((session for session in found if session is not None), None)

    def watch(self, ident: str) -> None:
        """Note what callbacks of a session raise."""
        session = self.session(ident)
        if session is not None and self.failures.add not in session.context.exception_callbacks:
            session.context.on_exception(self.failures.add)

    def load_failures(self) -> dict[str, AppLoadError]:
        """Return what the last runs of apps raised, by their routes."""
        return {
            served.route: served.failure for served in self._served() if served.failure is not None
        }

    # -- what tests do

    @contextmanager
    def acting(self) -> Iterator[None]:
        """Around all that a test does: when it is done, all ends have heard of it, and what
        callbacks have raised is raised.
        """
        if self._acting:
            yield
            return
        self._acting = True
        try:
            with _no_running_loop(), self.failures:
                yield
                self._settle()
        finally:
            self._acting = False
            raised = self.failures.take()
            self.errors.extend(raised)
        if self.raise_errors:
            raise_all(raised)

    def _settle(self) -> None:
        for _ in range(MOST_TURNS):
            busy = self._run_ready()
            for page in tuple(self.pages):
                busy |= page.turn()
            if not busy:
                return

    def _run_ready(self) -> bool:
        busy = False
        while self.clock.run_due(self.clock.now()):
            busy = True
        for _ in range(self.clock.ready):
            self.clock.run_next()
            busy = True
        return busy

    def advance(self, seconds: float) -> None:
        """Let time pass; what falls due runs at its own time, and pages hear of it then."""
        end = self.clock.now() + seconds
        self._settle()
        while self.clock.run_due(end + EPSILON):
            self._settle()
        self.clock.skip_to(end)


def _make(source: Any, settings: Settings | None) -> Any:
    if getattr(source, "__name__", "") == "<lambda>":
        source = {"/app": source}
    many = isinstance(source, dict | list | tuple)
    return create_app(settings or ALONE, source if many else [source])


@contextmanager
def _no_running_loop() -> Iterator[None]:
    """Hide the loop of a test that is a coroutine itself: callbacks are no part of it."""
    loop = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(loop)
