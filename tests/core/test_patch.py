"""What a PATCH-DOC does to a document, and that a bad one does nothing at all."""

from typing import Any

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
