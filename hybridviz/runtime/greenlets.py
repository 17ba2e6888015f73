"""Greenlets of gevent, in a process that was monkey-patched. Beside `greenlet_loop` the only module
of the runtime that imports gevent.

The hub is that of the thread that made the runtime; from any other OS thread calls cross over by a
callback of its loop, because a greenlet spawned there would never run.
"""

import sys
import time
from collections.abc import Callable, Coroutine
from contextvars import Context, copy_context
from typing import Any, TypeVar

import gevent
import gevent.event
import gevent.hub
import gevent.lock
import gevent.threadpool
from gevent.hub import get_hub

from hybridviz.runtime.base import Event, Lock, Task, Timer
from hybridviz.runtime.greenlet_loop import GreenletLoop
from hybridviz.runtime.logged import logged

T = TypeVar("T")

IDLE_WORKERS = 32
"""Greenlets that are kept for the next task: ticks of many sessions run one after the other."""
ALONE = 3
"""References to an idle greenlet that nobody has kept: its waiter's, its run's and the count's."""
OFFLOAD_THREADS = 10
"""Real threads for the server's own work, and as many for that of apps; more would only compete for
the interpreter's lock.
"""


class GreenletLock:
    """A binary semaphore: any greenlet may release it."""

    def __init__(self) -> None:
        self._semaphore = gevent.lock.Semaphore(1)

    def acquire(self, timeout: float | None = None) -> bool:
        if timeout is None:
            self._semaphore.acquire()
            return True
        return bool(self._semaphore.acquire(timeout=timeout))

    def release(self) -> None:
        self._semaphore.release()


class GreenletEvent:
    """gevent's event, which may also be set from another OS thread."""

    def __init__(self, runtime: "GreenletRuntime") -> None:
        self._event = gevent.event.Event()
        self._runtime = runtime

    def set(self) -> None:
        self._runtime.in_hub(self._event.set)

    def clear(self) -> None:
        self._event.clear()

    def is_set(self) -> bool:
        return bool(self._event.is_set())

    def wait(self, timeout: float | None = None) -> bool:
        return bool(self._event.wait(timeout))


class GreenletTask:
    """A greenlet that runs, or is about to be made by the hub's own thread."""

    def __init__(self, runtime: "GreenletRuntime") -> None:
        self._done = GreenletEvent(runtime)

    def run(self, context: Context, call: Callable[..., object], *args: object) -> None:
        try:
            context.run(logged, call, *args)
        finally:
            self._done.set()

    def join(self, timeout: float | None = None) -> bool:
        return self._done.wait(timeout)


class GreenletTimer:
    """A timer of the hub's loop."""

    def __init__(self, runtime: "GreenletRuntime") -> None:
        self._runtime = runtime
        self._cancelled = False
        self._watcher: Any = None

    def start(self, delay: float, context: Context, *call: object) -> None:
        if not self._cancelled:
            self._watcher = self._runtime.hub.loop.timer(max(delay, 0))
            self._watcher.start(self._fire, context, *call, update=True)

    def _fire(self, context: Context, *call: Any) -> None:
        self._stop()
        self._runtime.workers.start(context.run, logged, *call)

    def cancel(self) -> None:
        self._cancelled = True
        self._runtime.in_hub(self._stop)

    def _stop(self) -> None:
        if self._watcher is not None:
            self._watcher.stop()
            self._watcher.close()
            self._watcher = None


class _Workers:
    """Greenlets that do one thing after the other. A new one costs two system calls and fresh pages
    for its stack, as much as a small callback itself.

    One that somebody has kept, such as by a ``gevent.Timeout`` that goes on, or whose end is waited
    for, as by what is in a ``threading.local``, does nothing more: it would reach into what others
    do.

    Args:
        loop: the hub's.
    """

    def __init__(self, loop: Any) -> None:
        self._loop = loop
        self._idle: list[gevent.hub.Waiter[Any]] = []

    def start(self, call: Callable[..., object], *args: object) -> None:
        """Have a greenlet call this soon; in the hub's thread."""
        while self._idle:
            waiter = self._idle.pop()
            if sys.getrefcount(waiter.greenlet) <= ALONE:  # None, of one that was killed, has more
                self._loop.run_callback(waiter.switch, (call, args))
                return
            self._loop.run_callback(waiter.switch, (None, ()))
        gevent.spawn(self._work, [(call, args)])

    def _work(self, first: list[tuple[Callable[..., object] | None, tuple[object, ...]]]) -> None:
        call, args = first.pop()  # a greenlet keeps its arguments
        while call is not None:
            call(*args)
            del call, args  # what they hold shall not live until the next
            if len(self._idle) >= IDLE_WORKERS or gevent.getcurrent().has_links():
                return
            waiter = gevent.hub.Waiter()
            self._idle.append(waiter)
            call, args = waiter.get()


class _Threads:
    """Real threads, which start as they are needed.

    Args:
        hub: of the thread that waits for them.
    """

    def __init__(self, hub: Any) -> None:
        self._hub = hub
        self._pool: gevent.threadpool.ThreadPool | None = None

    def run(self, call: Callable[..., T], args: Any, kwargs: Any) -> T:
        """Call in one of them; return what that returns, raise what it raises."""
        if self._pool is None:
            self._pool = gevent.threadpool.ThreadPool(OFFLOAD_THREADS, hub=self._hub)
        result: T
        result, error = self._pool.apply(_outcome, (call, args, kwargs))
        if error is not None:
            raise error
        return result

    def end(self) -> None:
        """Wait until all are done."""
        if self._pool is not None:
            self._pool.kill()
            self._pool = None


def _outcome(call: Callable[..., T], args: Any, kwargs: Any) -> tuple[T | None, Any]:
    """Call, in a thread, and return what that returns and what it raises. If it were raised there,
    gevent would print it and, for SystemExit, end the process.
    """
    try:
        return call(*args, **kwargs), None
    except BaseException as error:
        return None, error


class GreenletRuntime:
    """The runtime of a monkey-patched process."""

    name = "greenlets"
    endings: tuple[type[BaseException], ...] = (gevent.GreenletExit, KeyboardInterrupt)

    def __init__(self) -> None:
        self.hub = get_hub()
        self.workers = _Workers(self.hub.loop)
        self._loop: GreenletLoop | None = None
        self._own_threads = _Threads(self.hub)
        self._app_threads = _Threads(self.hub)

    def in_hub(self, call: Callable[..., object], *args: object) -> None:
        """Call in the hub's thread: at once if this is it, else soon."""
        if get_hub() is self.hub:
            call(*args)
        else:
            self.hub.loop.run_callback_threadsafe(call, *args)

    def now(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Sleep; 0 lets all others run, also those for whom something has come from the network,
        which gevent looks for only every 5 ms while there are greenlets that sleep for 0 s.
        """
        if seconds > 0:
            gevent.sleep(seconds)
            return
        hub = get_hub()
        with hub.loop.timer(0) as timer:
            hub.wait(timer)

    def lock(self) -> Lock:
        return GreenletLock()

    def event(self) -> Event:
        return GreenletEvent(self)

    def spawn(self, call: Callable[..., object], *args: object) -> Task:
        task = GreenletTask(self)
        self.in_hub(self.workers.start, task.run, copy_context(), call, *args)
        return task

    def call_later(self, delay: float, call: Callable[..., object], *args: object) -> Timer:
        timer = GreenletTimer(self)
        self.in_hub(timer.start, delay, copy_context(), call, *args)
        return timer

    def run_coroutine(self, coroutine: Coroutine[Any, Any, T], context: Context) -> T:
        if self._loop is None:
            self._loop = GreenletLoop()
        return self._loop.run(coroutine, context)

    def in_coroutine(self) -> bool:
        return self._loop is not None and self._loop.runs_here()

    def offload(self, call: Callable[..., T], *args: object, **kwargs: object) -> T:
        return self._own_threads.run(call, args, kwargs)

    def offload_for_app(self, call: Callable[..., T], *args: object, **kwargs: object) -> T:
        return self._app_threads.run(call, args, kwargs)

    def close(self) -> None:
        if self._loop is not None:
            self._loop.stop()
            self._loop = None
        self._own_threads.end()
        self._app_threads.end()
