"""The virtual clock, as far as it differs from other runtimes; tests/contracts has the rest."""

import pytest

from hybridviz.runtime.manual import ManualRuntime, WouldWait


def test_nothing_runs_by_itself() -> None:
    runtime, seen = ManualRuntime(), list[str]()
    task = runtime.spawn(seen.append, "spawned")
    runtime.call_later(0, seen.append, "later")
    assert not seen and not task.join()
    runtime.run_ready()
    assert seen == ["spawned"] and task.join()
    runtime.advance(0)
    assert seen == ["spawned", "later"]


def test_timers_run_at_their_own_times_in_order() -> None:
    runtime, seen = ManualRuntime(start=10.0), list[tuple[str, float]]()

    def note(name: str) -> None:
        seen.append((name, runtime.now()))
        if name == "first":
            runtime.call_later(0.5, note, "between")

    runtime.call_later(2, note, "last")
    runtime.call_later(1, note, "first")
    runtime.call_later(1, note, "second")
    runtime.advance(3)
    assert seen == [("first", 11.0), ("second", 11.0), ("between", 11.5), ("last", 12.0)]
    assert runtime.now() == 13.0


def test_cancelled_timer_never_runs() -> None:
    runtime, seen = ManualRuntime(), list[int]()
    runtime.call_later(1, seen.append, 1).cancel()
    runtime.advance(2)
    assert not seen


def test_what_a_task_raises_reaches_the_test() -> None:
    runtime = ManualRuntime()
    runtime.spawn(lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        runtime.run_ready()


def test_waiting_for_ever_is_an_error() -> None:
    runtime = ManualRuntime()
    lock, event = runtime.lock(), runtime.event()
    assert lock.acquire()
    assert not lock.acquire(timeout=1)
    assert not event.wait(timeout=1)
    with pytest.raises(WouldWait, match="lock is held"):
        lock.acquire()
    with pytest.raises(WouldWait, match="event is not set"):
        event.wait()


def test_close_forgets_all() -> None:
    runtime, seen = ManualRuntime(), list[int]()
    runtime.spawn(seen.append, 1)
    runtime.call_later(1, seen.append, 2)
    runtime.close()
    runtime.advance(2)
    assert not seen
