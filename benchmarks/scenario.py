"""What a scenario is: apps to serve, a load to run on them, its figures and their goals."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from benchmarks.measure import Target
from benchmarks.servers import ONE_PROCESS

Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure of a scenario.

    Args:
        name: its key in what the scenario returns, and its label.
        unit: such as ``ms``.
        better: which way is better.
        ratio: goal for ours / best peer; None if there is none.
        value: goal for our own figure; None if there is none.
        or_bound: the ``suffix`` of `Meter.shares`, if the goal is also met when the generator was
            at its limit and the server was not; None if it is not.
        compared: whether it has a ratio to the peers. A maximum has none: it is the time of one
            event of thousands, and the ratio of two of them is another one in each run. A growth,
            whose unit is ``x``, is a ratio itself.
    """

    name: str
    unit: str
    better: Literal["lower", "higher"]
    ratio: float | None = None
    value: float | None = None
    or_bound: str | None = None
    compared: bool = True

    @property
    def has_goal(self) -> bool:
        return self.ratio is not None or self.value is not None

    @property
    def is_growth(self) -> bool:
        return self.unit == "x"

    def meets(self, figure: float, limit: float) -> bool:
        """Tell whether ``figure`` is on the good side of ``limit``."""
        return figure <= limit if self.better == "lower" else figure >= limit


@dataclass(frozen=True, slots=True)
class Curve:
    """How a figure grows with a size: a plot of the report.

    Args:
        axis: what the sizes are, such as ``viewers``.
        label: what the figures are, with their unit.
        points: the name of the figure for each size.
    """

    axis: str
    label: str
    points: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One group of lines of the report.

    Args:
        name: on the command line.
        row: the goal that it belongs to, a key of `rows.ROWS`.
        title: in the report.
        apps: names in benchmarks/apps.
        run: puts the load on a server and returns the figures.
        metrics: the figures that are shown, and their goals.
        curves: plots of them.
        settings: environment variables of the servers; ours take their settings from them.
        servers: on which it runs.
        rounds: the most rounds that are worth their time.
        spare: how many more may be made in place of those that other tenants of the machine have
            disturbed: a p99 hangs on it.
    """

    name: str
    row: int
    title: str
    apps: tuple[str, ...]
    run: Callable[[Target], Coroutine[Any, Any, Figures]]
    metrics: tuple[Metric, ...]
    curves: tuple[Curve, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    servers: tuple[str, ...] = ONE_PROCESS
    rounds: int = 9
    spare: int = 0
