"""The pump: one loop that does all work on a script's document, piece after piece.

It runs in the background, until somebody takes it over: then it runs there. It is the clock of the
session's timers. Knows no document and no socket.
"""

import heapq
import itertools
from collections import deque
from collections.abc import Callable
from contextvars import copy_context

from hybridviz.runtime.base import Lock, Runtime, Task
from hybridviz.runtime.lock import apart
from hybridviz.runtime.logged import logged

Work = Callable[[], object]


class PumpTimer:
    """A call that was put off."""

    def __init__(self, work: Work) -> None:
        self.work: Work | None = work

    def cancel(self) -> None:
        self.work = None


class Pump:
    """Work that waits, and whoever does it.

    Args:
        runtime: the clock, and what runs the loop in the background; closed when the loop ends.
        interrupted: called when code of the script ends the loop in the background by SystemExit.
    """

    def __init__(self, runtime: Runtime, interrupted: Callable[[str], object]) -> None:
        self.closed = False
        self._runtime = runtime
        self._interrupted = interrupted
        self._ready: deque[Work] = deque()
        self._timers: list[tuple[float, int, PumpTimer]] = []
        self._order = itertools.count()
        self._guard = runtime.lock()
        self._wake = runtime.event()
        self._ended = runtime.event()
        self._driver: object = None
        self._background: Task | None = None

    # -- what the scheduler needs (runtime.base.Clock)

    def now(self) -> float:
        return self._runtime.now()

    def lock(self) -> Lock:
        return self._runtime.lock()

    def spawn(self, call: Callable[..., object], *args: object) -> None:
        self._ready.append(_in_context(call, args))
        self._wake.set()

    def call_later(self, delay: float, call: Callable[..., object], *args: object) -> PumpTimer:
        timer = PumpTimer(_in_context(call, args))
        self._guard.acquire()
        heapq.heappush(self._timers, (self.now() + delay, next(self._order), timer))
        self._guard.release()
        self._wake.set()
        return timer

    # -- the loop

    def start(self) -> None:
        """Run in the background, unless it runs somewhere."""
        if self._driver is None:
            self._driver = me = object()
            self._background = apart(self._runtime.spawn, self._run_aside, me)

    def _run_aside(self, me: object) -> None:
        try:
            self._drive(me)
        except SystemExit:
            self._interrupted("the script wants to end")

    def run(self) -> None:
        """Take the loop over and run it here until the pump is closed."""
        self._driver = me = object()
        self._wake.set()
        if self._background is not None:
            self._background.join()
        self._drive(me)
        self._ended.wait()

    def close(self) -> None:
        """End the loop; what waits is not done any more."""
        self.closed = True
        self._wake.set()
        self._ended.set()

    def _drive(self, me: object) -> None:
        while self._driver is me and not self.closed:
            self._wake.clear()
            work, patience = self._next()
            if work is not None:
                logged(work)
            else:
                self._wake.wait(patience)
        if self.closed:
            self._runtime.close()

    def _next(self) -> tuple[Work | None, float | None]:
        """Return what to do now, or how many seconds to wait."""
        self._guard.acquire()
        try:
            while self._timers:
                due, _, timer = self._timers[0]
                wait = due - self.now()
                if timer.work is not None and wait > 0:
                    return (self._ready.popleft(), None) if self._ready else (None, wait)
                heapq.heappop(self._timers)
                if timer.work is not None:
                    self._ready.append(timer.work)
            return (self._ready.popleft() if self._ready else None), None
        finally:
            self._guard.release()


def _in_context(call: Callable[..., object], args: tuple[object, ...]) -> Work:
    context = copy_context()
    return lambda: context.run(call, *args)
