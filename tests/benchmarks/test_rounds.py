"""Who takes part in which round, which rounds count, and what becomes of who fails."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from benchmarks import rounds, turns
from benchmarks.contenders import contenders
from benchmarks.measure import Target
from benchmarks.rounds import Result
from benchmarks.scenario import Figures, Metric, Scenario

P99 = Metric("p99", "ms", "lower", ratio=0.8)
Play = Callable[..., Result]


async def no_load(target: Target) -> Figures:
    return {}


SCENARIO = Scenario("x", 8, "", (), no_load, (P99,))


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Play:
    """Return a function that compares servers, of which it says what they give in each round; one
    that is given a text fails with it.
    """

    def played(*given: dict[str, Figures | str], wanted: int = 2, spare: int = 0) -> Result:
        left = iter(given)

        def once(_: Scenario, servers: Sequence[str], __: float) -> Any:
            now = next(left)
            assert {*servers} == {*now}
            good = {name: got for name, got in now.items() if not isinstance(got, str)}
            return good, {name: got for name, got in now.items() if isinstance(got, str)}

        monkeypatch.setattr(rounds, "play", once)
        scenario = replace(SCENARIO, spare=spare)
        result = rounds.compare(scenario, [*given[0]], wanted, 1.0, print)
        assert next(left, None) is None, "it took fewer rounds than expected"
        return result

    return played


def calm(*p99: float, stolen: float = 0.0) -> dict[str, Figures | str]:
    """Return a round of peers and ours."""
    names = ("bokeh-3.9", "panel", "hybridviz")
    return {name: {"p99": given, "stolen": stolen} for name, given in zip(names, p99, strict=False)}


def numbers(result: Result, server: str = "panel") -> list[float]:
    return [figures["p99"] for figures in result.figures(server)]


def test_calm_rounds_are_not_made_again(play: Play) -> None:
    assert numbers(play(calm(1, 2), calm(3, 4, stolen=0.01), spare=2)) == [2, 4]


def test_a_disturbed_round_is_made_again_and_does_not_count(play: Play) -> None:
    made = calm(1, 2, stolen=0.3), calm(3, 4), calm(5, 6)
    assert numbers(play(*made, spare=2)) == [4, 6]


def test_there_is_an_end_to_it_and_the_calmest_count(play: Play) -> None:
    made = [
        calm(10, 10 + number, stolen=share) for number, share in enumerate((0.3, 0.1, 0.4, 0.2))
    ]
    assert sorted(numbers(play(*made, spare=2))) == [11, 13]


def test_without_rounds_to_spare_all_count(play: Play) -> None:
    assert sorted(numbers(play(calm(1, 2, stolen=0.3), calm(3, 4)))) == [2, 4]


def test_who_has_lost_has_no_further_rounds_and_is_shown(play: Play) -> None:
    second = calm(1, 9, 9)
    del second["panel"]
    result = play(calm(1, 9, 9, stolen=0.3), second, second, spare=1)
    assert numbers(result, "panel") == [9] and numbers(result, "hybridviz") == [9, 9]


def test_who_fails_is_left_out(play: Play) -> None:
    first, second = calm(1, 1, 1), calm(1, 1, 1)
    first["panel"] = "wrong answer"
    del second["panel"]
    result = play(first, second)
    assert result.failures == {"panel": "wrong answer"} and result.servers == {*first}
    assert result.median("panel", "p99") is None and numbers(result, "hybridviz") == [1, 1]


def test_ratios_are_those_of_rounds() -> None:
    """The machine was four times slower in the second round, and ours ran alone in the last."""
    made = [{**calm(2, 8, 1)}, {**calm(8, 9, 4)}, {**calm(2, 8, 3)}, {**calm(2, 8, 1)}]
    alone = {"hybridviz": {"p99": 99.0, "stolen": 0.0}}
    result = Result(SCENARIO, [*made, alone], {})  # type: ignore[list-item]
    assert result.ratio("hybridviz", ["bokeh-3.9", "panel"], P99) == 0.5
    assert result.ratio("hybridviz", ["panel"], replace(P99, better="higher")) == 0.25
    assert result.ratio("hybridviz", [], P99) is None


def test_there_is_no_ratio_without_a_round_in_common(play: Play) -> None:
    second = calm(1, 9, 9)
    del second["panel"]
    result = play(calm(1, 9, 9, stolen=0.3), second, second, spare=1)
    assert result.ratio("hybridviz", ["panel"], P99) is None
    assert result.ratio("hybridviz", ["bokeh-3.9"], P99) == 9


def test_a_peer_that_has_used_nothing_in_one_round_is_compared_in_the_others() -> None:
    result = Result(SCENARIO, [calm(0, 1, 2), calm(1, 1, 2), calm(2, 1, 8)], {})  # type: ignore[list-item]
    assert result.ratio("hybridviz", ["bokeh-3.9"], P99) == 3


def test_only_figures_that_are_compared_make_contenders() -> None:
    more = Metric("events", "1/s", "higher", ratio=3)
    growth, free = Metric("growth", "x", "lower", value=2), Metric("free", "ms", "lower")
    names = ("p99", "events", "growth", "free")
    figures = {
        "bokeh-3.9": dict(zip(names, (1.0, 10.0, 9.0, 9.0), strict=True)),
        "bokeh-3.10": dict(zip(names, (9.0, 99.0, 9.0, 9.0), strict=True)),
        "panel": dict(zip(names, (9.0, 10.0, 1.0, 1.0), strict=True)),
    }
    servers = [*figures, "bokeh-fastapi"]
    found = contenders([P99, more, growth, free], servers, [figures])
    assert found == {"bokeh-3.9", "bokeh-3.10"}
    ours = ["hybridviz", "hybridviz-gunicorn"]
    assert contenders([growth, free], [*servers, *ours], [figures]) == {"hybridviz"}


# -- turns, of processes that stand in for the load

WORK = """
import sys
print("passed on", flush=True)
sys.stdin.readline()
print('{"events": 7}')
"""


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Return a function that starts the turns of a script, with 10 seconds to its end."""

    def started(script: str, within: float = 10.0) -> Any:
        start = turns.subprocess.Popen
        monkeypatch.setattr(
            turns.subprocess,
            "Popen",
            lambda command, **options: start([sys.executable, "-c", script], **options),
        )
        return turns.turns("event", "hybridviz", 1.0, within)

    return started


def test_a_load_works_in_turns(load: Callable[..., Any]) -> None:
    working = load(WORK)
    assert next(working) is None
    with pytest.raises(StopIteration) as end:
        next(working)
    assert end.value.value["events"] == 7 and end.value.value["stolen"] >= 0


@pytest.mark.parametrize(
    ("script", "within", "reason"),
    [
        ("import sys; sys.exit('first line\\nWrongAnswer: 7')", 10.0, "WrongAnswer: 7"),
        (
            "import signal, sys, time\n"
            "signal.signal(signal.SIGTERM, lambda *_: sys.exit('no end'))\n"
            "time.sleep(60)",
            1.0,
            "no end",
        ),
    ],
)
def test_a_load_that_fails_says_why(
    load: Callable[..., Any], script: str, within: float, reason: str
) -> None:
    with pytest.raises(turns.LoadFailed, match=reason):
        next(load(script, within))


def test_a_load_that_dies_between_turns_has_failed(load: Callable[..., Any]) -> None:
    working = load("import sys; print('passed on', flush=True); sys.exit('gone')")
    next(working)
    with pytest.raises(turns.LoadFailed, match="gone"):
        next(working)


def test_a_load_is_ended_when_nobody_wants_it_any_more(load: Callable[..., Any]) -> None:
    working = load(WORK + "import time; time.sleep(60)")
    next(working)
    working.close()  # waits for its end
