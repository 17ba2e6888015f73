"""The session lock. It belongs to an execution, not to a greenlet or thread.

An async callback runs on the asyncio loop, in another greenlet or thread than the caller that waits
for it with the lock held; both are one execution. A ContextVar says which executions the running
code is part of.
"""

from collections.abc import Callable
from contextvars import ContextVar
from time import perf_counter
from typing import TypeVar

from hybridviz.runtime.base import Runtime
from hybridviz.runtime.stages import LOCK_WAIT

T = TypeVar("T")


class _Execution:
    """One stay inside a lock, by all code that belongs to it."""

    __slots__ = ("depth",)

    def __init__(self) -> None:
        self.depth = 1


_executions: ContextVar[tuple[_Execution, ...]] = ContextVar("executions", default=())


class SessionLock:
    """A lock that an execution may enter again and again.

    Args:
        runtime: gives the mutex.
        before_release: called with the lock held when the outermost stay ends.
    """

    def __init__(self, runtime: Runtime, before_release: Callable[[], None]) -> None:
        self._mutex = runtime.lock()
        self._before_release = before_release
        self._holder: _Execution | None = None

    def held(self) -> bool:
        """Return whether the running code holds the lock."""
        return self._holder is not None and self._holder in _executions.get()

    def run(self, call: Callable[..., T], *args: object) -> T:
        """Call with the lock held and return the result; wait for the lock as long as it takes."""
        if self.held():
            return self._again(call, *args)
        if self._holder is None:  # free, as nearly always
            self._mutex.acquire()
            LOCK_WAIT.add(0.0)
        else:
            began = perf_counter()
            self._mutex.acquire()
            LOCK_WAIT.add(perf_counter() - began)
        return self._enter(call, *args)

    def run_within(self, timeout: float, call: Callable[..., object], *args: object) -> bool:
        """Call with the lock held; return False, without a call, if it was not free in ``timeout``
        s.
        """
        if self.held():
            self._again(call, *args)
        elif not self._mutex.acquire(timeout):
            return False
        else:
            self._enter(call, *args)
        return True

    def _enter(self, call: Callable[..., T], *args: object) -> T:
        self._holder = execution = _Execution()
        token = _executions.set((*_executions.get(), execution))
        try:
            return call(*args)
        finally:
            self._leave(execution)
            _executions.reset(token)

    def _again(self, call: Callable[..., T], *args: object) -> T:
        execution = self._holder
        assert execution is not None
        execution.depth += 1
        try:
            return call(*args)
        finally:
            self._leave(execution)

    def _leave(self, execution: _Execution) -> None:
        execution.depth -= 1
        if execution.depth == 0:
            try:
                self._before_release()
            finally:
                self._holder = None
                self._mutex.release()


def apart(call: Callable[..., T], *args: object) -> T:
    """Call as code that belongs to no execution: what it spawns must wait for locks like anybody
    else.
    """
    token = _executions.set(())
    try:
        return call(*args)
    finally:
        _executions.reset(token)
