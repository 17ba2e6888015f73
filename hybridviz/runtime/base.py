"""The seam between sessions and whatever runs them: greenlets, threads, or a virtual clock.

Sessions, connections and schedulers know only these names. One contract suite (tests/contracts)
holds for every implementation. ``Runtime.spawn`` and ``call_later`` carry the caller's ContextVars.
"""

from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Lock(Protocol):
    """A mutual exclusion lock that is not bound to the greenlet or thread that took it."""

    def acquire(self, timeout: float | None = None) -> bool:
        """Take the lock; wait at most ``timeout`` seconds (``None``: for ever). Return whether it
        was taken.
        """

    def release(self) -> None:
        """Give the lock back; any greenlet or thread may do so."""


class Event(Protocol):
    """A flag that others wait for."""

    def set(self) -> None: ...

    def clear(self) -> None: ...

    def is_set(self) -> bool: ...

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until set, at most ``timeout`` seconds; return whether it is set."""


class Timer(Protocol):
    """A call that was put off."""

    def cancel(self) -> None:
        """Forget the call; no effect once it has started."""


class Task(Protocol):
    """A call that runs on its own."""

    def join(self, timeout: float | None = None) -> bool:
        """Wait for its end, at most ``timeout`` seconds; return whether it has ended."""


class Clock(Protocol):
    """What timers need of the world. Times are seconds; ``now`` is monotonic."""

    def now(self) -> float: ...

    def lock(self) -> Lock: ...

    def spawn(self, call: Callable[..., object], *args: object) -> object:
        """Run ``call(*args)`` soon; see `Runtime`."""

    def call_later(self, delay: float, call: Callable[..., object], *args: object) -> Timer:
        """Run ``call(*args)`` once ``delay`` seconds have passed; see `Runtime`."""


class Runtime(Clock, Protocol):
    """What sessions need of the world.

    Attributes:
        name: what it is called.
        endings: what ends the greenlet or thread that raises it, such as one that is killed. All
            else that the code of apps raises is a failure of that code.
    """

    name: str
    endings: tuple[type[BaseException], ...]

    def sleep(self, seconds: float) -> None: ...

    def event(self) -> Event: ...

    def spawn(self, call: Callable[..., object], *args: object) -> Task:
        """Run ``call(*args)`` on its own, with a copy of the caller's ContextVars.

        May be called from any OS thread. An exception it raises is logged, never lost.
        """

    def call_later(self, delay: float, call: Callable[..., object], *args: object) -> Timer:
        """Run ``call(*args)`` on its own once ``delay`` seconds have passed; see ``spawn``."""

    def run_coroutine(self, coroutine: Coroutine[Any, Any, T], context: Context) -> T:
        """Run a coroutine on the one asyncio loop, in ``context``, and return its result."""

    def in_coroutine(self) -> bool:
        """Return whether the running code is that of a coroutine, in which `run_coroutine` must not
        wait for another one.
        """

    def offload(self, call: Callable[..., T], *args: object, **kwargs: object) -> T:
        """Run ``call`` in a real OS thread and wait for its result, while others of this runtime go
        on. For the server's own work.
        """

    def offload_for_app(self, call: Callable[..., T], *args: object, **kwargs: object) -> T:
        """Do the same for the code of an app. However many of these take however long, the server's
        own work waits for none of them.
        """

    def close(self) -> None:
        """Stop the runtime's own threads and loops; idempotent."""
