"""The turns of a load process: it works while it has one, and waits while others have theirs."""

import json
import subprocess
import sys
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from tempfile import TemporaryFile
from threading import Timer
from typing import IO

from benchmarks.measure import stolen
from benchmarks.scenario import Figures
from benchmarks.servers import ROOT

PASSED_ON = "passed on\n"
"""What it says when it lets the others have their turn; a line tells it to go on."""
PARTING = 20.0  # seconds to end the server once it is given up


class LoadFailed(Exception):
    """The load generator gave up: a wrong answer, a lost connection, or no end in sight."""


def turns(
    scenario: str, server: str, seconds: float, within: float
) -> Generator[None, None, Figures]:
    """Run a scenario on a fresh server; yield each time the turn is passed on, at last return the
    figures, and as "stolen" how many cores other tenants of the machine took meanwhile.

    Args:
        scenario: its name.
        server: likewise.
        seconds: length of the measurement.
        within: seconds after which it is given up.

    Raises:
        LoadFailed: it failed, the text is its last line; or it did not come to an end.
    """
    worked = taken = 0.0
    arguments = [scenario, server, str(seconds)]
    with TemporaryFile("w+") as errors, _started(arguments, errors, within) as process:
        while True:
            start, before = time.perf_counter(), stolen()
            said = _work(process, resumed=worked > 0)
            worked, taken = worked + time.perf_counter() - start, taken + stolen() - before
            if said != PASSED_ON:
                break
            yield
        if process.returncode:
            errors.seek(0)
            raise LoadFailed(errors.read().strip().rpartition("\n")[2])
    figures: Figures = json.loads(said)
    return {**figures, "stolen": taken / worked}


def _work(process: "subprocess.Popen[str]", resumed: bool) -> str:
    """Let a process work until it says something; if that is its last word, until it has ended."""
    assert process.stdin is not None and process.stdout is not None
    if resumed:
        with suppress(BrokenPipeError):  # it has ended: what it says tells why
            process.stdin.write("\n")
            process.stdin.flush()
    said = process.stdout.readline()
    if said != PASSED_ON:
        process.wait()
    return said


@contextmanager
def _started(
    arguments: Sequence[str], errors: IO[str], within: float
) -> Iterator["subprocess.Popen[str]"]:
    """Start a load process; no server of its shall be left running, whatever ends this."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.load", *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
    )
    limit = Timer(within, process.terminate)
    limit.start()
    try:
        yield process
    finally:
        limit.cancel()
        process.terminate()  # without effect if it has ended
        process.communicate(timeout=PARTING)
