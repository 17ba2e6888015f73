"""Rounds: in each, all servers have their turns at a scenario; each is a fresh process."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from statistics import median

from benchmarks.awake import awake
from benchmarks.contenders import contenders
from benchmarks.scenario import Figures, Metric, Scenario
from benchmarks.turns import LoadFailed, turns

GRACE = 600.0  # seconds that a scenario may take on top of its measuring time, to open and to end
CALM = 0.02  # cores that other tenants may take, on average, in a measurement that is not disturbed

Round = Mapping[str, Figures]
"""The figures of one round, by servers."""


@dataclass(frozen=True, slots=True)
class Result:
    """What one scenario gave: the figures of all rounds, and why servers failed."""

    scenario: Scenario
    rounds: Sequence[Round]
    failures: Mapping[str, str]

    @property
    def servers(self) -> set[str]:
        """The servers that took part, even if they failed."""
        return {*self.failures}.union(*self.rounds)

    def figures(self, server: str) -> list[Figures]:
        """Return what a server gave, round by round."""
        return [given[server] for given in self.rounds if server in given]

    def median(self, server: str, metric: str) -> float | None:
        """Return a server's median over the rounds; None if it failed or did not take part."""
        if server in self.failures:
            return None
        known = [figures[metric] for figures in self.figures(server) if metric in figures]
        return median(known) if known else None

    def ratio(self, ours: str, peers: Sequence[str], metric: Metric) -> float | None:
        """Return the median over the rounds of our figure / the best peer's of the same round, when
        the machine was the same for both; None if they had none in common. The best peer is that
        with the best median.
        """
        known = {peer: figure for peer in peers if (figure := self.median(peer, metric.name))}
        if not known or self.median(ours, metric.name) is None:
            return None
        best = (min if metric.better == "lower" else max)(known, key=known.__getitem__)
        ratios = [
            given[ours][metric.name] / given[best][metric.name]
            for given in self.rounds
            if ours in given and best in given and given[best][metric.name]
        ]
        return median(ratios) if ratios else None


def compare(
    scenario: Scenario,
    servers: Sequence[str],
    rounds: int,
    seconds: float,
    progress: Callable[[str], None],
) -> Result:
    """Run one scenario on all servers; one that failed is left out from then on.

    From the second round on, only `contenders` take part. While the scenario has rounds to spare
    and fewer than ``rounds`` were calm, there is another one. The calmest count.

    Args:
        scenario: what to run.
        servers: names in SERVERS.
        rounds: how many.
        seconds: length of one measurement.
        progress: is told, line by line, what is going on.
    """
    made: list[Round] = []
    failures: dict[str, str] = {}
    going_on = [*servers]
    while going_on and sum(map(is_calm, made)) < rounds and len(made) < rounds + scenario.spare:
        progress(f"{scenario.name}: round {len(made) + 1}: {', '.join(going_on)}")
        given, failed = play(scenario, going_on, seconds)
        for server, reason in failed.items():
            progress(f"{server} failed: {reason}")
        failures |= failed
        made.append(given)
        contending = contenders(scenario.metrics, servers, made)
        going_on = [name for name in servers if name in contending and name not in failures]
    return Result(scenario, calmest(made, rounds), failures)


def is_calm(given: Round) -> bool:
    """Return whether other tenants of the machine have not disturbed a round."""
    return all(figures["stolen"] <= CALM for figures in given.values())


def calmest(made: Sequence[Round], count: int) -> list[Round]:
    """Return so many rounds, and of the first one in any case who had no other."""
    chosen = sorted(made, key=lambda given: max((f["stolen"] for f in given.values()), default=0))
    chosen = chosen[:count]
    seen = set().union(*chosen)
    return [*chosen, *({name: made[0][name]} for name in made[0] if name not in seen)]


def play(
    scenario: Scenario, servers: Sequence[str], seconds: float
) -> tuple[dict[str, Figures], dict[str, str]]:
    """Run the scenario on fresh servers, which work in turns; return their figures, and why the
    others failed.
    """
    given: dict[str, Figures] = {}
    failed: dict[str, str] = {}
    within = (20 * seconds + GRACE) * len(servers)
    start = partial(turns, scenario.name, seconds=seconds, within=within)
    with awake(), ExitStack() as stack:
        working = {name: stack.enter_context(closing(start(name))) for name in servers}
        while working:
            for name in tuple(working):
                try:
                    next(working[name])
                    continue
                except StopIteration as end:
                    given[name] = end.value
                except LoadFailed as failure:
                    failed[name] = str(failure)
                del working[name]
    return given, failed
