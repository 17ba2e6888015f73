"""Callbacks of apps: which run, in what order, what they see, what becomes of what they raise."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from threading import Barrier, Event, Thread
from typing import Any

import pytest
from bokeh.document import Document, without_document_lock
from bokeh.document.locking import UnlockedDocumentProxy
from bokeh.io import curdoc
from bokeh.models import Button, Column, Div, Slider

from hybridviz.core.protocol import Patch, Pull
from hybridviz.errors import UnlockedChange
from hybridviz.runtime.manual import ManualRuntime
from hybridviz.runtime.threads import ThreadRuntime
from hybridviz.sessions import Session
from hybridviz.sessions.server_context import ServerContext
from tests.sessions.world import World

CLICK = {"type": "event", "name": "button_click"}


def build(document: Document) -> None:
    slider = Slider(start=0, end=9, value=0, name="slider")
    document.add_root(Column(slider, Div(name="label", text=""), Button(name="button")))


def find(world: World, name: str) -> Any:
    return world.document.get_model_by_name(name)


def click(world: World) -> None:
    event = CLICK | {"values": {"model": {"id": find(world, "button").id}}}
    world.clients[0].send_events(
        {"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": event}
    )
    world.run(0.1)


def on_click(world: World, callback: Callable[..., Any]) -> None:
    world.session.run(lambda: find(world, "button").on_click(callback))


@pytest.fixture
def world() -> World:
    return World(build)


def later(result: list[Any], value: Any) -> Callable[..., Any]:
    async def callback(*args: Any) -> None:
        await asyncio.sleep(0)
        result.append((value, curdoc()))

    return callback


def test_on_change_and_on_click_run_and_see_their_document(world: World) -> None:
    seen: list[Any] = []
    find(world, "slider").on_change("value", lambda a, o, n: seen.append((o, n, curdoc())))
    on_click(world, lambda: seen.append(("click", curdoc())))
    on_click(world, lambda event: seen.append(event.event_name))
    world.clients[0].model("slider").value = 3
    world.run(0.1)
    click(world)
    assert seen == [(0, 3, world.document), ("click", world.document), "button_click"]


def test_document_callbacks_run(world: World) -> None:
    seen: list[str] = []
    world.document.on_change(lambda event: seen.append(type(event).__name__))
    world.document.on_event("document_ready", lambda event: seen.append(event.event_name))
    world.clients[0].model("slider").value = 3
    ready = {"type": "event", "name": "document_ready", "values": {}}
    world.clients[0].send_events(
        {"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": ready}
    )
    world.run(0.1)
    assert seen == ["ModelChangedEvent", "document_ready"]


def test_coroutines_are_callbacks_everywhere(world: World) -> None:
    seen: list[Any] = []
    document = world.document
    find(world, "slider").on_change("value", lambda a, o, n: later(seen, "change")())
    on_click(world, later(seen, "click"))
    document.add_next_tick_callback(later(seen, "tick"))
    document.add_timeout_callback(later(seen, "timeout"), 100)
    periodic = document.add_periodic_callback(later(seen, "periodic"), 200)
    world.clients[0].model("slider").value = 3
    world.run(0.25)
    click(world)
    document.remove_periodic_callback(periodic)
    world.run(1.0)
    assert sorted(name for name, _ in seen) == ["change", "click", "periodic", "tick", "timeout"]
    assert {found for _, found in seen} == {document}


def test_periodic_callback_keeps_its_cadence_and_skips_what_it_overran() -> None:
    world = World(build)
    times: list[float] = []

    def slow_at_first() -> None:
        times.append(round(world.runtime.now() - start, 3))
        if len(times) == 2:
            world.runtime._now += 0.25  # the callback takes two and a half periods

    start = world.runtime.now()
    world.document.add_periodic_callback(slow_at_first, 100)
    world.run(1.0)
    assert times[:2] == [0.1, 0.2]
    assert times[2] == 0.5
    assert times[3:6] == [0.6, 0.7, 0.8]


def test_callbacks_can_be_removed(world: World) -> None:
    seen: list[int] = []
    document = world.document
    timeout = document.add_timeout_callback(lambda: seen.append(1), 100)
    document.remove_timeout_callback(timeout)
    periodic: list[Any] = []

    def once() -> None:
        seen.append(2)
        document.remove_periodic_callback(periodic[0])

    periodic.append(document.add_periodic_callback(once, 50))
    world.run(1.0)
    assert seen == [2]
    with pytest.raises(ValueError, match="already run or been removed"):
        document.remove_periodic_callback(periodic[0])


def test_next_ticks_run_in_order(world: World) -> None:
    seen: list[int] = []
    for index in range(5):
        world.document.add_next_tick_callback(lambda index=index: seen.append(index))
    world.run(0.1)
    assert seen == [0, 1, 2, 3, 4]


def test_hold_combines_or_collects(world: World) -> None:
    seen: list[int] = []
    find(world, "slider").on_change("value", lambda a, o, n: seen.append(n))

    def drag(policy: Any) -> None:
        world.document.hold(policy)
        for value in (1, 2, 3):
            find(world, "slider").value = value
        world.document.unhold()
        find(world, "slider").value = 0

    world.session.run(drag, "combine")
    world.session.run(drag, "collect")
    world.run(0.1)
    assert seen == [3, 0, 1, 2, 3, 0]
    patches = [m for _, m in world.clients[0].received if m.kind == "PATCH-DOC"]
    assert [len(patch.content["events"]) for patch in patches] == [2, 4]


def test_a_raising_callback_is_logged_and_harms_no_other(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[int] = []

    def fail(attr: str, old: int, new: int) -> None:
        raise ZeroDivisionError("by the app")

    find(world, "slider").on_change("value", fail, lambda attr, old, new: seen.append(new))
    world.clients[0].model("slider").value = 3
    world.run(0.1)
    assert world.clients[0].kinds()[-1] == "OK" and seen == [3]
    record = next(r for r in caplog.records if r.levelno == logging.ERROR)
    assert "app=/app session=id" in record.getMessage() and "by the app" in record.getMessage()
    assert record.exc_info and record.exc_info[0] is ZeroDivisionError
    world.clients[0].model("slider").value = 4
    world.run(0.1)
    assert seen == [3, 4]


def test_sys_exit_in_a_callback_ends_nothing(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    on_click(world, lambda: exit(1))
    click(world)
    assert world.clients[0].kinds()[-1] == "OK" and "SystemExit" in caplog.text


class TimedOut(BaseException):
    """No Exception, as gevent's Timeout."""


def time_out() -> None:
    raise TimedOut


def test_a_timeout_in_a_callback_ends_nothing(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    on_click(world, time_out)
    world.session.context.on_exception(lambda error: time_out())
    click(world)
    assert world.clients[0].kinds()[-1] == "OK" and caplog.text.count("raised TimedOut()") == 2


def test_a_timeout_in_a_server_callback_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    runtime = ManualRuntime()
    ServerContext("/app", [], runtime).add_next_tick_callback(time_out)
    runtime.run_ready()
    assert "a server callback raised TimedOut()" in caplog.text


def test_a_coroutine_that_waits_for_a_cancelled_task_harms_no_other(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    async def wait() -> None:
        task = asyncio.ensure_future(asyncio.sleep(1))
        task.cancel()
        await task

    seen: list[int] = []
    on_click(world, wait)
    click(world)
    assert world.clients[0].kinds()[-1] == "OK" and "CancelledError" in caplog.text
    world.session.run(world.document.add_next_tick_callback, wait)
    world.session.run(world.document.add_next_tick_callback, lambda: seen.append(1))
    world.run(0.1)
    assert seen == [1]


def test_what_a_nested_callback_raises_reaches_the_outer_one(world: World) -> None:
    caught: list[str] = []

    def fail(attr: str, old: str, new: str) -> None:
        raise ValueError(new)

    def outer(attr: str, old: int, new: int) -> None:
        try:
            find(world, "label").text = "nested"
        except ValueError as error:
            caught.append(str(error))

    find(world, "label").on_change("text", fail)
    find(world, "slider").on_change("value", outer)
    world.clients[0].model("slider").value = 1
    world.run(0.1)
    assert caught == ["nested"]


# -- with real threads


@pytest.fixture
def runtime() -> Iterator[ThreadRuntime]:
    runtime = ThreadRuntime()
    yield runtime
    runtime.close()


@pytest.fixture
def session(runtime: ThreadRuntime) -> Iterator[Session]:
    session = Session("id", "/app", runtime)
    session.build(lambda session: build(session.document))
    yield session
    session.destroy()


def test_next_tick_from_a_plain_thread(session: Session) -> None:
    ran = Event()
    label: Any = session.document.get_model_by_name("label")

    def change() -> None:
        label.text = "from a thread"
        ran.set()

    Thread(target=session.document.add_next_tick_callback, args=(change,)).start()
    assert ran.wait(5) and label.text == "from a thread"


def test_a_change_without_the_lock_is_an_error_that_says_what_to_do(session: Session) -> None:
    label: Any = session.document.get_model_by_name("label")
    with pytest.raises(UnlockedChange, match="add_next_tick_callback"):
        label.text = "changed by nobody"


def test_unlocked_callback_runs_beside_a_locked_one(session: Session) -> None:
    unlocked, done = Event(), Event()
    seen: list[Any] = []

    @without_document_lock
    def free() -> None:
        seen.append(type(curdoc()))
        curdoc().add_next_tick_callback(done.set)
        unlocked.set()

    def locked() -> None:
        session.document.add_next_tick_callback(free)
        assert unlocked.wait(5)

    session.run(locked)
    assert done.wait(5) and seen == [UnlockedDocumentProxy]


def test_a_coroutine_shares_the_lock_of_its_caller(session: Session) -> None:
    label: Any = session.document.get_model_by_name("label")

    async def change() -> None:
        label.text = "before"
        await asyncio.sleep(0)
        label.text += " and after"

    session.run(change)
    assert label.text == "before and after"


def test_a_coroutine_may_wake_another_one(session: Session) -> None:
    slider: Any = session.document.get_model_by_name("slider")
    done = Event()

    async def inner(attr: str, old: int, new: int) -> None:
        await asyncio.sleep(0)
        done.set()

    async def outer() -> None:
        slider.value = 5

    slider.on_change("value", inner)
    session.run(outer)
    assert done.wait(5)


def test_a_timer_does_not_share_the_lock_of_who_set_it(session: Session) -> None:
    order: list[str] = []
    done = Event()

    def tick() -> None:
        order.append("tick")
        done.set()

    def slow() -> None:
        session.document.add_timeout_callback(tick, 1)
        assert not done.wait(0.1)
        order.append("slow")

    session.run(slow)
    assert done.wait(5) and order == ["slow", "tick"]


def test_curdoc_is_right_in_every_thread_at_once(runtime: ThreadRuntime) -> None:
    count = 8
    barrier = Barrier(count)
    seen: dict[str, list[Any]] = {}

    def look(session: Session) -> None:
        seen[session.id].append(curdoc())
        barrier.wait(5)
        seen[session.id].append(curdoc())

    sessions = [Session(f"s{index}", "/app", runtime) for index in range(count)]
    for session in sessions:
        seen[session.id] = []
    for task in [runtime.spawn(session.run, look, session) for session in sessions]:
        assert task.join(10)
    for session in sessions:
        assert seen[session.id] == [session.document, session.document]


def test_curdoc_is_right_in_every_task_at_once(runtime: ThreadRuntime) -> None:
    sessions = [Session(f"s{index}", "/app", runtime) for index in range(8)]
    seen: dict[str, list[Any]] = {session.id: [] for session in sessions}

    async def look(session: Session) -> None:
        for _ in range(5):
            seen[session.id].append(curdoc())
            await asyncio.sleep(0.001)

    for task in [runtime.spawn(session.run, look, session) for session in sessions]:
        assert task.join(10)
    for session in sessions:
        assert seen[session.id] == [session.document] * 5


def test_patch_from_one_viewer_waits_for_a_callback_of_another(
    session: Session, runtime: ThreadRuntime
) -> None:
    """One lock, one at a time: what is applied never interleaves with a running callback."""
    viewer = session.join(lambda code, reason: None)
    session.commands.execute(Pull("1"), viewer)
    slider: Any = session.document.get_model_by_name("slider")
    inside, go = Event(), Event()

    def hold() -> None:
        inside.set()
        go.wait(5)
        assert slider.value == 0

    first = runtime.spawn(session.run, hold)
    assert inside.wait(5)
    event = {"kind": "ModelChanged", "model": {"id": slider.id}, "attr": "value", "new": 7}
    second = runtime.spawn(session.commands.execute, Patch("2", [event], {}), viewer)
    assert not second.join(0.05)
    go.set()
    assert first.join(5) and second.join(5) and slider.value == 7
