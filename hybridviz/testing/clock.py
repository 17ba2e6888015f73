"""A virtual clock takes the place of a server's runtime, also of one that runs already.

Knows servers from outside only. Called by `site`.
"""

from collections.abc import Callable, Iterable

from hybridviz.runtime.base import Runtime
from hybridviz.runtime.manual import ManualRuntime
from hybridviz.web.served import ServedApp

TAKEN = (
    "now",
    "sleep",
    "lock",
    "event",
    "spawn",
    "call_later",
    "run_coroutine",
    "in_coroutine",
    "offload",
    "offload_for_app",
)
"""All that a runtime does."""


def take_over(
    runtime: Runtime, clock: ManualRuntime, served: Iterable[ServedApp]
) -> Callable[[], None]:
    """Let the virtual clock do all that the runtime does; timers that wait are started anew.

    Args:
        runtime: the server's.
        clock: what takes its place.
        served: the server's apps.

    Returns:
        A function that takes this back.
    """
    for name in TAKEN:
        setattr(runtime, name, getattr(clock, name))
    _restart(served)

    def give_back() -> None:
        for name in TAKEN:
            delattr(runtime, name)
        _restart(served)

    return give_back


def _restart(served: Iterable[ServedApp]) -> None:
    for app in served:
        app.registry.context.restart()
        for session in app.registry:
            for callback in session.document.session_callbacks:
                session.callback_removed(callback)
                session.callback_added(callback)
