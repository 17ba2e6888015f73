"""Slow viewers: bounded memory, nothing lost that matters, nobody else delayed."""

from typing import Any

import numpy as np
import pytest
from bokeh.document import Document
from bokeh.models import Column, ColumnDataSource, Div, Slider

from hybridviz.sessions import outbox
from tests.sessions.world import World, state


def build(document: Document) -> None:
    source = ColumnDataSource({"x": np.zeros(100)}, name="source")
    document.add_root(
        Column(Slider(start=0, end=9, value=0, name="slider"), name="box", tags=[source])
    )


def find(document: Document, name: str) -> Any:
    return document.get_model_by_name(name)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(outbox.Outbox.__init__, "__defaults__", (10_000, 100_000))
    return World(build, 2)


def stall(world: World) -> Any:
    """Let the second client read nothing more; return it."""
    return world.clients.pop()


def test_a_slow_viewer_is_told_last_values_only(world: World) -> None:
    slow = stall(world)
    for value in range(50):
        world.session.run(setattr, find(world.document, "slider"), "value", 1 + value % 8)
        world.session.run(replace, world.document, value)
        world.session.run(stream, world.document, value)
        world.run(0.01)
        assert slow.viewer.outbox.size <= 10_000
    assert slow.closed is None
    before = len(slow.received)
    world.clients.append(slow)
    world.settle()
    assert state(slow.document) == state(world.document)
    assert len(slow.received) - before < 20
    # The other one has heard of everything, as it happened.
    assert world.clients[0].kinds().count("PATCH-DOC") == 150
    assert state(world.clients[0].document) == state(world.document)


def replace(document: Document, value: int) -> None:
    find(document, "source").data = {"x": np.full(100, float(value))}


def stream(document: Document, value: int) -> None:
    find(document, "source").stream({"x": [float(value)]})


def test_new_models_are_never_dropped(world: World) -> None:
    slow = stall(world)
    for value in range(20):
        world.session.run(replace, world.document, value)
        world.session.run(add_child, world.document, value)
    world.clients.append(slow)
    world.settle()
    assert state(slow.document) == state(world.document)


def add_child(document: Document, value: int) -> None:
    box = find(document, "box")
    box.children = [*box.children, Div(text=f"{value}")]


def test_a_viewer_over_the_hard_limit_is_given_up(world: World) -> None:
    slow = stall(world)
    for _ in range(40):
        world.session.run(add_big_child, world.document)
        world.run(0.01)
    assert slow.closed is not None and slow.closed[0] == 1013 and "slow" in slow.closed[1]
    world.settle()
    assert state(world.clients[0].document) == state(world.document)


def add_big_child(document: Document) -> None:
    box = find(document, "box")
    box.children = [*box.children, Div(text="x" * 5000)]


def test_one_message_over_the_limits_is_sent(world: World) -> None:
    def replace_by_much() -> None:
        find(world.document, "source").data = {"x": np.zeros(50_000)}

    world.session.run(replace_by_much)
    world.settle()
    assert all(client.closed is None for client in world.clients)
    assert len(world.clients[1].model("source").data["x"]) == 50_000


def test_a_large_change_comes_once_and_before_the_reply_to_its_cause(world: World) -> None:
    def replace_by_much(attr: str, old: float, new: float) -> None:
        find(world.document, "source").data = {"x": np.full(5_000, new)}

    find(world.document, "slider").on_change("value", replace_by_much)
    client = world.clients[0]
    before = len(client.kinds())
    client.model("slider").value = 3
    world.settle()
    assert client.kinds()[before:] == ["PATCH-DOC", "OK"]
    assert state(client.document) == state(world.document) == state(world.clients[1].document)
