"""No processor sleeps while the benchmark measures; nobody waits for what keeps them awake."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.awake import awake

KILLED = """
import os, signal
from benchmarks.awake import awake
with awake():
    os.kill(os.getpid(), signal.SIGKILL)
"""


def loops(parent: int) -> list[int]:
    """Return the processes that keep processors awake for a parent, in the policy that yields."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            arguments = path.read_bytes().split(b"\0")
        except OSError:  # ended since the directory was listed
            continue
        if b"SCHED_IDLE" in b"".join(arguments) and str(parent).encode() in arguments:
            found.append(int(path.parent.name))
    return found


def idling(process: int) -> bool:
    return os.sched_getscheduler(process) == os.SCHED_IDLE


def eventually(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


def test_each_processor_has_a_loop_of_its_own_that_yields_to_all_others() -> None:
    mine = os.getpid()
    with awake():
        started = loops(mine)
        assert len(started) == len(os.sched_getaffinity(0))
        assert eventually(lambda: all(idling(process) for process in started))
        processors = {frozenset(os.sched_getaffinity(process)) for process in started}
        assert processors == {frozenset({each}) for each in os.sched_getaffinity(0)}
    assert loops(mine) == []


def test_none_outlives_a_killed_load_process() -> None:
    killed = subprocess.Popen([sys.executable, "-c", KILLED])
    killed.wait()
    assert eventually(lambda: not loops(killed.pid))
