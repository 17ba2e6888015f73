"""Who has further rounds: the servers that a ratio hangs on; so there is time for more of them."""

from collections.abc import Mapping, Sequence
from statistics import median

from benchmarks.scenario import Figures, Metric
from benchmarks.servers import SERVERS

CLOSE = 2.0  # a peer with a figure so many times worse than the best peer's has lost to it


def contenders(
    metrics: Sequence[Metric], servers: Sequence[str], rounds: Sequence[Mapping[str, Figures]]
) -> set[str]:
    """Return the first of our servers, and each peer that is close to the best of them in a figure
    that has a goal and in which ours is compared with them.

    Args:
        metrics: of the scenario.
        servers: all that take part.
        rounds: what they have given so far.
    """
    ours = [name for name in servers if SERVERS[name].is_ours]
    figures = {name: [given[name] for given in rounds if name in given] for name in servers}
    peers = {name: given for name, given in figures.items() if given and name not in ours}
    close = [
        _close({name: _median(given, metric) for name, given in peers.items()}, metric)
        for metric in metrics
        if metric.has_goal and metric.compared and not metric.is_growth
    ]
    return set(ours[:1]).union(*close)


def _median(given: Sequence[Figures], metric: Metric) -> float:
    return median(figures[metric.name] for figures in given)


def _close(figures: Mapping[str, float], metric: Metric) -> set[str]:
    if metric.better == "lower":
        limit = min(figures.values(), default=0.0) * CLOSE
    else:
        limit = max(figures.values(), default=0.0) / CLOSE
    return {name for name, figure in figures.items() if metric.meets(figure, limit)}
