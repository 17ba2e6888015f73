"""The end of the process: close the server while its sockets can still say goodbye.

Stock WSGI servers wait on SIGTERM until open connections are over, websockets too. So the signal
first closes those, on the runtime, and then goes to whoever had it before.
"""

import atexit
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)

Close = Callable[[], object]


def close_at_exit(close: Close, end: Close, spawn: Callable[[Close], object]) -> Callable[[], None]:
    """Have ``close`` called at the exit of the process, and ``end`` on a signal that asks for it.

    Call it in the main thread to have signals; they are left alone in any other.

    Args:
        close: ends all sessions and sockets; idempotent.
        end: does so too, and may end the process.
        spawn: runs a function on its own: a signal must not wait, it may have interrupted anything.

    Returns:
        A function that takes this back.
    """
    atexit.register(close)
    taken = {number: _chain(number, close, end, spawn) for number in SIGNALS if _is_ours(number)}

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
    number: signal.Signals, close: Close, end: Close, spawn: Callable[[Close], object]
) -> tuple[Any, Any]:
    previous = signal.getsignal(number)
    waits = callable(previous) and previous is not signal.default_int_handler
    asked = False

    def close_and_ask_again() -> None:
        close()
        os.kill(os.getpid(), number)

    def ask(signum: int, frame: FrameType | None) -> None:
        nonlocal asked
        if waits:
            spawn(end)
        elif not asked:
            # The default would stop Python at once; from then on no thread can start any more.
            asked = True
            spawn(close_and_ask_again)
            return
        if callable(previous):
            previous(signum, frame)
        else:
            raise SystemExit(128 + signum)

    signal.signal(number, ask)
    return ask, previous
