"""A goal is met by the figures, and by nothing else; the report tells it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from benchmarks.agree import ratios
from benchmarks.measure import Target, quantile
from benchmarks.plots import plot
from benchmarks.report import Setting, render
from benchmarks.rounds import Result
from benchmarks.scenario import Curve, Figures, Metric, Scenario
from benchmarks.verdicts import MET, MISSED, NOT_RUN, ratio_of, row_verdict, verdict

LOW = Metric("p50", "ms", "lower", ratio=0.5)
HIGH = Metric("p50", "ms", "higher", value=360)
BOTH = Metric("p50", "ms", "higher", ratio=3, value=360)
FREE = Metric("p50", "ms", "lower")
MAXIMUM = Metric("p50", "ms", "lower", value=20, compared=False)
BOUND = Metric("p50", "ms", "higher", ratio=1, or_bound=", 9 viewers")
OURS = "hybridviz"
PEERS = ("bokeh-3.9", "panel")
SETTING = Setting([OURS], [], ["bokeh-3.10", "panel"], 3, 1.0, datetime(2026, 1, 1), 0.0)


async def no_load(target: Target) -> Figures:
    return {}


def result(
    ours: Sequence[float], *peers: Sequence[float], metric: Metric = LOW, **more: float
) -> Result:
    scenario = Scenario("event", 5, "one event", (), no_load, (metric,))
    servers = [*zip((OURS, *PEERS), (ours, *peers), strict=False)]
    rounds = [
        {name: {"p50": values[at], **more} for name, values in servers if at < len(values)}
        for at in range(max(len(values) for _, values in servers))
    ]
    return Result(scenario, rounds, {})


def test_the_ratio_is_that_to_the_best_peer() -> None:
    low = result([1, 2, 90], [2, 4, 180], [5, 5, 5])
    assert ratio_of(low, LOW, (OURS,), PEERS) == 0.5
    high = replace(LOW, better="higher")
    assert ratio_of(low, high, (OURS,), PEERS) == 0.4


def test_a_failed_peer_is_no_best_peer() -> None:
    failed = replace(result([2], [1], [4]), failures={"bokeh-3.9": "wrong answer"})
    assert ratio_of(failed, LOW, (OURS,), PEERS) == 0.5


@pytest.mark.parametrize(
    ("metric", "ours", "peer", "expected"),
    [
        (LOW, [1.0], [2.0], MET),
        (LOW, [1.01], [2.0], MISSED),
        (LOW, [1.0], [], NOT_RUN),
        (LOW, [], [2.0], NOT_RUN),
        (HIGH, [360.0], [], MET),
        (HIGH, [359.0], [1.0], MISSED),
        (BOTH, [360.0], [120.0], MET),
        (BOTH, [360.0], [121.0], MISSED),
        (BOTH, [359.0], [1.0], MISSED),
        (FREE, [1.0], [1.0], ""),
    ],
)
def test_verdicts(metric: Metric, ours: list[float], peer: list[float], expected: str) -> None:
    assert verdict(result(ours, peer, metric=metric), metric, (OURS,), PEERS) == expected


def test_what_is_not_compared_has_a_goal_and_no_ratio() -> None:
    peer = "hybridviz-gunicorn"  # one that is installed wherever this runs
    for metric, ratio, known in ((MAXIMUM, "", 0), (replace(MAXIMUM, compared=True), "0.25x", 1)):
        scenario = result([], metric=metric).scenario
        longest = Result(scenario, [{OURS: {"p50": 8.0}, peer: {"p50": 32.0}}], {})
        text = render([longest], replace(SETTING, peers=[peer]))
        assert f"| p50, ms | 32 | 8 | {ratio} | ≤ 20 ms | met |" in text
        assert len(ratios(text)) == known
    assert verdict(result([21.0], metric=MAXIMUM), MAXIMUM, (OURS,), PEERS) == MISSED


def test_a_growth_is_a_ratio_itself() -> None:
    growth = Metric("p50", "x", "lower", value=11)
    text = render([result([7.5], metric=growth)], SETTING)
    assert "| p50, x | 7.5 | 7.5x | ≤ 11 x | met |" in text
    assert ratios(text) == {"one event: p50, x": 7.5}


@pytest.mark.parametrize(
    ("generator", "server", "expected"),
    [(0.9, 0.6, f"{MET}: generator-bound"), (0.9, 0.8, MISSED), (0.8, 0.6, MISSED)],
)
def test_a_busy_generator_excuses_only_an_idle_server(
    generator: float, server: float, expected: str
) -> None:
    shares = {"generator, 9 viewers": generator, "server, 9 viewers": server}
    slower = result([9.0], [10.0], metric=BOUND, **shares)
    assert verdict(slower, BOUND, (OURS,), PEERS) == expected


def test_a_row_is_met_when_all_its_numbers_are() -> None:
    met, missed = result([1], [2]), result([2], [2])
    assert row_verdict([met, met], (OURS,), PEERS) == MET
    assert row_verdict([met, missed], (OURS,), PEERS) == MISSED
    assert row_verdict([met, result([])], (OURS,), PEERS) == NOT_RUN
    assert row_verdict([result([1], metric=FREE)], (OURS,), PEERS) == NOT_RUN


def test_a_failure_is_named_and_meets_nothing() -> None:
    failed = replace(result([]), failures={OURS: "wrong answer"})
    text = render([failed], SETTING)
    assert "| 5 | one event | p50, ms | failed |  | ≤ 0.5x | **failed** |" in text
    assert "event: hybridviz failed: wrong answer" in text
    assert "0 of 1 rows are met." in text


def test_the_report_does_not_claim_more_rounds_than_there_were() -> None:
    text = render([result([1])], SETTING)
    assert "- up to 3 interleaved rounds, fewer of long scenarios, about 1 s each; medians" in text
    assert "- 1 round, about 1 s each" in render([result([1])], replace(SETTING, rounds=1))


def test_what_is_not_there_is_named() -> None:
    text = render([result([])], SETTING)
    assert "- panel: left out, it could not be installed here" in text


def test_goals_are_held_against_the_first_of_ours_that_takes_part() -> None:
    missed, met = {"p50": 9.0}, {"p50": 1.0}
    alone = replace(result([]).scenario, servers=("bokeh-3.9", "hybridviz-gunicorn-2"))
    workers = Result(alone, [{OURS: missed, "hybridviz-gunicorn-2": met, "bokeh-3.9": missed}], {})
    assert verdict(workers, LOW, (OURS, "hybridviz-gunicorn-2"), PEERS) == MET


def test_a_busy_generator_is_reported() -> None:
    text = render([result([1], **{"generator, 9 viewers": 0.93})], SETTING)
    assert "event, 9 viewers: the load generator was 93% busy against hybridviz" in text


def test_a_plot_shows_the_medians_of_who_took_part() -> None:
    curve = Curve("viewers", "CPU, ms", {9: "p50", 99: "not measured"})
    made = plot(result([1, 2, 3], [8]), curve, [OURS, *PEERS])
    assert made["lines"] == {OURS: [(9, 2)], "bokeh-3.9": [(9, 8)]}
    assert made["file"] == "viewers-cpu-ms.png"


def test_quantiles() -> None:
    assert [quantile([3, 1, 2], share) for share in (0, 0.5, 0.99)] == [1, 2, 3]
