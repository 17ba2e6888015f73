"""What the figures say about the goals: ratios to the best peer, and whether a goal is met."""

from collections.abc import Sequence

from benchmarks.rounds import Result
from benchmarks.scenario import Metric

BUSY = 0.85  # share of one core from which on the load generator may be the bottleneck
IDLE = 0.7  # share of one core below which the server then is not

MET = "met"
MISSED = "**missed**"
FAILED = "**failed**"
NOT_RUN = "not run"


def held(result: Result, ours: Sequence[str]) -> str:
    """Return which of our servers the goals are held against: the first that takes part."""
    return next((name for name in ours if name in result.scenario.servers), ours[0])


def ratio_of(
    result: Result, metric: Metric, ours: Sequence[str], peers: Sequence[str]
) -> float | None:
    """Return our ratio to the best peer, or a growth of ours, which is a ratio itself; None if
    either is missing, or it tells nothing.
    """
    server = held(result, ours)
    if metric.is_growth:
        return result.median(server, metric.name)
    return result.ratio(server, peers, metric) if metric.compared else None


def verdict(result: Result, metric: Metric, ours: Sequence[str], peers: Sequence[str]) -> str:
    """Return what became of a figure's goal, or nothing if it has none."""
    if not metric.has_goal:
        return ""
    server = held(result, ours)
    figure = result.median(server, metric.name)
    if figure is None:
        return FAILED if server in result.failures else NOT_RUN
    if metric.value is not None and not metric.meets(figure, metric.value):
        return MISSED
    if metric.ratio is None:
        return MET
    ratio = ratio_of(result, metric, ours, peers)
    if ratio is None:
        return NOT_RUN
    if metric.meets(ratio, metric.ratio):
        return MET
    return f"{MET}: generator-bound" if _is_bound(result, metric, server) else MISSED


def row_verdict(results: Sequence[Result], ours: Sequence[str], peers: Sequence[str]) -> str:
    """Return what became of a row: met when all its numbers are."""
    said = [v for r in results for m in r.scenario.metrics if (v := verdict(r, m, ours, peers))]
    for worst in (FAILED, MISSED, NOT_RUN):
        if worst in said:
            return MISSED if worst != NOT_RUN else NOT_RUN
    return MET if said else NOT_RUN


def _is_bound(result: Result, metric: Metric, server: str) -> bool:
    if metric.or_bound is None:
        return False
    generator = result.median(server, f"generator{metric.or_bound}") or 0.0
    busy = result.median(server, f"server{metric.or_bound}") or 1.0
    return generator > BUSY and busy < IDLE
