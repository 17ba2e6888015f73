"""Results of callbacks, which may be coroutines: what these return is what is meant."""

from collections.abc import Awaitable
from contextvars import copy_context
from typing import Any

from hybridviz.runtime.base import Runtime


def settled(runtime: Runtime, result: Any) -> Any:
    """Return what a callback has returned or, if that must be awaited, what comes of it."""
    if isinstance(result, Awaitable):
        return runtime.run_coroutine(wait_for(result), copy_context())
    return result


async def wait_for(awaitable: Awaitable[Any]) -> Any:
    """Make a coroutine of whatever can be awaited."""
    return await awaitable
