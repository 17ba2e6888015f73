"""When session callbacks run, on a virtual clock."""

from types import SimpleNamespace
from typing import Any

import pytest

from hybridviz.runtime.manual import ManualRuntime
from hybridviz.runtime.scheduler import CallbackScheduler


class Clock:
    """A scheduler whose runs are noted: name of the callback, milliseconds."""

    def __init__(self) -> None:
        self.runtime = ManualRuntime()
        self.seen: list[tuple[str, int]] = []
        self.scheduler = CallbackScheduler(self.runtime, self._run)
        self.costs: dict[str, list[float]] = {}

    def _run(self, callback: Any) -> None:
        self.seen.append((callback.id, round(self.runtime.now() * 1000)))
        costs = self.costs.get(callback.id)
        if costs:
            self.runtime._now += costs.pop(0)

    def add(self, ident: str, **when: float) -> Any:
        callback = SimpleNamespace(id=ident, callback=lambda: None, **when)
        self.scheduler.add(callback)
        return callback

    def times(self, ident: str) -> list[int]:
        return [time for name, time in self.seen if name == ident]


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_next_ticks_run_in_order(clock: Clock) -> None:
    for ident in "abc":
        clock.add(ident)
    assert not clock.seen
    clock.runtime.run_ready()
    assert clock.seen == [("a", 0), ("b", 0), ("c", 0)]


def test_a_callback_that_puts_itself_off_for_ever_stops_nobody(clock: Clock) -> None:
    again = clock.scheduler.add

    def put_off(callback: Any) -> None:
        clock.seen.append((callback.id, 0))
        if len(clock.seen) < 1000:
            again(SimpleNamespace(id=f"n{len(clock.seen)}", callback=None))

    clock.scheduler._run = put_off
    clock.add("n")
    clock.runtime.spawn(clock.seen.append, ("other", 0))
    clock.runtime.run_ready()
    assert [name for name, _ in clock.seen].index("other") < 10


class Ended(BaseException):
    """What ends a greenlet that is killed."""


def test_a_callback_that_ends_its_greenlet_stops_no_other(clock: Clock) -> None:
    def end(callback: Any) -> None:
        clock.seen.append((callback.id, 0))
        if callback.id in "bp" and len(clock.times(callback.id)) < 2:
            raise Ended

    clock.scheduler._run = end
    clock.add("p", period=10)
    for ident in "abc":
        clock.add(ident)
    for _ in range(2):
        with pytest.raises(Ended):
            clock.runtime.advance(0.01)
    clock.add("d")
    clock.runtime.advance(0.01)
    assert "".join(name for name, _ in clock.seen if name != "p") == "abcd"
    assert len(clock.times("p")) >= 2


def test_timeout_runs_once(clock: Clock) -> None:
    clock.add("t", timeout=150)
    clock.runtime.advance(1)
    assert clock.seen == [("t", 150)]


def test_periodic_does_not_drift(clock: Clock) -> None:
    clock.costs["p"] = [0.03, 0.07, 0.01] * 10
    clock.add("p", period=100)
    clock.runtime.advance(3.05)
    assert clock.times("p") == list(range(100, 3001, 100))


def test_overrun_skips_ticks(clock: Clock) -> None:
    clock.costs["p"] = [0.25, 0.12]
    clock.add("p", period=100)
    clock.runtime.advance(0.85)
    assert clock.times("p") == [100, 400, 600, 700, 800]


def test_period_of_zero_lets_others_run(clock: Clock) -> None:
    clock.add("p", period=0)
    clock.add("t", timeout=5)
    clock.runtime.advance(0.01)
    assert 5 <= len(clock.times("p")) <= 11 and clock.times("t") == [5]


@pytest.mark.parametrize("when", [{}, {"timeout": 100}, {"period": 100}])
def test_removed_callback_does_not_run(clock: Clock, when: dict[str, float]) -> None:
    clock.scheduler.remove(clock.add("x", **when))
    clock.runtime.advance(1)
    assert not clock.seen


def test_close_stops_all_for_good(clock: Clock) -> None:
    clock.add("n")
    clock.add("t", timeout=100)
    clock.add("p", period=100)
    clock.scheduler.close()
    clock.add("late")
    clock.runtime.advance(1)
    assert not clock.seen
