"""Several viewers of one session end up equal, however their writes cross on the way: random
interleavings on a virtual clock, three clients with delays of 0 to 200 ms.
"""

import random
from typing import Any

import pytest
from bokeh.document import Document
from bokeh.models import Column, ColumnDataSource, Div, Slider

from hybridviz.sessions.contests import QUIET
from tests.sessions.world import Client, World, state

NAMES = ("a", "b", "c")


def build(document: Document) -> None:
    """Three sliders; the callback of the last rewrites what it is called for, and a source."""
    sliders = [Slider(start=0, end=100, value=0, name=name) for name in NAMES]
    source = ColumnDataSource({"x": [0.0]}, name="source")

    def limit(attr: str, old: float, new: float) -> None:
        if new > 50:
            sliders[2].value = 50
        source.stream({"x": [new]}, rollover=5)

    sliders[2].on_change("value", limit)
    document.add_root(Column(*sliders, Div(name="label"), tags=[source]))


def interleave(seed: int) -> World:
    """Let everybody write at random for two seconds."""
    chance = random.Random(seed)
    world = World(build, 3, lambda: chance.uniform(0, 0.2))
    for _ in range(40):
        client = chance.choice(world.clients)
        client.model(chance.choice(NAMES)).value = chance.randrange(100)
        if chance.random() < 0.2:
            world.session.run(write, world.document, chance.choice(NAMES), chance.randrange(100))
        if chance.random() < 0.1:
            client.model("source").stream({"x": [chance.random()]}, 5)
        world.run(chance.uniform(0.01, 0.1))
    world.settle()
    return world


def write(document: Document, name: str, value: int) -> None:
    model: Any = document.get_model_by_name(name)
    model.value = value


def test_all_clients_end_equal(soak: bool) -> None:
    for seed in range(300 if soak else 30):
        world = interleave(seed)
        expected = state(world.document)
        for index, client in enumerate(world.clients):
            assert state(client.document) == expected, f"seed {seed}, client {index}"


def test_quiet_writes_cost_no_message() -> None:
    world = World(build, 3)
    for value in (1, 2, 3):
        world.clients[0].model("a").value = value
        world.run(0.5)
    world.settle()
    assert world.clients[0].kinds().count("PATCH-DOC") == 0
    assert world.clients[1].kinds().count("PATCH-DOC") == 3


def test_a_conflict_costs_few_messages() -> None:
    world = World(build, 2, lambda: 0.1)
    world.clients[0].model("a").value = 1
    world.clients[1].model("a").value = 2
    world.settle()
    assert state(world.clients[0].document) == state(world.clients[1].document)
    # Each hears of the other's write once, and once of what came of it.
    assert [client.kinds().count("PATCH-DOC") for client in world.clients] == [2, 2]


def patches_of(client: Client) -> list[tuple[float, Any]]:
    return [
        (time, event["new"])
        for time, message in client.received
        if message.kind == "PATCH-DOC"
        for event in message.content["events"]
        if event["kind"] == "ModelChanged"
    ]


def test_a_dragged_slider_is_not_thrown_back() -> None:
    """While one drags, the values that others hear are not sent back to it to settle."""
    world = World(build, 2, lambda: 0.05)
    dragging = world.clients[0]
    world.clients[1].model("a").value = 99
    started = world.runtime.now()
    for value in range(40):
        dragging.model("a").value = value
        world.run(0.05)
    released = world.runtime.now()
    world.settle()
    heard = [(time, new) for time, new in patches_of(dragging) if new != 99]
    assert all(time > released + QUIET - 0.05 for time, _ in heard if time > started), heard
    assert dragging.model("a").value == 39
    assert state(dragging.document) == state(world.clients[1].document)


@pytest.mark.parametrize("who", [0, 1])
def test_a_rejected_value_reaches_nobody_last(who: int) -> None:
    """A callback that rewrites the property it was called for: all see the rewritten value."""
    world = World(build, 2)
    world.clients[who].model("c").value = 90
    world.settle()
    assert [client.model("c").value for client in world.clients] == [50, 50]
