"""Rounds that other tenants of the machine have disturbed are made again, within limits."""

from collections.abc import Callable

import pytest

from benchmarks import rounds
from benchmarks.contenders import contenders
from benchmarks.measure import Target
from benchmarks.scenario import Figures, Metric, Scenario

P99 = Metric("p99", "ms", "lower", ratio=0.8)
Turns = Callable[..., list[float]]


async def no_load(target: Target) -> Figures:
    return {}


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> Turns:
    """Return a function that compares one server, of which it says how much was stolen in each
    measurement; it returns the p99s that count: the number of the turn.
    """

    def compared(*stolen: float, wanted: int = 2, spare: int = 2) -> list[float]:
        turns = iter(enumerate(stolen))

        def measure(scenario: Scenario, server: str, seconds: float) -> Figures:
            number, share = next(turns)
            return {"p99": number, "stolen": share}

        monkeypatch.setattr(rounds, "measure", measure)
        scenario = Scenario("x", 8, "", (), no_load, (P99,), spare=spare)
        result = rounds.compare(scenario, ["panel"], wanted, 1.0, print)
        assert next(turns, None) is None, "it took fewer turns than expected"
        return [figures["p99"] for figures in result.rounds["panel"]]

    return compared


def test_calm_rounds_are_not_made_again(measured: Turns) -> None:
    assert measured(0.0, 0.01) == [0, 1]


def test_a_disturbed_round_is_made_again_and_does_not_count(measured: Turns) -> None:
    assert measured(0.3, 0.0, 0.01) == [1, 2]


def test_there_is_an_end_to_it_and_the_calmest_count(measured: Turns) -> None:
    assert measured(0.3, 0.1, 0.4, 0.2) == [1, 3]


def test_without_rounds_to_spare_all_count(measured: Turns) -> None:
    assert measured(0.3, 0.1, spare=0) == [1, 0]


def test_who_has_lost_has_no_further_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    p99 = {"bokeh-3.9": 44.0, "bokeh-fastapi": 0.6, "panel": 1.1, "hybridviz": 9.0}
    p99 |= {"bokeh-3.10": 1.3, "hybridviz-gunicorn": 0.3}
    monkeypatch.setattr(rounds, "measure", lambda _, server, __: {"p99": p99[server], "stolen": 0})
    scenario = Scenario("x", 8, "", (), no_load, (P99,))
    result = rounds.compare(scenario, [*p99], 3, 1.0, print)
    went_on = {"bokeh-fastapi", "panel", "hybridviz"}
    assert {name: len(all) for name, all in result.rounds.items()} == {
        name: 3 if name in went_on else 1 for name in p99
    }


def test_only_figures_that_are_compared_make_contenders() -> None:
    more = Metric("events", "1/s", "higher", ratio=3)
    growth, free = Metric("growth", "x", "lower", value=2), Metric("free", "ms", "lower")
    given = {
        "bokeh-3.9": [{"p99": 1.0, "events": 10.0, "growth": 9.0, "free": 9.0}],
        "bokeh-3.10": [{"p99": 9.0, "events": 99.0, "growth": 9.0, "free": 9.0}],
        "panel": [{"p99": 9.0, "events": 10.0, "growth": 1.0, "free": 1.0}],
        "bokeh-fastapi": [],
    }
    assert contenders([P99, more, growth, free], given) == {"bokeh-3.9", "bokeh-3.10"}
    assert contenders([growth, free], {**given, "hybridviz": []}) == {"hybridviz"}
