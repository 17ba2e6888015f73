"""Real threads, for threaded servers, scripts and notebooks.

One thread keeps the timers; what they start runs in threads of a pool that grows as needed, so that
a thousand timers are not a thousand threads. All are daemons: a process ends when its main thread
does.
"""

import asyncio
import heapq
import itertools
import queue
import threading
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from contextvars import Context, copy_context
from typing import Any, TypeVar

from hybridviz.runtime.base import Event, Lock, Task, Timer
from hybridviz.runtime.lasting import run_lasting
from hybridviz.runtime.logged import logged

T = TypeVar("T")

IDLE_SECONDS = 5.0
"""How long a thread waits for more work before it ends."""


class ThreadLock:
    """A lock that any thread may release."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def acquire(self, timeout: float | None = None) -> bool:
        return self._lock.acquire(timeout=-1 if timeout is None else timeout)

    def release(self) -> None:
        self._lock.release()


class ThreadTask:
    """A call in a thread."""

    def __init__(self, context: Context, call: Callable[..., object], args: tuple[object, ...]):
        self._work = (context, call, args)
        self._done = threading.Event()

    def run(self) -> None:
        context, call, args = self._work
        try:
            context.run(logged, call, *args)
        finally:
            self._done.set()

    def join(self, timeout: float | None = None) -> bool:
        return self._done.wait(timeout)


class ThreadTimer:
    """An entry of the timer thread's heap."""

    def __init__(self, task: ThreadTask) -> None:
        self.task: ThreadTask | None = task

    def cancel(self) -> None:
        self.task = None


class _Pool:
    """Threads that take tasks; a new one starts when none is idle."""

    def __init__(self) -> None:
        self._tasks: queue.SimpleQueue[ThreadTask] = queue.SimpleQueue()
        self._idle = threading.Semaphore(0)

    def submit(self, task: ThreadTask) -> None:
        self._tasks.put(task)
        if self._idle.acquire(blocking=False):
            return
        try:
            threading.Thread(target=self._work, name="hybridviz", daemon=True).start()
        except RuntimeError:  # the interpreter ends, and starts none any more: it is done here
            with suppress(queue.Empty):
                self._tasks.get_nowait().run()

    def _work(self) -> None:
        while True:
            try:
                self._tasks.get(timeout=IDLE_SECONDS).run()
            except queue.Empty:
                if self._idle.acquire(blocking=False):
                    return
                continue
            self._idle.release()


class ThreadRuntime:
    """The runtime of an unpatched process."""

    name = "threads"
    endings: tuple[type[BaseException], ...] = (KeyboardInterrupt,)

    def __init__(self) -> None:
        self._pool = _Pool()
        self._changed = threading.Condition()
        self._heap: list[tuple[float, int, ThreadTimer]] = []
        self._order = itertools.count()
        self._clock: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._loop_thread: threading.Thread | None = None
        self._closed = False

    def now(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def lock(self) -> Lock:
        return ThreadLock()

    def event(self) -> Event:
        return threading.Event()

    def spawn(self, call: Callable[..., object], *args: object) -> Task:
        task = ThreadTask(copy_context(), call, args)
        self._pool.submit(task)
        return task

    def call_later(self, delay: float, call: Callable[..., object], *args: object) -> Timer:
        timer = ThreadTimer(ThreadTask(copy_context(), call, args))
        with self._changed:
            heapq.heappush(self._heap, (self.now() + delay, next(self._order), timer))
            if self._clock is None and not self._closed:
                self._clock = threading.Thread(target=self._tick, name="timers", daemon=True)
                self._clock.start()
            self._changed.notify()
        return timer

    def _tick(self) -> None:
        with self._changed:
            while not self._closed:
                wait = self._heap[0][0] - self.now() if self._heap else None
                if wait is None or wait > 0:
                    self._changed.wait(wait)
                elif (task := heapq.heappop(self._heap)[2].task) is not None:
                    self._pool.submit(task)

    def run_coroutine(self, coroutine: Coroutine[Any, Any, T], context: Context) -> T:
        loop = self._asyncio_loop()
        if asyncio._get_running_loop() is loop:
            coroutine.close()
            raise RuntimeError("a coroutine cannot wait here for another one; await it instead")

        async def start() -> T:
            return await loop.create_task(coroutine, context=context)

        return asyncio.run_coroutine_threadsafe(start(), loop).result()

    def in_coroutine(self) -> bool:
        """Tell it by any loop: in a notebook the code of a cell belongs to the kernel's."""
        return asyncio._get_running_loop() is not None

    def _asyncio_loop(self) -> asyncio.AbstractEventLoop:
        with self._changed:
            if self._loop is None:
                loop = self._loop = asyncio.new_event_loop()
                self._loop_thread = threading.Thread(
                    target=run_lasting,
                    args=(loop, lambda: self._loop is not loop),
                    name="asyncio",
                    daemon=True,
                )
                self._loop_thread.start()
            return self._loop

    def offload(self, call: Callable[..., T], *args: object, **kwargs: object) -> T:
        """Call here: whoever calls is in a real thread already, and all others go on."""
        return call(*args, **kwargs)

    offload_for_app = offload

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._heap.clear()
            self._changed.notify()
            loop, self._loop = self._loop, None
        if loop is not None and self._loop_thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            self._loop_thread.join()
            loop.close()
