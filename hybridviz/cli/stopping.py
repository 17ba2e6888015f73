"""The request to stop, by SIGTERM or SIGINT, of the gevent server's process.

Imported only after the process has been monkey-patched.
"""

import os
import signal
from collections.abc import Callable
from socket import socket, socketpair
from typing import Any

import gevent
from gevent import monkey
from gevent.event import Event

EXIT_WITHIN = 4.8
"""Seconds after the signal at which the process ends come what may; supervisors are told 5."""


def stop_event() -> Event:
    """Return the event that a signal sets; a second signal ends the process at once."""
    stop = Event()

    def ask(number: int, frame: Any) -> None:
        if stop.is_set():
            os._exit(130)  # asked twice: at once, whatever greenlet this happens to run in
        _exit_after(EXIT_WITHIN)
        stop.set()

    _wake_hub_by_signals()
    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    return stop


def _wake_hub_by_signals() -> None:
    """Have each signal wake the hub. One that comes in the moment before the hub begins to wait, or
    that another thread is given, interrupts no wait: it would be heard of at the next request.
    """
    ours, signalled = socketpair()  # of gevent: the system's calls do not block
    signal.set_wakeup_fd(signalled.fileno(), warn_on_full_buffer=False)
    gevent.spawn(_hear, ours, signalled)


def _hear(ours: socket, signalled: socket) -> None:
    """Wait for a byte again and again; what to do at a signal, Python knows."""
    while ours.recv(64):
        pass


def _exit_after(seconds: float) -> None:
    """End the process after that time if it has not ended by itself.

    A callback that computes without pause keeps every other greenlet from running; only a thread of
    the operating system still gets its turn.
    """
    sleep = real_sleep()

    def end() -> None:
        sleep(seconds)
        os.write(2, b"hybridviz: ended while callbacks were still running\n")
        os._exit(0)

    monkey.get_original("_thread", "start_new_thread")(end, ())


def real_sleep() -> Callable[[float], object]:
    """Return the sleep of an operating system's thread."""
    sleep: Callable[[float], object] = monkey.get_original("time", "sleep")
    return sleep
