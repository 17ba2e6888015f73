"""Rounds: servers take turns; each measurement has a fresh server and a load process of its own."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence

from benchmarks.report import Result
from benchmarks.scenario import Figures, Scenario
from benchmarks.servers import ROOT, SERVERS, ServerFailed, running

GRACE = 60.0  # seconds that a scenario may take on top of its measuring time, to open and to end


class LoadFailed(Exception):
    """The load generator gave up: a wrong answer, a lost connection, or no end in sight."""


def compare(
    scenario: Scenario,
    servers: Sequence[str],
    rounds: int,
    seconds: float,
    progress: Callable[[str], None],
) -> Result:
    """Run one scenario on all servers in turns; a server that failed once is left out.

    Args:
        scenario: what to run.
        servers: names in SERVERS.
        rounds: how many turns.
        seconds: length of one measurement.
        progress: is told, line by line, what is going on.
    """
    figures: dict[str, list[Figures]] = {server: [] for server in servers}
    failures: dict[str, str] = {}
    for number in range(rounds):
        for server in servers:
            if server in failures:
                continue
            progress(f"{scenario.name}: {server}, round {number + 1} of {rounds}")
            try:
                figures[server].append(measure(scenario, server, seconds))
            except (ServerFailed, LoadFailed) as failure:
                failures[server] = str(failure)
                progress(f"failed: {failure}")
    return Result(scenario, figures, failures)


def measure(scenario: Scenario, server: str, seconds: float) -> Figures:
    """Start a server, run the scenario against it, return the figures.

    Raises:
        ServerFailed: the server did not start.
        LoadFailed: see `run_load`.
    """
    with running(SERVERS[server], scenario.apps) as (port, pid):
        return run_load(scenario, port, pid, seconds)


def run_load(scenario: Scenario, port: int, pid: int, seconds: float) -> Figures:
    """Run the scenario's load in its own process against the server that listens on ``port``.

    Raises:
        LoadFailed: it failed, the text is its last line; or it did not come to an end.
    """
    command = [sys.executable, "-m", "benchmarks.load", scenario.name]
    command += [str(port), str(pid), str(seconds)]
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=10 * seconds + GRACE
        )
    except subprocess.TimeoutExpired:
        raise LoadFailed("did not come to an end") from None
    if done.returncode:
        raise LoadFailed(done.stderr.strip().rpartition("\n")[2])
    figures: Figures = json.loads(done.stdout)
    return figures
