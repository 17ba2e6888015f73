"""Document events as JSON and arrays."""

import json
from collections.abc import Callable
from itertools import count
from typing import Any

import numpy as np
import pytest
from bokeh.core.has_props import is_DataModel
from bokeh.core.properties import Int
from bokeh.document import Document
from bokeh.document.events import ColumnDataChangedEvent, ModelChangedEvent, TitleChangedEvent
from bokeh.model import DataModel, Model
from bokeh.models import ColumnDataSource, Div, Slider

from hybridviz.core.changes import (
    TITLE,
    data_models,
    encode_change,
    encode_document,
    key_of,
    patch_message,
    present_value,
    pull_reply,
)
from hybridviz.core.messages import MessageWriter


@pytest.fixture
def new_id() -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"b{next(numbers)}"


@pytest.fixture
def document() -> Document:
    document = Document()
    document.add_root(Slider(start=0, end=9, value=0, name="slider"))
    document.add_root(ColumnDataSource({"x": np.arange(3.0)}, name="source"))
    return document


def find(document: Document, name: str) -> Any:
    return document.get_model_by_name(name)


def test_value_and_its_key(document: Document, new_id: Callable[[], str]) -> None:
    slider = find(document, "slider")
    event = ModelChangedEvent(document, slider, "value", 5)
    assert key_of(event) == (slider.id, "value")
    change = encode_change(event, key_of(event), new_id, origin="me")
    assert json.loads(change.json) == {
        "kind": "ModelChanged",
        "model": {"id": slider.id},
        "attr": "value",
        "new": 5,
    }
    assert not change.defines and not change.buffers and change.origin == "me"


def test_title_has_a_key_of_its_own(document: Document) -> None:
    assert key_of(TitleChangedEvent(document, "new")) == TITLE


def test_array_travels_beside_the_json_and_is_copied(
    document: Document, new_id: Callable[[], str]
) -> None:
    source, array = find(document, "source"), np.arange(5.0)
    source.data["x"] = array
    event = ColumnDataChangedEvent(document, source, "data", None, ["x"])
    change = encode_change(event, key_of(event), new_id)
    array[:] = 0
    ((ident, data),) = change.buffers
    assert ident == "b1" and np.frombuffer(data).tolist() == [0, 1, 2, 3, 4]
    assert change.size == len(change.json) + 40


def test_floats_json_cannot_say(document: Document, new_id: Callable[[], str]) -> None:
    slider = find(document, "slider")
    for value, text in ((float("nan"), "nan"), (float("inf"), "+inf"), (-float("inf"), "-inf")):
        event = ModelChangedEvent(document, slider, "value", value)
        new = json.loads(encode_change(event, None, new_id).json)["new"]
        assert new == {"type": "number", "value": text}
    event = ModelChangedEvent(document, slider, "value", np.float64(2.5))
    assert json.loads(encode_change(event, None, new_id).json)["new"] == 2.5


def test_present_value_of_what_has_gone_is_none(
    document: Document, new_id: Callable[[], str]
) -> None:
    slider = find(document, "slider")
    slider.value = 7
    change = present_value(document, (slider.id, "value"), new_id)
    assert change is not None and json.loads(change.json)["new"] == 7
    document.remove_root(slider)
    assert present_value(document, (slider.id, "value"), new_id) is None
    document.title = "Title"
    titled = present_value(document, TITLE, new_id)
    assert titled is not None and json.loads(titled.json)["title"] == "Title"


def test_patch_carries_all_changes_in_order(document: Document, new_id: Callable[[], str]) -> None:
    slider = find(document, "slider")
    changes = [
        encode_change(ModelChangedEvent(document, slider, "value", value), None, new_id)
        for value in (1, 2, 3)
    ]
    header, _, content = patch_message(changes, MessageWriter(new_id)).fragments
    assert json.loads(header.payload)["msgtype"] == "PATCH-DOC"
    assert [event["new"] for event in json.loads(content.payload)["events"]] == [1, 2, 3]


def test_document_with_arrays_beside_or_inside(
    document: Document, new_id: Callable[[], str]
) -> None:
    _, arrays = encode_document(document, new_id, inline=False)
    assert len(arrays) == 1
    json_inside, arrays = encode_document(document, new_id, inline=True)
    assert not arrays
    copy = Document.from_json(json.loads(json_inside))
    assert find(copy, "source").data["x"].tolist() == [0, 1, 2]


def test_pull_reply_counts_its_buffers(document: Document, new_id: Callable[[], str]) -> None:
    document.add_root(Div(text="more"))
    encoded = encode_document(document, new_id, inline=False)
    header, *rest = pull_reply(encoded, MessageWriter(new_id), "req").fragments
    fields = json.loads(header.payload)
    assert fields["reqid"] == "req" and fields["num_buffers"] == 1 and len(rest) == 4


def test_classes_of_data_are_found_as_bokeh_finds_them() -> None:
    class Row(DataModel):
        number = Int(0)

    classes = Model.model_class_reverse_map
    assert data_models() == [cls for cls in classes.values() if is_DataModel(cls)]
    assert Row in data_models()
    del classes[Row.__qualified_model__]
