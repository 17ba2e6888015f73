"""What a PATCH-DOC does to a document, and that a bad one does nothing at all."""

from typing import Any

import numpy as np
import pytest
from bokeh.document import Document
from bokeh.models import Column, ColumnDataSource, Div, Slider

from hybridviz.core.patch import decode_patch
from hybridviz.errors import PatchError

Event = dict[str, Any]


@pytest.fixture
def document() -> Document:
    document = Document()
    source = ColumnDataSource({"x": [1, 2], "y": [3, 4]}, name="source")
    slider = Slider(start=0, end=9, value=1, name="slider")
    document.add_root(Column(slider, Div(text="", name="label"), name="box", tags=[source]))
    return document


def ref(document: Document, name: str) -> Event:
    model: Any = document.get_model_by_name(name)
    return {"id": model.id}


def changed(document: Document, name: str, attr: str, new: Any) -> Event:
    return {"kind": "ModelChanged", "model": ref(document, name), "attr": attr, "new": new}


def columns(document: Document, kind: str, **fields: Any) -> Event:
    return {"kind": kind, "model": ref(document, "source"), "attr": "data", **fields}


def apply(document: Document, *events: Event, buffers: dict[str, bytes] | None = None) -> None:
    for step in decode_patch(document, events, buffers or {}, None).steps:
        step.apply()


def find(document: Document, name: str) -> Any:
    return document.get_model_by_name(name)


def test_every_kind_of_event(document: Document) -> None:
    data = {"type": "map", "entries": [["x", [5, 6, 7]], ["y", [8, 9, 10]]]}
    more = {"type": "map", "entries": [["x", [0]], ["y", [0]]]}
    fixes = {"type": "map", "entries": [["x", [[0, 50]]]]}
    added = {"type": "object", "name": "Div", "id": "q1", "attributes": {"text": "new"}}
    apply(
        document,
        changed(document, "slider", "value", 3),
        columns(document, "ColumnDataChanged", data=data, cols=None),
        columns(document, "ColumnsStreamed", data=more, rollover=3),
        columns(document, "ColumnsPatched", patches=fixes),
        {"kind": "TitleChanged", "title": "new title"},
        {"kind": "RootAdded", "model": added},
    )
    assert find(document, "slider").value == 3
    assert find(document, "source").data == {"x": [50, 7, 0], "y": [9, 10, 0]}
    assert document.title == "new title" and document.roots[1].id == "q1"
    apply(document, {"kind": "RootRemoved", "model": {"id": "q1"}})
    assert len(document.roots) == 1


def test_some_columns_may_be_replaced(document: Document) -> None:
    data = {"type": "map", "entries": [["y", [7, 8]]]}
    apply(document, columns(document, "ColumnDataChanged", data=data, cols=["y"]))
    assert find(document, "source").data == {"x": [1, 2], "y": [7, 8]}


def of_map(**data: Any) -> Event:
    return {"type": "map", "entries": [[name, values] for name, values in data.items()]}


def rows(start: int, stop: int | None = None, step: int | None = None) -> Event:
    return {"type": "slice", "start": start, "stop": stop, "step": step}


def test_columns_replaced_one_after_the_other_are_all_replaced(document: Document) -> None:
    apply(
        document,
        columns(document, "ColumnDataChanged", data=of_map(x=[5, 6]), cols=["x"]),
        columns(document, "ColumnDataChanged", data=of_map(y=[7, 8]), cols=["y"]),
    )
    assert find(document, "source").data == {"x": [5, 6], "y": [7, 8]}


def test_a_stream_fits_the_columns_that_an_event_before_has_brought(document: Document) -> None:
    apply(
        document,
        columns(document, "ColumnDataChanged", data=of_map(z=[5]), cols=None),
        columns(document, "ColumnsStreamed", data=of_map(z=[6])),
        columns(document, "ColumnsPatched", patches=of_map(z=[[1, 60]])),
        columns(document, "ColumnDataChanged", data=of_map(w=[1, 2]), cols=["w"]),
        columns(document, "ColumnsStreamed", data=of_map(z=[7], w=[3]), rollover=2),
    )
    assert find(document, "source").data == {"z": [60, 7], "w": [2, 3]}


def test_single_values_and_slices_of_rows_that_were_just_streamed(document: Document) -> None:
    apply(
        document,
        columns(document, "ColumnsStreamed", data=of_map(x=[0], y=[0])),
        columns(
            document,
            "ColumnsPatched",
            patches=of_map(x=[[2, 3]], y=[[rows(0, 3), [7, 8, 9]]]),
        ),
    )
    assert find(document, "source").data == {"x": [1, 2, 3], "y": [7, 8, 9]}


def test_a_part_of_an_image_is_replaced(document: Document) -> None:
    source = find(document, "source")
    source.data = {"image": [np.zeros((2, 2))]}
    apply(document, columns(document, "ColumnsPatched", patches=of_map(image=[[[0, 1, 0], 5]])))
    assert source.data["image"][0].tolist() == [[0, 0], [5, 0]]


BAD_VALUES: dict[str, tuple[Any, Any, str]] = {
    "text among numbers": ([1.0, 2.0], [[0, 5.0], [1, "abc"]], "convert"),
    "number too large": (np.array([1, 2], "uint8"), [[0, 5], [1, 2**70]], "Error"),
    "too many values": (np.zeros(2), [[0, 5], [rows(0), [1, 2, 3]]], "shape"),
    "too few values in a list": (None, [[0, 5], [rows(0), [1]]], "1 values"),
    "slice out of bounds": (
        None,
        [[0, 5], [rows(0, 3), [1, 2, 3]]],
        "out of bounds",
    ),
    "backward slice": (
        None,
        [[0, 5], [rows(0, 2, -1), [1, 2]]],
        "out of bounds",
    ),
    "text as index": (None, [[0, 5], ["a", 1]], "no index"),
    "part of a number": (None, [[0, 5], [[1, 0], 1]], "no part"),
    "part of another shape": (
        [np.zeros((2, 2)), np.zeros(3)],
        [[[0, 0, 0], 5], [[1, 9], 1]],
        "out of bounds",
    ),
}


@pytest.mark.parametrize("name", BAD_VALUES)
def test_a_patch_of_which_a_value_does_not_fit_replaces_none(document: Document, name: str) -> None:
    column, replacements, reason = BAD_VALUES[name]
    source = find(document, "source")
    if column is not None:
        source.data = {"x": np.array(column) if name.startswith("text") else column, "y": [3, 4]}
    before = repr(source.data)
    with pytest.raises(PatchError, match=reason):
        apply(document, columns(document, "ColumnsPatched", patches=of_map(x=replacements)))
    assert repr(source.data) == before


def test_arrays_come_in_buffers(document: Document) -> None:
    array = {
        "type": "ndarray",
        "array": {"type": "bytes", "data": {"id": "b"}},
        "shape": [2],
        "dtype": "uint8",
        "order": "little",
    }
    data = {"type": "map", "entries": [["x", array], ["y", [1, 2]]]}
    event = changed(document, "source", "data", data)
    apply(document, event, buffers={"b": b"\x05\x06"})
    assert list(find(document, "source").data["x"]) == [5, 6]


@pytest.mark.parametrize("sent", [[], [{"kind": "MessageSent", "msg_type": "any"}]])
def test_arrays_take_over_what_nobody_else_is_sent(document: Document, sent: list[Event]) -> None:
    array = {"type": "bytes", "data": {"id": "b"}}
    y = {"type": "ndarray", "array": array, "dtype": "uint8", "shape": [2], "order": "little"}
    data = {"type": "map", "entries": [["y", y]]}
    buffer = bytearray(b"\1\2")
    event = columns(document, "ColumnDataChanged", data=data, cols=["y"])
    decode_patch(document, [event, *sent], {"b": memoryview(buffer)}, None).steps[0].apply()
    find(document, "source").data["y"][0] = 9
    assert buffer == (b"\1\2" if sent else b"\x09\2")


def test_an_event_for_a_removed_model_is_left_out(document: Document) -> None:
    late = changed(document, "label", "text", "late")
    find(document, "box").children = []
    apply(document, late, {"kind": "TitleChanged", "title": "still done"})
    assert document.title == "still done"


BAD: dict[str, tuple[Any, str]] = {
    "unknown kind": (lambda d: {"kind": "Frob"}, "unknown kind"),
    "no kind": (lambda d: {}, "unknown kind"),
    "no model": (lambda d: {"kind": "ModelChanged", "attr": "value", "new": 1}, "KeyError"),
    "unknown model": (
        lambda d: {"kind": "ModelChanged", "model": {"id": "?"}, "attr": "value", "new": 1},
        "unknown model",
    ),
    "model that is none": (
        lambda d: {"kind": "ModelChanged", "model": 5, "attr": "value", "new": 1},
        "reference to a model",
    ),
    "unknown property": (lambda d: changed(d, "slider", "frob", 1), "no property"),
    "python attribute": (lambda d: changed(d, "slider", "document", 1), "no property"),
    "bad value": (lambda d: changed(d, "slider", "value", "x"), "expected a value"),
    "missing reference": (lambda d: changed(d, "box", "children", [{"id": "?"}]), "unknown model"),
    "unknown class": (
        lambda d: {"kind": "RootAdded", "model": {"type": "object", "name": "Frob", "id": "q"}},
        "resolve type",
    ),
    "missing buffer": (
        lambda d: changed(d, "label", "text", {"type": "bytes", "data": {"id": "b"}}),
        "resolve buffer",
    ),
    "deep value": (lambda d: changed(d, "label", "text", deep()), "event 1"),
    "stream without a column": (
        lambda d: columns(d, "ColumnsStreamed", data={"type": "map", "entries": [["x", [1]]]}),
        "exactly the columns",
    ),
    "stream of unequal lengths": (
        lambda d: columns(
            d, "ColumnsStreamed", data={"type": "map", "entries": [["x", [1]], ["y", []]]}
        ),
        "same length",
    ),
    "stream into no source": (
        lambda d: columns(d, "ColumnsStreamed", data={}) | {"model": ref(d, "slider")},
        "no source",
    ),
    "negative rollover": (
        lambda d: columns(
            d,
            "ColumnsStreamed",
            data={"type": "map", "entries": [["x", [1]], ["y", [1]]]},
            rollover=-1,
        ),
        "rollover",
    ),
    "patch of no column": (
        lambda d: columns(d, "ColumnsPatched", patches={"z": [[0, 1]]}),
        "no column",
    ),
    "patch out of bounds": (
        lambda d: columns(d, "ColumnsPatched", patches={"x": [[2, 1]]}),
        "out of bounds",
    ),
    "title that is no text": (lambda d: {"kind": "TitleChanged", "title": 5}, "must be text"),
    "message of no kind": (lambda d: {"kind": "MessageSent", "msg_type": 5}, "must be text"),
}


def deep() -> Any:
    value: Any = []
    for _ in range(2000):
        value = [value]
    return value


@pytest.mark.parametrize("name", BAD)
def test_nothing_of_a_bad_patch_is_applied(document: Document, name: str) -> None:
    make, reason = BAD[name]
    good = changed(document, "slider", "value", 7)
    with pytest.raises(PatchError, match=reason) as caught:
        apply(document, good, make(document))
    assert str(caught.value).startswith("event 1: ")
    assert find(document, "slider").value == 1
    assert find(document, "source").data == {"x": [1, 2], "y": [3, 4]}
