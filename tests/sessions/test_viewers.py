"""Any sequence of changes, from any side, leaves all ends with the same document."""

from typing import Any

import numpy as np
import orjson
import pytest
from bokeh.document import Document
from bokeh.models import Column, ColumnDataSource, Div, Slider, Tabs
from bokeh.plotting import figure
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sessions.world import Client, World, state


def build(document: Document) -> None:
    source = ColumnDataSource({"x": [1.0, 2.0], "y": np.array([3.0, 4.0])}, name="source")
    plot = figure(name="plot")
    plot.scatter("x", "y", source=source)
    document.add_root(Column(Slider(start=0, end=9, value=0, name="slider"), plot, name="box"))
    document.add_root(Div(text="", name="label"))


def set_slider(document: Document, value: int) -> None:
    find(document, "slider").value = value


def set_label(document: Document, value: int) -> None:
    find(document, "label").text = f"label {value}"


def set_title(document: Document, value: int) -> None:
    document.title = f"title {value}"


def replace_data(document: Document, value: int) -> None:
    find(document, "source").data = {"x": np.arange(value + 2.0), "y": [0.5] * (value + 2)}


def replace_column(document: Document, value: int) -> None:
    source = find(document, "source")
    source.data["y"] = [float(value)] * len(source.data["x"])


def stream(document: Document, value: int) -> None:
    find(document, "source").stream({"x": [value, 1.5], "y": [float("nan"), value]})


def stream_and_roll(document: Document, value: int) -> None:
    find(document, "source").stream({"x": [float(value)], "y": [1.0]}, rollover=3)


def patch(document: Document, value: int) -> None:
    find(document, "source").patch({"x": [(0, float(value)), (slice(1, 2), [2.5])]})


def add_child(document: Document, value: int) -> None:
    box = find(document, "box")
    box.children = [*box.children, Div(text=f"child {value}")]


def drop_child(document: Document, value: int) -> None:
    box = find(document, "box")
    if len(box.children) > 2:
        box.children = box.children[:-1]


def add_root(document: Document, value: int) -> None:
    document.add_root(Tabs(tabs=[], tags=[ColumnDataSource({"z": np.array([value])})]))


def drop_root(document: Document, value: int) -> None:
    if len(document.roots) > 2:
        document.remove_root(document.roots[-1])


def add_and_stream(document: Document, value: int) -> None:
    added = ColumnDataSource({"z": [0]})
    document.add_root(Column(tags=[added]))
    added.stream({"z": [value]})


CHANGES = (
    set_slider,
    set_label,
    set_title,
    replace_data,
    replace_column,
    stream,
    stream_and_roll,
    patch,
    add_child,
    drop_child,
    add_root,
    drop_root,
    add_and_stream,
)
ORDERED = (add_child, drop_child, add_root, drop_root, add_and_stream)


def find(document: Document, name: str) -> Any:
    return document.get_model_by_name(name)


# Where a stream crosses a replacement, columns differ in length until the last word is said.
@pytest.mark.filterwarnings("ignore:ColumnDataSource's columns must be of the same length")
@settings(deadline=None, max_examples=25)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(CHANGES), st.integers(0, 9), st.booleans()),
        max_size=12,
    )
)
def test_all_ends_stay_equal(
    steps: list[tuple[int, Any, int, bool]],
) -> None:
    world = World(build, 3)
    for side, change, value, wait in steps:
        if side == 3:
            world.session.run(change, world.document, value)
        else:
            change(world.clients[side].document, value)
        # Roots and children of different ends must not cross: their changes do not commute.
        world.run(0.05 if wait or side != 3 or change in ORDERED else 0.01)
    world.settle()
    expected = state(world.document)
    for client in world.clients:
        assert client.closed is None
        assert state(client.document) == expected


def test_new_models_reach_every_viewer_whole() -> None:
    world = World(build, 3)
    world.session.run(add_child, world.document, 1)
    world.clients[1].model("box").children = [Div(text="from a client", name="new")]
    world.settle()
    assert [client.model("new").text for client in world.clients] == ["from a client"] * 3
    world.clients[2].model("new").text = "seen"
    world.run(0.1)
    assert [client.model("new").text for client in world.clients] == ["seen"] * 3


def test_a_model_that_a_client_brought_is_not_sent_back_to_it() -> None:
    """A callback that uses a client's new model at once refers to it by its id."""

    def build_echo(document: Document) -> None:
        build(document)
        box, label = find(document, "box"), find(document, "label")
        box.on_change("children", lambda attr, old, new: label.update(tags=[new[-1]]))

    world = World(build_echo, 2)
    world.clients[0].model("box").children = [Div(name="new")]
    world.settle()
    assert [client.model("label").tags[0].name for client in world.clients] == ["new", "new"]


def test_a_value_that_has_no_json_is_in_the_way_of_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = World(build, 2, lambda: 0.05)
    world.clients[0].model("source").data = {"x": [1.0], "y": [2.0]}
    world.run(0.1)
    world.session.run(setattr, find(world.document, "source"), "data", {"x": [object()]})
    world.run(1.0)
    assert "data of model" in caplog.text and "cannot be told" in caplog.text
    for client, value in zip(world.clients, (3, 5), strict=True):
        client.model("slider").value = value
    world.settle()
    assert [client.model("slider").value for client in world.clients] == [5, 5]


@pytest.mark.parametrize("policy", ["collect", "combine"])
@pytest.mark.parametrize("count", [1, 2])
def test_models_that_a_client_brings_under_a_hold(policy: Any, count: int) -> None:
    """Others who hear of them when it ends are told them whole, the client itself never is."""
    world = World(build, count)
    world.session.run(world.document.hold, policy)
    box = world.clients[0].model("box")
    for text in ("first", "second"):
        box.children = [*box.children, Div(text=text)]
        world.run(0.1)
    world.session.run(world.document.unhold)
    world.session.run(lambda: find(world.document, "box").children.reverse())
    world.settle()
    assert len(find(world.document, "box").children) == 4
    assert [state(client.document) for client in world.clients] == [state(world.document)] * count
    told = [message.content for _, message in world.clients[0].received[2:]]
    assert b'"attributes"' not in orjson.dumps(told)


def test_a_late_viewer_sees_what_the_others_see() -> None:
    world = World(build, 1)
    world.session.run(stream, world.document, 7)
    world.session.run(add_child, world.document, 7)
    world.clients.append(Client(world.session, world.runtime))
    world.settle()
    first, late = (state(client.document) for client in world.clients)
    assert first == late


def test_numbers_of_numpy_are_sent_as_numbers() -> None:
    world = World(build, 1)
    data = {"x": [np.float64(1.5), np.int64(2)], "y": [np.float32(0.5), np.float64("nan")]}
    world.session.run(lambda: find(world.document, "source").update(data=data))
    world.settle()
    assert world.clients[0].model("source").data["x"] == [1.5, 2]
    assert str(world.clients[0].model("source").data["y"]) == "[0.5, nan]"


def test_an_app_may_reuse_its_array() -> None:
    world = World(build, 1)
    array = np.array([1.0, 2.0])

    def assign_and_reuse() -> None:
        find(world.document, "source").data = {"x": array, "y": [0.0, 0.0]}
        array[0] = 99.0

    world.session.run(assign_and_reuse)
    world.settle()
    assert world.clients[0].model("source").data["x"][0] == 1.0
