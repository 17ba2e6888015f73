"""Rounds: servers take turns; each measurement has a fresh server and a load process of its own."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from statistics import median

from benchmarks.contenders import contenders
from benchmarks.measure import stolen
from benchmarks.scenario import Figures, Scenario
from benchmarks.servers import ROOT

GRACE = 600.0  # seconds that a scenario may take on top of its measuring time, to open and to end
CALM = 0.02  # cores that other tenants may take, on average, in a measurement that is not disturbed
PARTING = 20.0  # seconds to end the server once it is given up


class LoadFailed(Exception):
    """The load generator gave up: a wrong answer, a lost connection, or no end in sight."""


@dataclass(frozen=True, slots=True)
class Result:
    """What one scenario gave: for each server its figures of each round, or why it failed."""

    scenario: Scenario
    rounds: Mapping[str, Sequence[Figures]]
    failures: Mapping[str, str]

    def median(self, server: str, metric: str) -> float | None:
        """Return a server's median over the rounds; None if it failed or did not take part."""
        rounds = self.rounds.get(server)
        if server in self.failures or not rounds:
            return None
        known = [figures[metric] for figures in rounds if metric in figures]
        return median(known) if known else None


def compare(
    scenario: Scenario,
    servers: Sequence[str],
    rounds: int,
    seconds: float,
    progress: Callable[[str], None],
) -> Result:
    """Run one scenario on all servers in turns; a server that failed once is left out.

    From the second round on, only `contenders` have turns. While the scenario has rounds to spare,
    those with fewer than ``rounds`` calm measurements have another turn. The calmest count.

    Args:
        scenario: what to run.
        servers: names in SERVERS.
        rounds: how many turns.
        seconds: length of one measurement.
        progress: is told, line by line, what is going on.
    """
    figures: dict[str, list[Figures]] = {server: [] for server in servers}
    failures: dict[str, str] = {}
    for number in range(rounds + scenario.spare):
        contending = contenders(scenario.metrics, figures)
        for server in servers:
            given_up = server in failures or (number and server not in contending)
            if given_up or calm(figures[server]) >= rounds:
                continue
            turn = (
                f"round {number + 1}" if number < rounds else f"spare round {number + 1 - rounds}"
            )
            progress(f"{scenario.name}: {server}, {turn}")
            try:
                figures[server].append(measure(scenario, server, seconds))
            except LoadFailed as failure:
                failures[server] = str(failure)
                progress(f"failed: {failure}")
    calmest = {
        name: sorted(all, key=itemgetter("stolen"))[:rounds] for name, all in figures.items()
    }
    return Result(scenario, calmest, failures)


def calm(figures: Sequence[Figures]) -> int:
    """Return how many measurements other tenants of the machine did not disturb."""
    return sum(each["stolen"] <= CALM for each in figures)


def measure(scenario: Scenario, server: str, seconds: float) -> Figures:
    """Run the scenario on a fresh server, in a load process of its own; return the figures, and
    as "stolen" how many cores other tenants of the machine took meanwhile.

    Raises:
        LoadFailed: it failed, the text is its last line; or it did not come to an end.
    """
    start, stolen_before = time.perf_counter(), stolen()
    command = [sys.executable, "-m", "benchmarks.load", scenario.name, server, str(seconds)]
    load = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        output, errors = load.communicate(timeout=20 * seconds + GRACE)
    except BaseException as error:  # also Ctrl-C: no server shall be left running
        load.terminate()
        output, errors = load.communicate(timeout=PARTING)
        if not isinstance(error, subprocess.TimeoutExpired):
            raise
    if load.returncode:
        raise LoadFailed(errors.strip().rpartition("\n")[2])
    taken = (stolen() - stolen_before) / (time.perf_counter() - start)
    return {**json.loads(output), "stolen": taken}
