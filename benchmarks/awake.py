"""Keeps the processors awake: one that sleeps wakes up late and with cold caches, and how late
hangs on other tenants of a virtual machine's host, not on the server.

Each has a loop to run, of the scheduling policy that all other processes interrupt at once.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

LOOP = """
import os, sys
parent, processor = map(int, sys.argv[1:])
os.sched_setaffinity(0, {processor})
os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
while os.getppid() == parent:  # so that none is left behind, however the parent ends
    pass
"""


@contextmanager
def awake() -> Iterator[None]:
    """Let no processor sleep while this is entered. Source: sched(7), SCHED_IDLE."""
    start = [sys.executable, "-S", "-c", LOOP, str(os.getpid())]
    loops = [
        subprocess.Popen([*start, str(each)], stdout=subprocess.DEVNULL)
        for each in os.sched_getaffinity(0)
    ]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()
