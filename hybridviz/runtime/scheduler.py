"""When periodic, timeout and next-tick callbacks run; how is the session's business.

A periodic callback keeps its cadence: ticks are at multiples of its period from the moment it was
added, and one that overruns skips ticks, never piles up. Next-tick callbacks run one after the
other, in the order they were added.
"""

from collections import deque
from collections.abc import Callable
from typing import Any

from hybridviz.runtime.base import Clock, Timer
from hybridviz.runtime.lock import apart

SHORTEST_PERIOD = 0.001
"""Seconds. A period of 0 would never let anything else run."""


class CallbackScheduler:
    """The timers of one session. Its methods may be called from any thread.

    Args:
        runtime: the clock.
        run: runs one callback object and returns when it is done; raises only what ends its
            greenlet, which ends nothing else.
    """

    def __init__(self, runtime: Clock, run: Callable[[Any], None]) -> None:
        self._runtime = runtime
        self._run = run
        self._timers: dict[str, Timer | None] = {}
        self._ticks: deque[Any] = deque()
        self._guard = runtime.lock()
        self._draining = False
        self._closed = False

    def add(self, callback: Any) -> None:
        """Start a callback object of Bokeh's: one with a ``period``, a ``timeout`` (both ms), or
        neither.
        """
        if self._closed:
            return
        self._timers[callback.id] = None
        if hasattr(callback, "period"):
            period = max(callback.period / 1000, SHORTEST_PERIOD)
            self._wait(
                callback.id, period, self._tick, callback, period, self._runtime.now() + period
            )
        elif hasattr(callback, "timeout"):
            self._wait(callback.id, max(callback.timeout / 1000, 0), self._once, callback)
        elif getattr(callback.callback, "nolock", False):
            apart(self._runtime.spawn, self._once, callback)
        else:
            self._queue(callback)

    def remove(self, callback: Any) -> None:
        """Stop a callback object; one that is running ends its run."""
        timer = self._timers.pop(callback.id, None)
        if timer is not None:
            timer.cancel()

    def close(self) -> None:
        """Stop all; nothing starts any more."""
        self._closed = True
        timers, self._timers = list(self._timers.values()), {}
        for timer in timers:
            if timer is not None:
                timer.cancel()

    def _wait(self, ident: str, delay: float, call: Callable[..., None], *args: object) -> None:
        timer = apart(self._runtime.call_later, delay, call, *args)
        if ident in self._timers:
            self._timers[ident] = timer
        else:
            timer.cancel()

    def _tick(self, callback: Any, period: float, due: float) -> None:
        if callback.id not in self._timers:
            return
        try:
            self._run(callback)
        finally:
            now = self._runtime.now()
            following = due + period * (max(now - due, 0) // period + 1)
            if callback.id in self._timers:
                self._wait(callback.id, following - now, self._tick, callback, period, following)

    def _once(self, callback: Any) -> None:
        if callback.id in self._timers:
            del self._timers[callback.id]
            self._run(callback)

    def _queue(self, callback: Any) -> None:
        self._guard.acquire()
        self._ticks.append(callback)
        start, self._draining = not self._draining, True
        self._guard.release()
        if start:
            apart(self._runtime.spawn, self._drain)

    def _drain(self) -> None:
        """Run what waits now. What comes meanwhile has its turn after all others who are ready: a
        callback that puts itself off again and again shall stop nobody.
        """
        self._guard.acquire()
        waiting, self._ticks = self._ticks, deque()
        self._guard.release()
        try:
            while waiting:
                self._once(waiting.popleft())
        finally:
            self._go_on(waiting)

    def _go_on(self, left: deque[Any]) -> None:
        """Run what has come meanwhile, after what is left over."""
        self._guard.acquire()
        self._ticks.extendleft(reversed(left))
        self._draining = bool(self._ticks)
        self._guard.release()
        if self._draining:
            apart(self._runtime.spawn, self._drain)
