"""The virtual clock, as far as it differs from other runtimes; tests/contracts has the rest."""

import asyncio
import time
from contextvars import copy_context
from typing import Any

import pytest

from hybridviz.errors import WouldWait
from hybridviz.runtime.manual import ManualRuntime


def test_nothing_runs_by_itself() -> None:
    runtime, seen = ManualRuntime(), list[str]()
    task = runtime.spawn(seen.append, "spawned")
    runtime.call_later(0, seen.append, "later")
    assert not seen and runtime.ready == 1
    assert task.join() and seen == ["spawned"]
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


# -- coroutines


def run(runtime: ManualRuntime, coroutine: Any) -> Any:
    return runtime.run_coroutine(coroutine, copy_context())


def test_a_coroutine_sleeps_on_the_virtual_clock() -> None:
    runtime, seen = ManualRuntime(), list[float]()
    runtime.call_later(5, lambda: seen.append(runtime.now()))
    before = time.monotonic()
    run(runtime, asyncio.sleep(3600))
    assert runtime.now() == pytest.approx(3600) and time.monotonic() < before + 60
    assert not seen, "the session is locked while its coroutine sleeps"
    runtime.advance(0)
    assert seen == [pytest.approx(3600)]
    runtime.close()


def test_threads_are_waited_for_and_time_does_not_pass() -> None:
    runtime = ManualRuntime()

    async def main() -> str:
        work = asyncio.to_thread(lambda: time.sleep(0.05) or "done")
        return await asyncio.wait_for(work, 5)

    assert run(runtime, main()) == "done"
    assert runtime.now() < 5
    runtime.close()


def test_what_a_coroutine_leaves_behind_goes_on_as_time_passes() -> None:
    runtime, seen = ManualRuntime(), list[float]()

    async def background() -> None:
        for _ in range(3):
            await asyncio.sleep(1)
            seen.append(runtime.now())

    async def main() -> asyncio.Task[None]:
        return asyncio.create_task(background())

    task = run(runtime, main())
    runtime.advance(2.5)
    assert seen == [1.0, 2.0] and not task.done()
    runtime.advance(1)
    assert seen == [1.0, 2.0, 3.0] and task.done()
    runtime.close()


def test_a_coroutine_may_wait_for_what_is_ready() -> None:
    runtime = ManualRuntime()

    async def main() -> bool:
        event = asyncio.Event()
        loop = asyncio.get_running_loop()
        runtime.spawn(loop.call_soon_threadsafe, event.set)
        return await event.wait()

    assert run(runtime, main())
    runtime.close()


def test_a_coroutine_that_waits_for_nobody_is_an_error() -> None:
    runtime = ManualRuntime()

    async def main() -> None:
        await asyncio.Event().wait()

    with pytest.raises(WouldWait, match="a coroutine waits"):
        run(runtime, main())
    runtime.close()


def test_a_coroutine_cannot_wait_for_another_one() -> None:
    runtime = ManualRuntime()

    async def main() -> None:
        run(runtime, asyncio.sleep(0))

    with pytest.raises(RuntimeError, match="await it instead"):
        run(runtime, main())
    runtime.close()


def test_an_executor_is_closed_with_the_runtime() -> None:
    runtime = ManualRuntime()
    run(runtime, asyncio.to_thread(int))
    runtime.close()
    late = asyncio.sleep(0)
    with pytest.raises(RuntimeError, match="closed"):
        run(runtime, late)
    late.close()
