"""The end of the process: close the server while its sockets can still say goodbye.

Stock WSGI servers wait on SIGTERM until open connections are over, websockets too. So the signal
first closes those, on the runtime, and then goes to whoever had it before.
"""

import atexit
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)

Close = Callable[[], object]


def close_at_exit(close: Close, spawn: Callable[[Close], object]) -> Callable[[], None]:
    """Have ``close`` called on a signal that ends the process, and at its exit.

    Call it in the main thread to have signals; they are left alone in any other.

    Args:
        close: ends all sessions and sockets; idempotent.
        spawn: runs a function on its own: a signal must not wait, it may have interrupted anything.

    Returns:
        A function that takes this back.
    """
    atexit.register(close)
    taken = {number: _chain(number, close, spawn) for number in SIGNALS if _is_ours(number)}

    def undo() -> None:
        atexit.unregister(close)
        for number, (own, previous) in taken.items():
            if signal.getsignal(number) is own and _in_main_thread():
                signal.signal(number, previous)

    return undo


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


def _is_ours(number: signal.Signals) -> bool:
    """Return whether to take a signal: one that somebody handles, or SIGTERM unless ignored."""
    present = signal.getsignal(number)
    handled = callable(present) or (number == signal.SIGTERM and present is signal.SIG_DFL)
    return handled and _in_main_thread()


def _chain(
    number: signal.Signals, close: Close, spawn: Callable[[Close], object]
) -> tuple[Any, Any]:
    previous = signal.getsignal(number)

    def end(signum: int, frame: FrameType | None) -> None:
        spawn(close)
        if callable(previous):
            previous(signum, frame)
        else:
            raise SystemExit(128 + signum)  # runs the exit functions, which wait for the close

    signal.signal(number, end)
    return end, previous
