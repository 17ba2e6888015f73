"""Under a hold nothing is lost, and nothing comes twice, whoever pulls meanwhile."""

from typing import Any

import pytest
from bokeh.models import Div

from tests.sessions.test_viewers import build, find
from tests.sessions.world import Client, World, state

POLICIES = ("collect", "combine")


def all_agree(world: World) -> bool:
    world.settle()
    expected = state(world.document)
    return all(state(client.document) == expected for client in world.clients)


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("column", [None, "y"])
def test_rows_after_columns_come_once(policy: Any, column: str | None) -> None:
    world = World(build, 2)

    def change() -> None:
        source = find(world.document, "source")
        world.document.hold(policy)
        if column is None:
            source.data = {"x": [1.0], "y": [2.0]}
        else:
            source.data[column] = [7.0] * len(source.data["x"])
        source.stream({"x": [3.0], "y": [4.0]}, rollover=3)
        source.patch({"x": [(0, 9.0)]})
        source.stream({"x": [5.0], "y": [6.0]}, rollover=3)
        world.document.unhold()

    world.session.run(change)
    assert all_agree(world)
    assert list(find(world.document, "source").data["x"])[-2:] == [3.0, 5.0]


@pytest.mark.parametrize("policy", POLICIES)
def test_rows_before_columns_come_once(policy: Any) -> None:
    world = World(build, 2)

    def change() -> None:
        source = find(world.document, "source")
        world.document.hold(policy)
        source.stream({"x": [3.0], "y": [4.0]})
        source.data = {"x": [1.0], "y": [2.0]}
        world.document.unhold()

    world.session.run(change)
    assert all_agree(world)


@pytest.mark.parametrize("policy", POLICIES)
def test_a_viewer_who_pulls_meanwhile_is_told_no_row_twice(policy: Any) -> None:
    world = World(build, 1)
    calls: list[int] = []
    find(world.document, "source").on_change("data", lambda attr, old, new: calls.append(len(new)))

    def change() -> None:
        world.document.hold(policy)
        find(world.document, "source").stream({"x": [3.0], "y": [4.0]})
        box = find(world.document, "box")
        box.children = [*box.children, Div(text="new", name="new")]

    world.session.run(change)
    world.clients.append(Client(world.session, world.runtime))
    world.run(1.0)
    assert world.clients[1].model("new").text == "new" and not calls
    assert world.clients[0].model("new") is None
    world.session.run(world.document.unhold)
    assert all_agree(world) and calls == [2]
    assert world.clients[0].model("new").text == "new"
