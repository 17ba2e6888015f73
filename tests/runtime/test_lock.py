"""The session lock belongs to an execution."""

import time
from contextvars import Context

import pytest

from hybridviz.errors import WouldWait
from hybridviz.runtime.lock import SessionLock, apart
from hybridviz.runtime.manual import ManualRuntime
from hybridviz.runtime.stages import LOCK_WAIT


@pytest.fixture
def runtime() -> ManualRuntime:
    return ManualRuntime()


@pytest.fixture
def released() -> list[bool]:
    """Whether the lock was held each time that it was about to be released."""
    return []


@pytest.fixture
def lock(runtime: ManualRuntime, released: list[bool]) -> SessionLock:
    lock = SessionLock(runtime, lambda: released.append(lock.held()))
    return lock


def test_is_held_only_inside(lock: SessionLock) -> None:
    assert not lock.held()
    lock.run(lambda: check(lock.held()))
    assert not lock.held()


def test_can_be_entered_again_and_is_released_once(lock: SessionLock, released: list[bool]) -> None:
    lock.run(lock.run, lock.run, check, True)
    assert released == [True] and not lock.held()


def test_is_released_when_the_call_raises(lock: SessionLock, released: list[bool]) -> None:
    with pytest.raises(ZeroDivisionError):
        lock.run(lambda: 1 / 0)
    assert released == [True]
    lock.run(check, True)


def test_what_is_spawned_inside_belongs_to_the_execution(
    lock: SessionLock, runtime: ManualRuntime
) -> None:
    def inside() -> None:
        runtime.spawn(lambda: check(lock.held()))
        runtime.run_ready()

    lock.run(inside)


def test_what_is_spawned_apart_must_wait(lock: SessionLock, runtime: ManualRuntime) -> None:
    def inside() -> None:
        apart(runtime.spawn, lock.run, check, True)
        with pytest.raises(WouldWait):
            runtime.run_ready()

    lock.run(inside)


def test_work_left_behind_by_an_execution_must_wait_too(
    lock: SessionLock, runtime: ManualRuntime
) -> None:
    """An execution that is over lends its rights to nobody."""
    lock.run(runtime.spawn, lambda: check(not lock.held()))
    runtime.run_ready()


def test_gives_up_in_time(lock: SessionLock, runtime: ManualRuntime) -> None:
    def inside() -> None:
        apart(runtime.spawn, lambda: check(not lock.run_within(1.0, check, False)))
        runtime.run_ready()

    lock.run(inside)
    assert lock.run_within(1.0, check, True)


def test_two_locks_do_not_mix(runtime: ManualRuntime) -> None:
    one, two = (SessionLock(runtime, lambda: None) for _ in range(2))

    def inside() -> None:
        check(not two.held())
        two.run(lambda: check(one.held() and two.held()))
        check(one.held() and not two.held())

    one.run(inside)


def check(condition: bool) -> None:
    assert condition


class SlowMutex:
    """One that is given to everybody, but not at once."""

    def acquire(self, timeout: float | None = None) -> bool:
        time.sleep(0.001)
        return True

    def release(self) -> None: ...


def test_waiting_is_measured_when_somebody_else_holds_the_lock(runtime: ManualRuntime) -> None:
    runtime.lock = SlowMutex  # type: ignore[method-assign]
    lock = SessionLock(runtime, lambda: None)
    count, seconds = LOCK_WAIT.count, LOCK_WAIT.seconds
    lock.run(lock.run, check, True)
    assert (LOCK_WAIT.count, LOCK_WAIT.seconds) == (count + 1, seconds)
    lock.run(Context().run, lock.run, check, True)
    assert LOCK_WAIT.count == count + 3 and LOCK_WAIT.seconds >= seconds + 0.001
