"""An asyncio loop that lives on a virtual clock: what sleeps does so in no time.

Threads of ``asyncio.to_thread`` and sockets are waited for as ever. Knows of its runtime only the
clock and the tasks. Made by `ManualRuntime`.
"""

import asyncio
import selectors
from collections.abc import Callable
from contextvars import Context
from typing import Any, Protocol

from hybridviz.errors import WouldWait
from hybridviz.runtime.base import Task, Timer
from hybridviz.runtime.lock import apart

OWN_WATCHES = 1
"""File descriptors that a loop always watches: the pipe by which threads wake it."""

STUCK = (
    "a coroutine waits for something that nobody does: on the virtual clock no other callback runs"
    " while one is waiting, as its session is locked"
)


class VirtualClock(Protocol):
    """What the loop needs of its runtime."""

    def now(self) -> float: ...

    def skip_to(self, time: float) -> None: ...

    def run_next(self) -> bool: ...

    def spawn(self, call: Callable[..., object], *args: object) -> Task: ...

    def call_later(self, delay: float, call: Callable[..., object], *args: object) -> Timer: ...


class _Selector(selectors.DefaultSelector):
    """Lets time pass instead of waiting."""

    loop: "VirtualLoop"

    def select(self, timeout: float | None = None) -> list[Any]:
        found = super().select(0)
        if found or (timeout is not None and timeout <= 0):
            return found
        if self.loop.has_real_waits():
            found = super().select(timeout)
        if not found:
            self.loop.idle(timeout)
        return found


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop that runs until a coroutine has ended, and for one turn whenever something of it is
    due.

    Args:
        clock: tells the time, and runs the turns.

    Attributes:
        patient: whether to wait for threads that it has not started itself.
    """

    def __init__(self, clock: VirtualClock) -> None:
        self._virtual = clock
        self._threads = 0
        self._fresh = False
        self.patient = False
        selector = _Selector()
        selector.loop = self
        super().__init__(selector)
        self._watching = selector

    def time(self) -> float:
        """Return the virtual time in seconds."""
        return self._virtual.now()

    def has_real_waits(self) -> bool:
        """Return whether a thread or a socket may wake the loop."""
        return self.patient or self._threads > 0 or len(self._watching.get_map()) > OWN_WATCHES

    def idle(self, timeout: float | None) -> None:
        """Let time pass until the next timer; without one, let others run.

        Raises:
            WouldWait: there is nobody else.
        """
        if timeout is not None:
            self._virtual.skip_to(self.time() + timeout)
        elif not self.patient and not self._virtual.run_next():
            raise WouldWait(STUCK)

    # -- what is left to do when the coroutine that was waited for has ended

    def call_soon(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """See `asyncio.loop.call_soon`."""
        self._fresh = True
        if not self.is_running():
            self._wake()
        return super().call_soon(callback, *args, context=context)

    def call_soon_threadsafe(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """See `asyncio.loop.call_soon_threadsafe`."""
        handle = super().call_soon_threadsafe(callback, *args, context=context)
        if not self.is_running():
            self._wake()
        return handle

    def call_at(  # type: ignore[override]
        self,
        when: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """See `asyncio.loop.call_at`."""
        apart(self._virtual.call_later, when - self.time(), self._turn)
        return super().call_at(when, callback, *args, context=context)

    def run_forever(self) -> None:
        """See `asyncio.loop.run_forever`; what is not done then has its turn later."""
        self._fresh = False
        try:
            super().run_forever()
        finally:
            if self._fresh and not self.patient:
                self._wake()

    def _wake(self) -> None:
        apart(self._virtual.spawn, self._turn)

    def _turn(self) -> None:
        if not self.is_closed() and not self.is_running():
            super().call_soon(self.stop)
            self.run_forever()

    def run_in_executor(  # type: ignore[override]
        self, executor: Any, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        """See `asyncio.loop.run_in_executor`."""
        self._threads += 1
        future: asyncio.Future[Any] = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._came_back)
        return future

    def _came_back(self, future: asyncio.Future[Any]) -> None:
        self._threads -= 1
