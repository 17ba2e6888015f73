"""A goal is met by the figures, and by nothing else."""

from datetime import datetime
from functools import partial

import pytest

from benchmarks.measure import Target, quantile
from benchmarks.report import Result, Setting, ratio_to_best, render, verdict
from benchmarks.scenario import Figures, Metric, Scenario

LOW = Metric("p50", "ms", "lower", ratio=0.5)
HIGH = Metric("events", "1/s", "higher", value=360)
SETTING = Setting("hybridviz", ["bokeh-serve"], 3, 1.0, datetime(2026, 1, 1), 0.0)


async def no_load(target: Target) -> Figures:
    return {}


def result(ours: list[float], peer: list[float], **failures: str) -> Result:
    scenario = Scenario("event", "one event", (), no_load, (LOW,))
    rounds = {"hybridviz": ours, "bokeh-serve": peer}
    figures = partial(dict[str, float], generator=0.1)
    return Result(
        scenario,
        {name: [figures(p50=v) for v in values] for name, values in rounds.items()},
        failures,
    )


def test_the_ratio_is_that_of_the_medians() -> None:
    assert ratio_to_best(result([1, 2, 90], [4, 1, 40]), LOW, SETTING) == 0.5


@pytest.mark.parametrize(
    ("metric", "ours", "ratio", "expected"),
    [
        (LOW, 1.0, 0.5, "met"),
        (LOW, 1.0, 0.51, "**not met**"),
        (LOW, None, None, "failed"),
        (LOW, 1.0, None, "failed"),
        (HIGH, 360.0, None, "met"),
        (HIGH, 359.0, 9.0, "**not met**"),
        (Metric("p50", "ms", "lower"), 1.0, 1.0, ""),
    ],
)
def test_verdicts(metric: Metric, ours: float | None, ratio: float | None, expected: str) -> None:
    assert verdict(metric, ours, ratio) == expected


def test_a_failed_server_is_named_and_meets_nothing() -> None:
    text = render([result([], [4.0], hybridviz="wrong answer")], SETTING)
    assert "| 4 | failed |  | ≤ 0.5x | failed |" in text
    assert "hybridviz failed: wrong answer" in text


def test_quantiles() -> None:
    assert [quantile([3, 1, 2], share) for share in (0, 0.5, 0.99)] == [1, 2, 3]
