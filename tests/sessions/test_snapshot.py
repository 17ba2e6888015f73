"""Viewers that come to a session together are given the same bytes, and never old ones."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from bokeh.document import Document
from bokeh.models import ColumnDataSource, Slider

from hybridviz.core.protocol import Pull
from hybridviz.errors import UnlockedChange
from hybridviz.sessions import snapshot
from tests.sessions.world import Client, World, state

NUMBERS = np.array([1.0, 2.0])


def build(document: Document) -> None:
    NUMBERS[:] = (1.0, 2.0)
    document.add_root(ColumnDataSource({"x": NUMBERS, "y": [0, 0]}, name="source"))
    slider = Slider(start=0, end=9, value=0, name="slider")
    slider.on_change("value", lambda attr, old, new: NUMBERS.__setitem__(0, new))
    document.add_root(slider)


def find(document: Document, name: str) -> Any:
    return document.get_model_by_name(name)


@pytest.fixture
def encodings(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Return a list that grows with each time a document is encoded."""
    made: list[bool] = []
    encode = snapshot.encode_document

    def noted(*args: Any, inline: bool) -> Any:
        made.append(inline)
        return encode(*args, inline=inline)

    monkeypatch.setattr(snapshot, "encode_document", noted)
    return made


def join(world: World, count: int = 1) -> None:
    world.clients += [Client(world.session, world.runtime) for _ in range(count)]
    world.run(0.1)


def test_viewers_that_come_together_share_one_encoding(encodings: list[bool]) -> None:
    world = World(build, 5)
    assert len(encodings) <= 2
    wires = [client.received[-1][1] for client in world.clients]
    assert all(wire.content == wires[0].content for wire in wires)
    assert len({wire.reqid for wire in wires}) <= len(wires)
    assert all(state(client.document) == state(world.document) for client in world.clients)


def test_a_lone_viewer_leaves_nothing_behind(encodings: list[bool]) -> None:
    world = World(build, 1)
    world.clients[0].session.leave(world.clients[0].viewer)
    world.clients.clear()
    join(world)
    assert len(encodings) == 2


def test_the_first_viewer_is_given_what_was_encoded_ahead(encodings: list[bool]) -> None:
    world = World(build, 0)
    world.session.encode_ahead()
    assert not world.session.shown
    join(world)
    assert world.session.shown and not encodings
    assert state(world.clients[0].document) == state(world.document)
    world.clients[0].session.leave(world.clients[0].viewer)
    world.clients.clear()
    join(world)
    assert len(encodings) == 1


def test_a_page_that_comes_back_is_given_arrays_inline(encodings: list[bool]) -> None:
    world = World(build, 0)
    world.session.encode_ahead()
    for _ in range(2):
        viewer = world.session.join(lambda code, reason: None, page="token")
        world.session.commands.execute(Pull("m"), viewer)
    assert encodings == [True]


def test_of_many_pages_the_last_are_remembered(
    encodings: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hybridviz.sessions.commands.PAGES", 2)
    world = World(build, 0)
    for page in ("one", "two", "one", "three", "one", "two"):
        viewer = world.session.join(lambda code, reason: None, page=page)
        world.session.commands.execute(Pull("m"), viewer)
        world.session.leave(viewer)
    assert encodings == [False, False, True, False, True, False]


def test_what_cannot_be_encoded_ahead_is_refused_when_it_is_asked_for() -> None:
    world = World(lambda document: document.add_root(ColumnDataSource({"x": [object()]})), 0)
    world.session.encode_ahead()
    join(world)
    assert "ERROR" in world.clients[0].kinds()


def write_silently(world: World) -> None:
    world.session.run(lambda: NUMBERS.__setitem__(1, 77.0))


def write_in_a_call(world: World) -> None:
    world.session.call(NUMBERS.__setitem__, 1, 78.0)


def write_aside(world: World) -> None:
    def write(document: Document) -> None:
        NUMBERS[1] = 79.0

    world.session.run_aside(write, lambda result: None, lambda error: None)


def write_later(world: World) -> None:
    world.session.run(world.document.add_next_tick_callback, lambda: NUMBERS.__setitem__(1, 80.0))


def drag(world: World) -> None:
    world.clients[0].model("slider").value = 5


def drag_under_hold(world: World) -> None:
    world.session.run(world.document.hold)
    join(world, 2)
    world.clients[0].model("slider").value = 6


def change_title(world: World) -> None:
    world.session.run(setattr, world.document, "title", "new")


def write_from_outside(world: World) -> None:
    NUMBERS[1] = 81.0


def change_without_the_lock(world: World) -> None:
    with pytest.raises(UnlockedChange):
        find(world.document, "slider").title = "set all the same"


@pytest.mark.parametrize(
    "change",
    [
        write_silently,
        write_in_a_call,
        write_aside,
        write_later,
        change_title,
        write_from_outside,
        change_without_the_lock,
    ],
)
def test_what_was_encoded_ahead_is_never_old(change: Callable[[World], None]) -> None:
    world = World(build, 0)
    world.session.encode_ahead()
    change(world)
    world.run(0.2)
    join(world)
    assert state(world.clients[0].document) == state(world.document)


@pytest.mark.parametrize(
    "change",
    [
        write_silently,
        write_in_a_call,
        write_aside,
        write_later,
        drag,
        drag_under_hold,
        change_title,
    ],
)
def test_nobody_is_given_an_old_document(change: Callable[[World], None]) -> None:
    world = World(build, 3)
    change(world)
    world.run(0.2)
    join(world, 2)
    assert [state(client.document) for client in world.clients[-2:]] == [state(world.document)] * 2
