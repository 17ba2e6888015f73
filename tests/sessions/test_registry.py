"""Sessions by id: made once, ended when unused, and always told of their end."""

import asyncio
import gc
from collections.abc import Callable, Iterator
from threading import Event
from types import ModuleType
from typing import Any
from weakref import ref

import pytest
from bokeh.models import Div

from hybridviz.errors import SessionDestroyed
from hybridviz.runtime.base import Timer
from hybridviz.runtime.manual import ManualRuntime
from hybridviz.runtime.threads import ThreadRuntime
from hybridviz.sessions import Session, SessionRegistry
from hybridviz.sessions import session as session_module

LIFETIME = 10.0


@pytest.fixture
def runtime() -> Iterator[ThreadRuntime]:
    runtime = ThreadRuntime()
    yield runtime
    runtime.close()


def add_div(session: Session) -> None:
    session.document.add_root(Div())


def test_one_id_is_made_once_however_many_ask(runtime: ThreadRuntime) -> None:
    registry = SessionRegistry("/app", runtime, LIFETIME)
    go = Event()
    built: list[Session] = []
    found: list[Session] = []

    def build(session: Session) -> None:
        assert go.wait(5)
        built.append(session)

    def ask() -> None:
        found.append(registry.get_or_create("id", build))

    tasks = [runtime.spawn(ask) for _ in range(50)]
    go.set()
    assert all(task.join(10) for task in tasks)
    assert len(built) == 1 and found == built * 50 and len(registry) == 1
    registry.close()


def test_what_an_app_raises_reaches_all_who_wait_and_nothing_is_kept(
    runtime: ThreadRuntime,
) -> None:
    registry = SessionRegistry("/app", runtime, LIFETIME)
    go = Event()
    caught: list[str] = []

    def build(session: Session) -> None:
        assert go.wait(5)
        raise ValueError("no data")

    def ask() -> None:
        try:
            registry.get_or_create("id", build)
        except ValueError as error:
            caught.append(str(error))

    tasks = [runtime.spawn(ask) for _ in range(10)]
    go.set()
    assert all(task.join(10) for task in tasks)
    assert caught == ["no data"] * 10 and len(registry) == 0
    assert registry.get_or_create("id", add_div) is registry.get("id")
    registry.close()


def test_unused_session_ends_and_a_used_one_does_not() -> None:
    runtime = ManualRuntime()
    registry = SessionRegistry("/app", runtime, LIFETIME)
    unused = registry.get_or_create("unused", add_div)
    used = registry.get_or_create("used", add_div)
    ended: list[str] = []
    unused.document.on_session_destroyed(lambda context: ended.append(context.id))
    viewer = used.join(lambda code, reason: None)
    runtime.advance(LIFETIME - 1)
    assert len(registry) == 2
    runtime.advance(2)
    assert ended == ["unused"] and unused.destroyed and registry.get("unused") is None
    runtime.advance(100)
    assert not used.destroyed
    used.leave(viewer)
    runtime.advance(LIFETIME - 1)
    assert not used.destroyed
    runtime.advance(2)
    assert used.destroyed and len(registry) == 0


@pytest.mark.parametrize("coroutine", [False, True])
def test_a_session_does_not_live_on_its_own_callbacks(coroutine: bool) -> None:
    runtime = ManualRuntime()
    registry = SessionRegistry("/app", runtime, LIFETIME)
    session = registry.get_or_create("id", add_div)

    async def wait() -> None:
        await asyncio.sleep(0)

    tick: Callable[[], Any] = wait if coroutine else lambda: None
    session.document.add_periodic_callback(tick, 1000)
    session.leave(session.join(lambda code, reason: None))
    runtime.advance(LIFETIME + 1)
    assert session.destroyed
    runtime.close()


def test_session_that_is_joined_again_lives_on() -> None:
    runtime = ManualRuntime()
    registry = SessionRegistry("/app", runtime, LIFETIME)
    session = registry.get_or_create("id", add_div)
    first = session.join(lambda code, reason: None)
    session.leave(first)
    runtime.advance(LIFETIME / 2)
    assert registry.get_or_create("id", add_div) is session
    session.join(lambda code, reason: None)
    runtime.advance(LIFETIME * 3)
    assert not session.destroyed


class CountingRuntime(ManualRuntime):
    """Counts the timers it has set."""

    timers = 0

    def call_later(self, delay: float, call: Callable[..., object], *args: object) -> Timer:
        self.timers += 1
        return super().call_later(delay, call, *args)


def test_viewers_who_come_and_go_leave_one_timer() -> None:
    runtime = CountingRuntime()
    registry = SessionRegistry("/app", runtime, LIFETIME)
    session = registry.get_or_create("id", add_div)
    for _ in range(100):
        session.leave(session.join(lambda code, reason: None))
    assert runtime.timers == 1
    runtime.advance(LIFETIME + 1)
    assert session.destroyed


def test_ended_session_is_freed_at_once() -> None:
    registry = SessionRegistry("/app", ThreadRuntime(), LIFETIME)
    session = registry.get_or_create("id", add_div)
    gone = ref(session)
    registry.discard(session)
    del session
    gc.collect()
    assert gone() is None


SCRIPT = """
import numpy
kept = numpy.zeros(1000)
def mean():
    return kept.mean()
def end():
    end_of_session()
    means.append(mean())
"""


def run_script(session: Session, means: list[float]) -> ModuleType:
    """Run a script whose functions refer to what it has kept, and the other way round."""
    module = ModuleType("bokeh_app_script")
    session.document.modules.add(module)
    vars(module).update(end_of_session=session.destroy, means=means)
    exec(SCRIPT, vars(module))
    return module


def test_what_a_script_keeps_goes_with_its_session_not_with_the_garbage() -> None:
    session = Session("id", "/app", ManualRuntime())
    kept = ref(run_script(session, []).kept)
    gc.disable()
    try:
        session.destroy()
        assert kept() is None
    finally:
        gc.enable()


def test_callback_that_ends_its_session_goes_on() -> None:
    session = Session("id", "/app", ManualRuntime())
    means: list[float] = []
    session.run(run_script(session, means).end)
    assert session.destroyed and means == [0.0]


def test_close_ends_all_and_lets_none_begin() -> None:
    runtime = ManualRuntime()
    registry = SessionRegistry("/app", runtime, LIFETIME)
    closed: list[tuple[int, str]] = []
    ended: list[str] = []
    for ident in "abc":
        session = registry.get_or_create(ident, add_div)
        session.document.on_session_destroyed(lambda context: ended.append(context.id))
        session.join(lambda code, reason: closed.append((code, reason)))
    registry.close(1001, "going away")
    runtime.run_ready()
    assert sorted(ended) == ["a", "b", "c"] and closed == [(1001, "going away")] * 3
    with pytest.raises(SessionDestroyed):
        registry.get_or_create("late", add_div)


def test_destroy_callbacks_run_even_while_another_callback_holds_the_lock(
    runtime: ThreadRuntime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_module, "DESTROY_TIMEOUT", 0.05)
    registry = SessionRegistry("/app", runtime, LIFETIME)
    session = registry.get_or_create("id", add_div)
    ended, inside, go = Event(), Event(), Event()

    def hold() -> None:
        inside.set()
        go.wait(5)

    session.document.on_session_destroyed(lambda context: ended.set())
    task = runtime.spawn(session.run, hold)
    assert inside.wait(5)
    registry.close()
    assert ended.is_set() and session.destroyed
    go.set()
    assert task.join(5)


def test_a_failing_destroy_callback_stops_no_end_while_another_callback_runs(
    caplog: pytest.LogCaptureFixture,
) -> None:
    session = Session("id", "/app", ManualRuntime())
    session.build(add_div)
    closed: list[int] = []
    session.join(lambda code, reason: closed.append(code))

    def fail(context: Any) -> None:
        raise ValueError("at the end")

    session.document.on_session_destroyed(fail)
    session.run(session.destroy)
    assert closed and not session.document.roots and "at the end" in caplog.text


def test_a_failing_destroy_callback_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    session = Session("id", "/app", ManualRuntime())
    ended: list[int] = []

    def fail(context: Any) -> None:
        raise ValueError("at the end")

    session.document.on_session_destroyed(fail, lambda context: ended.append(1))
    session.destroy()
    session.destroy()
    assert ended == [1] and caplog.text.count("at the end") >= 1
    assert session.context.destroyed


def test_nothing_happens_in_a_destroyed_session() -> None:
    runtime = ManualRuntime()
    session = Session("id", "/app", runtime)
    seen: list[int] = []
    session.document.add_timeout_callback(lambda: seen.append(1), 10)
    session.document.add_periodic_callback(lambda: seen.append(2), 10)
    session.destroy()
    session.run(seen.append, 3)
    runtime.advance(1)
    assert seen == []
    with pytest.raises(SessionDestroyed):
        session.join(lambda code, reason: None)
