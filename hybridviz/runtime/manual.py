"""A virtual clock for tests: nothing runs by itself, time passes only in `advance`, and order is
exact.
"""

import asyncio
import heapq
import itertools
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context, copy_context
from typing import Any, TypeVar

from hybridviz.runtime.base import Event, Lock, Task, Timer

T = TypeVar("T")


class WouldWait(RuntimeError):
    """Something had to be waited for, which no virtual clock can do."""


class ManualLock:
    """A lock that nobody can wait for."""

    def __init__(self) -> None:
        self._held = False

    def acquire(self, timeout: float | None = None) -> bool:
        if self._held:
            if timeout is None:
                raise WouldWait("the lock is held, and nobody else runs who could release it")
            return False
        self._held = True
        return True

    def release(self) -> None:
        self._held = False


class ManualEvent:
    """An event that must be set before it is waited for."""

    def __init__(self) -> None:
        self._set = False

    def set(self) -> None:
        self._set = True

    def clear(self) -> None:
        self._set = False

    def is_set(self) -> bool:
        return self._set

    def wait(self, timeout: float | None = None) -> bool:
        if not self._set and timeout is None:
            raise WouldWait("the event is not set, and nobody else runs who could set it")
        return self._set


class ManualTask:
    """A call that waits for `ManualRuntime.run_ready` or, as a timer, for its time."""

    def __init__(self, context: Context, call: Callable[..., object], args: tuple[object, ...]):
        self._work: tuple[Any, ...] | None = (context.run, call, *args)
        self._ended = False

    def run(self) -> None:
        if self._work is not None:
            run, *args = self._work
            run(*args)
            self._ended = True

    def join(self, timeout: float | None = None) -> bool:
        return self._ended

    def cancel(self) -> None:
        self._work = None


class ManualRuntime:
    """Runs tasks in the order in which they were started or fall due; what they raise reaches the
    test.
    """

    name = "manual"

    def __init__(self, start: float = 0.0) -> None:
        self._now = start
        self._order = itertools.count()
        self._ready: deque[ManualTask] = deque()
        self._timers: list[tuple[float, int, ManualTask]] = []

    def now(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        """Let time pass: all that falls due meanwhile runs."""
        self.advance(seconds)

    def lock(self) -> Lock:
        return ManualLock()

    def event(self) -> Event:
        return ManualEvent()

    def spawn(self, call: Callable[..., object], *args: object) -> Task:
        task = ManualTask(copy_context(), call, args)
        self._ready.append(task)
        return task

    def call_later(self, delay: float, call: Callable[..., object], *args: object) -> Timer:
        timer = ManualTask(copy_context(), call, args)
        heapq.heappush(self._timers, (self._now + max(delay, 0), next(self._order), timer))
        return timer

    def run_ready(self) -> None:
        """Run all that was spawned, and what that spawns in turn."""
        while self._ready:
            self._ready.popleft().run()

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass and run all that falls due, each at its own time."""
        end = self._now + seconds
        self.run_ready()
        while self._timers and self._timers[0][0] <= end:
            due, _, timer = heapq.heappop(self._timers)
            self._now = max(self._now, due)
            timer.run()
            self.run_ready()
        self._now = max(self._now, end)

    def run_coroutine(self, coroutine: Coroutine[Any, Any, T], context: Context) -> T:
        with asyncio.Runner() as runner:
            return runner.run(coroutine, context=context)

    def offload(self, call: Callable[..., T], *args: object, **kwargs: object) -> T:
        return call(*args, **kwargs)

    def close(self) -> None:
        self._ready.clear()
        self._timers.clear()
