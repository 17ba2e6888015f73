"""What every runtime does: threads here, greenlets in a process that is monkey-patched."""

import asyncio
import logging
import os
import socket
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from contextvars import ContextVar, copy_context
from pathlib import Path
from typing import Any

import pytest

from hybridviz.runtime.active import active, offload
from hybridviz.runtime.base import Runtime
from hybridviz.runtime.manual import ManualRuntime
from tests.contracts.conftest import GREENLETS

RUN_PATCHED = """
from gevent import monkey
monkey.patch_all()
import sys, pytest
sys.exit(pytest.main(sys.argv[1:]))
"""

name: ContextVar[str] = ContextVar("name", default="nobody")


@pytest.fixture(params=["real", "virtual"])
def any_runtime(request: pytest.FixtureRequest, runtime: Runtime) -> Iterator[Runtime]:
    """That of this process, and the virtual clock."""
    if request.param == "real":
        yield runtime
        return
    manual = ManualRuntime()
    yield manual
    manual.close()


def test_greenlets_keep_the_contract() -> None:
    if GREENLETS in os.environ:
        return
    suites = (__file__, str(Path(__file__).with_name("test_callbacks.py")))
    done = subprocess.run(
        [sys.executable, "-c", RUN_PATCHED, "-q", "-p", "no:cacheprovider", *suites],
        env=os.environ | {GREENLETS: "1"},
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed" in done.stdout


def test_tasks_that_follow_each_other_have_nothing_of_each_other(runtime: Runtime) -> None:
    seen: list[object] = []

    def leave() -> None:
        seen.append(name.get())
        name.set("left behind")
        raise ValueError("on purpose")

    name.set("caller")
    for _ in range(3):
        assert runtime.spawn(leave).join(5)
        runtime.sleep(0.01)
    assert seen == ["caller"] * 3


def test_greenlets_are_used_again(runtime: Runtime) -> None:
    if GREENLETS not in os.environ:
        return
    used: set[int] = set()
    for _ in range(5):
        assert runtime.spawn(lambda: used.add(threading.get_ident())).join(5)
        runtime.sleep(0.01)
    assert len(used) == 1


@pytest.mark.parametrize("when", ["itself", "idle"])
def test_a_greenlet_that_was_killed_takes_no_task_with_it(runtime: Runtime, when: str) -> None:
    if GREENLETS not in os.environ:
        return
    import gevent

    kept: list[gevent.Greenlet] = []

    def keep() -> None:
        kept.append(gevent.getcurrent())
        if when == "itself":
            kept[0].kill(block=False)

    assert runtime.spawn(keep).join(5)
    runtime.sleep(0.01)
    kept[0].kill(block=False)
    assert all(runtime.spawn(runtime.now).join(1) for _ in range(3))


def test_what_a_task_leaves_to_its_greenlet_reaches_no_other(runtime: Runtime) -> None:
    if GREENLETS not in os.environ:
        return
    import gevent

    kept, seen = threading.local(), []

    def leave() -> None:
        seen.append(getattr(kept, "user", None))
        kept.user = "somebody"

    def disturb() -> None:
        gevent.Timeout(0.02).start()

    def work() -> None:
        runtime.sleep(0.05)
        seen.append("undisturbed")

    for call in (leave, leave, disturb, work):
        assert runtime.spawn(call).join(5)
        runtime.sleep(0.001)
    assert seen == [None, None, "undisturbed"]


def test_a_task_is_let_go_when_it_has_ended(runtime: Runtime) -> None:
    class Large:
        pass

    large = Large()
    known = weakref.ref(large)
    assert runtime.spawn(isinstance, large, Large).join(5)
    runtime.sleep(0.01)
    del large
    assert known() is None


def test_a_sleep_of_nothing_lets_the_network_have_its_turn(runtime: Runtime) -> None:
    here, there = socket.socketpair()
    with here, there:
        reader = runtime.spawn(here.recv, 1)
        runtime.sleep(0)
        there.send(b"x")
        for _ in range(3):
            runtime.sleep(0)
        assert reader.join(0 if runtime.name == "greenlets" else 5)


def test_spawn_carries_a_copy_of_the_context(runtime: Runtime) -> None:
    seen: list[str] = []

    def look() -> None:
        seen.append(name.get())
        name.set("changed")

    name.set("caller")
    assert runtime.spawn(look).join(5)
    assert seen == ["caller"] and name.get() == "caller"


def test_what_a_task_raises_is_logged(runtime: Runtime, caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise ValueError("in a task")

    with caplog.at_level(logging.ERROR):
        assert runtime.spawn(fail).join(5)
    assert "in a task" in caplog.text


def test_tasks_are_spawned_from_foreign_threads(runtime: Runtime) -> None:
    done = runtime.event()

    def foreign() -> None:
        runtime.spawn(lambda: runtime.call_later(0.001, done.set))

    runtime.offload(foreign)
    assert done.wait(5)


def test_timers_fire_in_order_and_can_be_cancelled(runtime: Runtime) -> None:
    seen: list[int] = []
    done = runtime.event()
    runtime.call_later(0.2, done.set)
    runtime.call_later(0.1, seen.append, 2)
    runtime.call_later(0.01, seen.append, 1)
    runtime.call_later(0.05, seen.append, 9).cancel()
    assert done.wait(5) and seen == [1, 2]


def test_a_thousand_timers(runtime: Runtime) -> None:
    seen: list[int] = []
    done = runtime.event()
    for index in range(1000):
        runtime.call_later(0.001, seen.append, index)
    runtime.call_later(0.3, done.set)
    assert done.wait(5) and sorted(seen) == list(range(1000))


def test_events_and_locks(runtime: Runtime) -> None:
    event, lock = runtime.event(), runtime.lock()
    assert not event.wait(0.001) and not event.is_set()
    assert lock.acquire() and not lock.acquire(0.001)
    assert runtime.spawn(lock.release).join(5)
    assert lock.acquire(5)
    runtime.call_later(0.001, event.set)
    assert event.wait(5) and event.is_set()
    event.clear()
    assert not event.is_set()


def test_coroutine_result_error_and_context(runtime: Runtime) -> None:
    async def look() -> str:
        before = name.get()
        await asyncio.sleep(0)
        return f"{before} {name.get()}"

    async def fail() -> None:
        raise ValueError("in a coroutine")

    name.set("caller")
    assert runtime.run_coroutine(look(), copy_context()) == "caller caller"
    with pytest.raises(ValueError, match="in a coroutine"):
        runtime.run_coroutine(fail(), copy_context())


def test_coroutines_interleave(runtime: Runtime) -> None:
    order: list[str] = []
    ready = [asyncio.Event(), asyncio.Event()]

    async def meet(mine: int) -> None:
        order.append("in")
        ready[mine].set()
        await ready[1 - mine].wait()
        order.append("out")

    tasks = [runtime.spawn(runtime.run_coroutine, meet(i), copy_context()) for i in (0, 1)]
    assert all(task.join(5) for task in tasks)
    assert order == ["in", "in", "out", "out"]


def test_others_may_use_asyncio_meanwhile(runtime: Runtime) -> None:
    started, go = runtime.event(), asyncio.Event()

    async def wait() -> None:
        started.set()
        await go.wait()
        loop.append(asyncio.get_running_loop())

    async def own() -> int:
        await asyncio.sleep(0)
        return 5

    async def end() -> None:
        go.set()

    loop: list[Any] = []
    task = runtime.spawn(runtime.run_coroutine, wait(), copy_context())
    assert started.wait(5)
    assert asyncio.run(own()) == 5
    runtime.run_coroutine(end(), copy_context())
    assert task.join(5) and len(loop) == 1


def test_it_is_known_whether_a_coroutine_runs(any_runtime: Runtime) -> None:
    seen: list[bool] = []

    async def look() -> None:
        seen.append(any_runtime.in_coroutine())
        await asyncio.sleep(0)
        seen.append(any_runtime.in_coroutine())

    seen.append(any_runtime.in_coroutine())
    any_runtime.run_coroutine(look(), copy_context())
    seen.append(any_runtime.in_coroutine())
    assert seen == [False, True, True, False]


def test_who_runs_while_a_coroutine_blocks_is_none(runtime: Runtime) -> None:
    inside, go = runtime.event(), runtime.event()

    async def block() -> None:
        inside.set()
        go.wait()

    task = runtime.spawn(runtime.run_coroutine, block(), copy_context())
    assert inside.wait(5) and not runtime.in_coroutine()
    go.set()
    assert task.join(5)


def test_the_first_coroutine_may_come_while_another_loop_waits(runtime: Runtime) -> None:
    waiting, done, go = runtime.event(), runtime.event(), asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def own() -> None:
        loops.append(asyncio.get_running_loop())
        loops[0].call_soon(waiting.set)
        await go.wait()

    async def first() -> None:
        done.set()

    task = runtime.spawn(asyncio.run, own())
    assert waiting.wait(5)
    runtime.spawn(runtime.run_coroutine, first(), copy_context())
    assert done.wait(5)
    loops[0].call_soon_threadsafe(go.set)
    assert task.join(5)


def test_a_coroutine_cannot_wait_for_another_one_here(runtime: Runtime) -> None:
    async def inner() -> None:
        await asyncio.sleep(0)

    async def outer() -> None:
        runtime.run_coroutine(inner(), copy_context())

    with pytest.raises(RuntimeError, match="await it instead"):
        runtime.run_coroutine(outer(), copy_context())


@pytest.mark.parametrize("raised", [SystemExit, KeyboardInterrupt])
def test_coroutines_go_on_after_one_that_would_end_the_program(
    any_runtime: Runtime, raised: type[BaseException]
) -> None:
    """asyncio lets these out of its loop."""
    seen: list[str] = []

    async def leave() -> None:
        raise raised("on purpose")

    async def go_on() -> None:
        seen.append("went on")

    def call() -> None:
        try:
            any_runtime.run_coroutine(leave(), copy_context())
        except raised as error:
            seen.append(str(error))

    assert any_runtime.spawn(call).join(5)
    assert any_runtime.spawn(any_runtime.run_coroutine, go_on(), copy_context()).join(5)
    assert seen == ["on purpose", "went on"]


def test_neither_a_task_of_a_coroutine_nor_itself_stops_the_loop(runtime: Runtime) -> None:
    seen: list[str] = []

    async def leave() -> None:
        raise SystemExit("on purpose")

    async def stop() -> None:
        try:
            await asyncio.create_task(leave())
        except SystemExit as error:
            seen.append(str(error))
        asyncio.get_running_loop().stop()
        await asyncio.sleep(0)
        seen.append("went on")

    assert runtime.spawn(runtime.run_coroutine, stop(), copy_context()).join(5)
    assert seen == ["on purpose", "went on"]


def test_a_timeout_that_runs_out_in_the_loop_does_not_end_it(
    runtime: Runtime, caplog: pytest.LogCaptureFixture
) -> None:
    if GREENLETS not in os.environ:
        return
    import gevent

    seen: list[str] = []

    async def wait() -> None:
        gevent.Timeout(0.01).start()
        await asyncio.sleep(0.1)
        seen.append("went on")

    assert runtime.spawn(runtime.run_coroutine, wait(), copy_context()).join(5)
    assert seen == ["went on"] and "use asyncio.timeout" in caplog.text


def test_failures_are_told_from_what_ends_a_task(any_runtime: Runtime) -> None:
    failures = (Exception, SystemExit, asyncio.CancelledError)
    assert issubclass(KeyboardInterrupt, any_runtime.endings)
    assert not [failure for failure in failures if issubclass(failure, any_runtime.endings)]


def test_what_would_end_the_program_reaches_who_has_offloaded_it(runtime: Runtime) -> None:
    seen: list[str] = []

    def call() -> None:
        try:
            runtime.offload(sys.exit, "on purpose")
        except SystemExit as error:
            seen.append(str(error))

    assert runtime.spawn(call).join(5) and seen == ["on purpose"]


def test_offload_lets_others_go_on(runtime: Runtime) -> None:
    done, ticks = runtime.event(), []

    def tick() -> None:
        ticks.append(1)
        if not done.is_set():
            runtime.call_later(0.005, tick)

    tick()
    before = len(ticks)
    assert runtime.offload(block, 0.2) == "done"
    done.set()
    assert len(ticks) - before > 5
    with pytest.raises(ZeroDivisionError):
        runtime.offload(lambda: 1 / 0)


def test_the_servers_own_work_does_not_wait_for_that_of_apps(runtime: Runtime) -> None:
    go = _real_lock()
    go.acquire()

    def compute() -> None:
        with go:
            pass

    token = active.set(runtime)
    try:
        computing = [runtime.spawn(offload, compute) for _ in range(20)]
        assert runtime.spawn(runtime.offload, int).join(5)
    finally:
        active.reset(token)
        go.release()
    assert all(task.join(5) for task in computing)


def block(seconds: float) -> str:
    """Block the thread, also under gevent: as a driver written in C does."""
    _real_sleep()(seconds)
    return "done"


def _real_sleep() -> Any:
    if GREENLETS in os.environ:
        from gevent.monkey import get_original

        return get_original("time", "sleep")
    from time import sleep

    return sleep


def _real_lock() -> Any:
    if GREENLETS in os.environ:
        from gevent.monkey import get_original

        return get_original("_thread", "allocate_lock")()
    return threading.Lock()


def test_close_may_be_called_again(runtime: Runtime) -> None:
    runtime.close()
    runtime.close()
