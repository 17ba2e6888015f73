"""Which app the current greenlet, thread or task is running.

Set by the kinds of app; read by what stands in for things of the process: `argv` and `guards`.
"""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Running:
    """One run of an app.

    Attributes:
        route: URL path of the app, for the log.
        argv: its own ``sys.argv``; it may change it.
    """

    route: str
    argv: list[str]


running: ContextVar[Running | None] = ContextVar("running", default=None)
