"""What the hooks of an app see of its server: its sessions, and callbacks that belong to none.

Names are those of Bokeh's ``server_context``.
"""

import itertools
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from hybridviz.runtime.active import active
from hybridviz.runtime.awaiting import settled
from hybridviz.runtime.base import Runtime
from hybridviz.runtime.scheduler import CallbackScheduler
from hybridviz.sessions.context import SessionContext
from hybridviz.sessions.surroundings import NOTHING, Surroundings

if TYPE_CHECKING:
    from hybridviz.sessions.session import Session

log = logging.getLogger("hybridviz.sessions")

Callback = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class NextTick:
    """A callback that runs once, soon."""

    id: str
    callback: Callback


@dataclass(frozen=True, slots=True)
class Timeout:
    """A callback that runs once, after ``timeout`` ms."""

    id: str
    callback: Callback
    timeout: float


@dataclass(frozen=True, slots=True)
class Periodic:
    """A callback that runs every ``period`` ms."""

    id: str
    callback: Callback
    period: float


Added = TypeVar("Added", NextTick, Timeout, Periodic)


class ServerContext:
    """One app on one server.

    Args:
        route: path of the app, for the log.
        sessions: its live sessions.
        runtime: the clock and what runs tasks.
        surroundings: within what the app's code runs.
    """

    def __init__(
        self,
        route: str,
        sessions: "Iterable[Session]",
        runtime: Runtime,
        surroundings: Surroundings = NOTHING,
    ) -> None:
        self._route = route
        self._sessions = sessions
        self._runtime = runtime
        self._surroundings = surroundings
        self._ids = itertools.count(1)
        self._callbacks: dict[str, Any] = {}
        self._kept: frozenset[str] = frozenset()
        self._scheduler = CallbackScheduler(runtime, self._run)

    @property
    def sessions(self) -> list[SessionContext]:
        """The contexts of all sessions that live now."""
        return [session.context for session in self._sessions]

    @property
    def application_context(self) -> "ServerContext":
        """This object; in Bokeh there are two."""
        return self

    def add_next_tick_callback(self, callback: Callback) -> NextTick:
        """Call once, soon, with no document locked."""
        return self._add(NextTick(self._new_id(), callback))

    def add_timeout_callback(self, callback: Callback, timeout: int) -> Timeout:
        """Call once, after ``timeout`` ms."""
        return self._add(Timeout(self._new_id(), callback, timeout))

    def add_periodic_callback(self, callback: Callback, period: int) -> Periodic:
        """Call again and again, every ``period`` ms."""
        return self._add(Periodic(self._new_id(), callback, period))

    def remove_next_tick_callback(self, callback: NextTick) -> None:
        """Take back a callback; see `remove_periodic_callback`."""
        self._remove(callback)

    def remove_timeout_callback(self, callback: Timeout) -> None:
        """Take back a callback; see `remove_periodic_callback`."""
        self._remove(callback)

    def remove_periodic_callback(self, callback: Periodic) -> None:
        """Take back a callback.

        Raises:
            ValueError: it has run or been removed.
        """
        self._remove(callback)

    def call(self, function: Callable[..., Any], *args: Any) -> Any:
        """Call a function of the app that belongs to no session, or await a coroutine function."""
        return self._surroundings.within(self.call_here, function, *args)

    def call_here(self, function: Callable[..., Any], *args: Any) -> Any:
        """Call a function, or await a coroutine function, within whatever is around already."""
        token = active.set(self._runtime)
        try:
            return settled(self._runtime, function(*args))
        finally:
            active.reset(token)

    def restart(self) -> None:
        """Let all callbacks wait anew: the runtime has another clock now."""
        for callback in self._callbacks.values():
            self._scheduler.remove(callback)
            self._scheduler.add(callback)

    def keep(self) -> None:
        """Have the callbacks that are there now outlive `clear`: they are the server's own."""
        self._kept = frozenset(self._callbacks)

    def clear(self) -> None:
        """Take back what the app has added, for its code has changed."""
        for ident in self._callbacks.keys() - self._kept:
            if (callback := self._callbacks.pop(ident, None)) is not None:
                self._scheduler.remove(callback)

    def close(self) -> None:
        """Stop all callbacks."""
        self._scheduler.close()

    def _new_id(self) -> str:
        return f"s{next(self._ids)}"

    def _add(self, callback: Added) -> Added:
        self._callbacks[callback.id] = callback
        self._scheduler.add(callback)
        return callback

    def _remove(self, callback: Any) -> None:
        if self._callbacks.pop(callback.id, None) is None:
            raise ValueError("the callback has already run or been removed")
        self._scheduler.remove(callback)

    def _run(self, callback: Any) -> None:
        if not isinstance(callback, Periodic):
            self._callbacks.pop(callback.id, None)
        try:
            self.call(callback.callback)
        except self._runtime.endings:
            raise
        except BaseException as error:
            log.error("! app %s: a server callback raised %r", self._route, error, exc_info=error)
