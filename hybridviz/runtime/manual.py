"""A virtual clock for tests: nothing runs by itself, time passes only in `advance`, and order is
exact. Coroutines have that time too (`virtual_loop`).
"""

import asyncio
import heapq
import itertools
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context, copy_context
from typing import Any, TypeVar

from hybridviz.errors import WouldWait
from hybridviz.runtime.base import Event, Lock, Task, Timer
from hybridviz.runtime.virtual_loop import VirtualLoop

T = TypeVar("T")


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
    """A call that waits for `ManualRuntime.run_ready` or, as a timer, for its time.

    Args:
        call, args: the call, made in a copy of the present context.
        run_next: runs one task that waits; returns whether there was any.
    """

    def __init__(
        self,
        call: Callable[..., object],
        args: tuple[object, ...],
        run_next: Callable[[], bool],
    ) -> None:
        self._work: tuple[Any, ...] | None = (copy_context().run, call, *args)
        self._run_next = run_next
        self._ended = False

    def run(self) -> None:
        if self._work is not None:
            run, *args = self._work
            run(*args)
            self._ended = True

    def join(self, timeout: float | None = None) -> bool:
        """Run what is ready until this has ended."""
        while not self._ended and self._run_next():
            pass
        return self._ended

    def cancel(self) -> None:
        self._work = None


class ManualRuntime:
    """Runs tasks in the order in which they were started or fall due; what they raise reaches the
    test.
    """

    name = "manual"
    endings: tuple[type[BaseException], ...] = (KeyboardInterrupt,)

    def __init__(self, start: float = 0.0) -> None:
        self._now = start
        self._order = itertools.count()
        self._ready: deque[ManualTask] = deque()
        self._timers: list[tuple[float, int, ManualTask]] = []
        self._loop: VirtualLoop | None = None
        self._runner = asyncio.Runner(loop_factory=self._make_loop)

    @property
    def ready(self) -> int:
        """How many tasks wait for their turn."""
        return len(self._ready)

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
        task = ManualTask(call, args, self.run_next)
        self._ready.append(task)
        return task

    def call_later(self, delay: float, call: Callable[..., object], *args: object) -> Timer:
        timer = ManualTask(call, args, self.run_next)
        heapq.heappush(self._timers, (self._now + max(delay, 0), next(self._order), timer))
        return timer

    def run_next(self) -> bool:
        """Run the task that is ready first; return whether there was any."""
        if not self._ready:
            return False
        self._ready.popleft().run()
        return True

    def run_ready(self) -> None:
        """Run all that was spawned, and what that spawns in turn."""
        while self.run_next():
            pass

    def run_due(self, end: float) -> bool:
        """Run the timer that is next, at its own time, if that is not after ``end``; return whether
        there was any.
        """
        if not self._timers or self._timers[0][0] > end:
            return False
        due, _, timer = heapq.heappop(self._timers)
        self._now = max(self._now, due)
        timer.run()
        return True

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass and run all that falls due, each at its own time."""
        end = self._now + seconds
        self.run_ready()
        while self.run_due(end):
            self.run_ready()
        self.skip_to(end)

    def skip_to(self, time: float) -> None:
        """Let it be ``time``, unless it is later already; what falls due until then runs later."""
        self._now = max(self._now, time)

    def run_coroutine(self, coroutine: Coroutine[Any, Any, T], context: Context) -> T:
        """Run a coroutine to its end; while it sleeps, time passes and nobody else runs."""
        if self.in_coroutine():
            coroutine.close()
            raise RuntimeError("a coroutine cannot wait here for another one; await it instead")
        return self._runner.run(coroutine, context=context)

    def in_coroutine(self) -> bool:
        return asyncio._get_running_loop() is not None

    def _make_loop(self) -> VirtualLoop:
        self._loop = VirtualLoop(self)
        return self._loop

    def offload(self, call: Callable[..., T], *args: object, **kwargs: object) -> T:
        return call(*args, **kwargs)

    offload_for_app = offload

    def close(self) -> None:
        self._ready.clear()
        self._timers.clear()
        if self._loop is not None:
            self._loop.patient = True
            self._runner.close()
