"""Rounds that other tenants of the machine have disturbed are made again, within limits."""

from collections.abc import Callable

import pytest

from benchmarks import rounds
from benchmarks.measure import Target
from benchmarks.scenario import Figures, Metric, Scenario

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
        scenario = Scenario("x", 8, "", (), no_load, (Metric("p99", "ms", "lower"),), spare=spare)
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
