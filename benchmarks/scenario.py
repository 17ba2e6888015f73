"""What a scenario is: apps to serve, a load to run on them, its figures and their goals."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Literal

from benchmarks.measure import Target

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
    """

    name: str
    unit: str
    better: Literal["lower", "higher"]
    ratio: float | None = None
    value: float | None = None

    def meets(self, figure: float, limit: float) -> bool:
        """Tell whether ``figure`` is on the good side of ``limit``."""
        return figure <= limit if self.better == "lower" else figure >= limit


@dataclass(frozen=True, slots=True)
class Scenario:
    """One row group of the report. ``apps`` are names of benchmarks/apps/NAME.py."""

    name: str
    title: str
    apps: tuple[str, ...]
    run: Callable[[Target], Coroutine[Any, Any, Figures]]
    metrics: tuple[Metric, ...]
