"""One asyncio loop in a greenlet of its own, for the coroutines of `GreenletRuntime`."""

import asyncio
import logging
import selectors
from collections.abc import Coroutine
from contextvars import Context
from typing import Any, TypeVar

import gevent
import gevent.event

from hybridviz.runtime.lasting import run_lasting

log = logging.getLogger("hybridviz.runtime")

T = TypeVar("T")


class _GentleSelector(selectors.DefaultSelector):
    """Lets go of asyncio's mark of the running loop while it waits.

    The mark is kept per OS thread, which all greenlets share: with it in place asyncio.run() would
    fail in every other greenlet.
    """

    def select(self, timeout: float | None = None) -> Any:
        loop = asyncio._get_running_loop()
        asyncio._set_running_loop(None)
        try:
            return super().select(timeout)
        except gevent.Timeout as ran_out:
            log.error("! %r reaches no coroutine that awaits: use asyncio.timeout there", ran_out)
            return []
        finally:
            asyncio._set_running_loop(loop)


class GreenletLoop:
    """An asyncio loop over the patched selectors."""

    def __init__(self) -> None:
        self._loop = asyncio.SelectorEventLoop(_GentleSelector())
        self._ended = False
        self._greenlet = gevent.Greenlet(self._run)
        self._greenlet.start()

    def _run(self) -> None:
        # Another greenlet may wait in a loop of its own, whose mark is there.
        asyncio._set_running_loop(None)
        run_lasting(self._loop, lambda: self._ended)

    def runs_here(self) -> bool:
        """Return whether the loop has called the running code. Its mark does not tell: it stays
        while a coroutine waits without ``await``, and others run.
        """
        return gevent.getcurrent() is self._greenlet

    def run(self, coroutine: Coroutine[Any, Any, T], context: Context) -> T:
        if self.runs_here():
            coroutine.close()
            raise RuntimeError("a coroutine cannot wait here for another one; await it instead")
        outcome: gevent.event.AsyncResult[T] = gevent.event.AsyncResult()
        self._loop.call_soon_threadsafe(self._start, coroutine, context, outcome)
        result: T = outcome.get()
        return result

    def _start(self, coroutine: Any, context: Context, outcome: Any) -> None:
        task = self._loop.create_task(coroutine, context=context)
        task.add_done_callback(lambda done: _hand_over(done, outcome))

    def stop(self) -> None:
        self._ended = True
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._greenlet.join()
        self._loop.close()


def _hand_over(task: "asyncio.Task[Any]", outcome: Any) -> None:
    if task.cancelled():
        outcome.set_exception(asyncio.CancelledError())
    elif (error := task.exception()) is not None:
        outcome.set_exception(error)
    else:
        outcome.set(task.result())
