"""The runtime that the running callback belongs to, and what an app may ask of it."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import TypeVar

from hybridviz.runtime.base import Runtime

T = TypeVar("T")

active: ContextVar[Runtime | None] = ContextVar("active runtime", default=None)
"""Set by a session while it runs an app's code."""


def offload(call: Callable[..., T], *args: object, **kwargs: object) -> T:
    """Run ``call`` in a real thread and wait for its result, while all other sessions go on.

    For computation and for drivers written in C. Under gevent those stop every session of the
    process, because greenlets share one thread; and there ``threading`` and ``concurrent.futures``
    are greenlets too, so that an executor does not help. Pure Python I/O (sockets, ``requests``,
    ``time.sleep``, subprocesses) needs no offload.

    Under gevent ten of these run at a time, and more wait for them; the server has threads of its
    own.

    ``call`` must not touch the document: it runs without the session's lock. Outside of a session
    it is simply called.

    Args:
        call: any callable; its arguments follow.

    Returns:
        What it returns. What it raises is raised here.
    """
    runtime = active.get()
    if runtime is None:
        return call(*args, **kwargs)
    return runtime.offload_for_app(call, *args, **kwargs)
