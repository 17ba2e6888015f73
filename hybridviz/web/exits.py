"""The end of the process: close the server while its sockets can still say goodbye.

Stock WSGI servers wait on SIGTERM until open connections are over, websockets too; and once Python
itself ends, no thread can start any more. So a signal first has the server closed, on the runtime,
and then goes to whoever had it before.
"""

import atexit
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)

Call = Callable[[], object]


def close_at_exit(close: Call, leave: Call, spawn: Callable[[Call], object]) -> Call:
    """Have ``close`` called on a signal that ends the process, and at its exit.

    Call it in the main thread to have signals; they are left alone in any other.

    Args:
        close: ends all sessions and sockets; idempotent.
        leave: called after a signal was passed on, to end a process that lingers.
        spawn: runs a function on its own: a signal must not wait, it may have interrupted anything.

    Returns:
        A function that takes this back.
    """
    atexit.register(close)
    taken = {number: _chain(number, close, leave, spawn) for number in SIGNALS if _is_ours(number)}

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
    number: signal.Signals, close: Call, leave: Call, spawn: Callable[[Call], object]
) -> tuple[Any, Any]:
    previous = signal.getsignal(number)
    asked = False

    def end() -> None:
        close()
        os.kill(os.getpid(), number)
        leave()

    def ask(signum: int, frame: FrameType | None) -> None:
        nonlocal asked
        if not asked:
            asked = True
            spawn(end)
        elif callable(previous):
            previous(signum, frame)
        else:
            raise SystemExit(128 + signum)

    signal.signal(number, ask)
    return ask, previous
