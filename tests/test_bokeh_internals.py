"""Each name with an underscore that we use of Bokeh is there in the installed version, and is what
we take it for.
"""

import ast
import base64
import gc
import gzip
import sys
import warnings
import weakref
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import bokeh.core.has_props
import bokeh.io.doc
import numpy as np
import pytest
from bokeh.core.properties import Instance, InstanceDefault
from bokeh.core.property.descriptors import PropertyDescriptor
from bokeh.core.serialization import Deserializer, Serializer, UnknownReferenceError
from bokeh.document import Document
from bokeh.document.callbacks import DocumentCallbackManager
from bokeh.events import ButtonClick
from bokeh.io import curdoc
from bokeh.model import DataModel, Model
from bokeh.models import Button, ColumnDataSource, Slider
from bokeh.models.layouts import Column
from hypothesis import given, settings
from hypothesis import strategies as st

import hybridviz
import hybridviz.bokeh_internals as internals
from hybridviz import accel
from hybridviz.accel import values
from hybridviz.bokeh_internals import (
    PatchDeserializer,
    PatchSerializer,
    callbacks_of,
    collecting_once,
    curdoc_of,
    json,
    live_document,
    make_curdoc_local,
    release_document,
    viewers_know,
    viewers_know_all,
)
from tests.accel.test_private_names import OWNERS as ACCEL


class Notes:
    """A listener that notes what it is told."""

    def __init__(self) -> None:
        self.changes: list[Any] = []
        self.added: list[Any] = []
        self.removed: list[Any] = []

    def document_changed(self, event: Any) -> None:
        self.changes.append(event)

    def invoke(self, callback: Any, *args: Any) -> None:
        callback(*args)

    def callback_added(self, callback: Any) -> None:
        self.added.append(callback)

    def callback_removed(self, callback: Any) -> None:
        self.removed.append(callback)


class Context:
    """Stands in for a session context."""


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def context() -> Context:
    return Context()


@pytest.fixture
def document(notes: Notes, context: Context) -> Document:
    document = live_document(notes, context)
    document.add_root(Slider(start=0, end=9, value=0, name="slider"))
    return document


@pytest.fixture
def new_id() -> Any:
    numbers = count(1)
    return lambda: f"b{next(numbers)}"


def slider_of(document: Document) -> Any:
    return document.get_model_by_name("slider")


# -- names

OWNERS: dict[str, Any] = {
    "_PATCHED_CURDOCS": bokeh.io.doc,
    "_pop_freeze": Document().models,
    "_push_freeze": Document().models,
    "_callbacks": Slider(),
    "_decode": Deserializer,
    "_destructively_move": Document,
    "_decode_bytes": Deserializer,
    "_decode_ndarray": Deserializer,
    "_decode_object_ref": Deserializer,
    "_deferred": Serializer(),
    "_document": DocumentCallbackManager(Document()),
    "_encode_bytes": Serializer,
    "_encode_dict": Serializer,
    "_encode_list": Serializer,
    "_encode_ndarray": Serializer,
    "_encoders": Serializer,
    "_event_callbacks": Slider(),
    "_get": PropertyDescriptor,
    "_buffers": Deserializer(),
    "_held_events": DocumentCallbackManager(Document()),
    "_hold": DocumentCallbackManager(Document()),
    "_known_models": bokeh.core.has_props._default_resolver,
    "_message_callbacks": DocumentCallbackManager(Document()),
    "_models": Document().models,
    "_modules": Document().modules,
    "_new_models": Document().models,
    "_references": Serializer(),
    "_roots": Document(),
    "_session_callbacks": DocumentCallbackManager(Document()),
    "_session_context": Document(),
    "_set": PropertyDescriptor,
    "_stream": ColumnDataSource,
    "_trigger_event": Slider,
}
OUR_OWN = {"_listener", "_call_model", "_tell", "_unknown", "_whole", "_new_id", "_created"} | {
    "_known",
    "_items",
    "_are_ordinary",
    "_forget_classes",
    "_callback",
    "_classes_named",
    "_kept",
    "_copy",
    "_takes_nothing",
    "_token",
    "_viewed",
}

HELD = OWNERS.keys() | ACCEL.keys()


def private_names() -> Iterator[str]:
    """List the names with an underscore that bokeh_internals uses or overrides."""
    parts = Path(str(internals.__file__)).parent.glob("*.py")
    for node in (node for part in parts for node in ast.walk(ast.parse(part.read_text()))):
        name = getattr(node, "attr", "") or (isinstance(node, ast.FunctionDef) and node.name) or ""
        if name.startswith("_") and not name.startswith("__"):
            yield name


def test_every_private_name_is_held_here() -> None:
    assert set(private_names()) == set(OWNERS) | OUR_OWN


def private_names_elsewhere() -> Iterator[str]:
    """List where a name that is held here, or by the test of accel, is used outside of the two."""
    apart = {package.parent for package in map(Path, (internals.__file__, accel.__file__))}
    root = Path(str(hybridviz.__file__)).parent
    for path in (path for path in root.rglob("*.py") if path.parent not in apart):
        for node in ast.walk(ast.parse(path.read_text())):
            owner = ast.unparse(node.value) if isinstance(node, ast.Attribute) else ""
            name = getattr(node, "attr", "") or getattr(node, "value", "")
            if name in HELD and owner not in ("self", "cls"):
                yield f"{path.relative_to(root)}:{node.lineno} {owner}.{name}"  # type: ignore[attr-defined]


def test_nobody_else_uses_a_private_name() -> None:
    assert list(private_names_elsewhere()) == []


def test_both_packages_know_the_same_dictionaries() -> None:
    assert json.DICTS == values.DICTS


@pytest.mark.parametrize("name", sorted(OWNERS))
def test_private_name_is_there(name: str) -> None:
    assert hasattr(OWNERS[name], name)


# -- documents and callbacks


def test_listener_hears_of_a_change_before_its_callbacks(document: Document, notes: Notes) -> None:
    slider, order = slider_of(document), list[Any]()
    notes.document_changed = lambda event: order.append(("told", event.new))  # type: ignore

    def once(attr: str, old: int, new: int) -> None:
        order.append(("called", new))
        slider.value = 5

    slider.on_change("value", once)
    slider.value = 3
    assert order == [("told", 3), ("called", 3), ("told", 5), ("called", 5)]


def test_session_callbacks_reach_the_listener(document: Document, notes: Notes) -> None:
    document.hold()
    callbacks = [
        document.add_next_tick_callback(lambda: None),
        document.add_timeout_callback(lambda: None, 50),
        document.add_periodic_callback(lambda: None, 60),
    ]
    assert notes.added == callbacks
    assert callbacks[1].timeout == 50 and callbacks[2].period == 60
    assert not hasattr(callbacks[0], "period") and not hasattr(callbacks[0], "timeout")
    document.remove_periodic_callback(callbacks[2])
    assert notes.removed == [callbacks[2]]
    with pytest.raises(ValueError, match="already run or been removed"):
        document.remove_periodic_callback(callbacks[2])


def test_event_callbacks_take_an_event_or_nothing(document: Document) -> None:
    button, seen = Button(), list[Any]()
    document.add_root(button)
    button.on_click(lambda: seen.append("nothing"))
    button.on_click(lambda event: seen.append(event.event_name))
    button.on_click(lambda *events: seen.append(len(events)))
    button.on_click(lambda event=None: seen.append(event))
    callbacks_of(document).trigger_event(ButtonClick(button))
    assert seen == ["nothing", "button_click", 1, None]


def test_a_callback_that_another_has_removed_is_not_called(document: Document) -> None:
    slider, seen = slider_of(document), list[str]()

    def first(attr: str, old: Any, new: Any) -> None:
        seen.append("first")
        slider.remove_on_change("value", first, second)

    def second(attr: str, old: Any, new: Any) -> None:
        seen.append("second")

    def third(attr: str, old: Any, new: Any) -> None:
        seen.append("third")

    slider.on_change("value", first, second, third)
    slider.value = 1
    assert seen == ["first", "third"]


def test_released_document_lets_go_of_all(document: Document, notes: Notes) -> None:
    slider, module = weakref.ref(slider_of(document)), type(sys)("bokeh_app_test")
    document.modules.add(module)
    document.add_periodic_callback(lambda: None, 10)
    told = len(notes.changes)
    release_document(document)
    assert slider() is None or slider().document is None
    assert "bokeh_app_test" not in sys.modules
    assert not document.roots and not document.models and document.session_context is None
    document.title = "later"
    assert len(notes.changes) == told


def test_released_document_takes_the_classes_of_its_modules_along(
    document: Document, notes: Notes
) -> None:
    module: Any = type(sys)("bokeh_app_classes")
    document.modules.add(module)
    code = (
        "from bokeh.model import DataModel\nfrom bokeh.core.properties import Int\n"
        "class Record(DataModel):\n    number = Int(default=1)\n"
    )
    exec(code, module.__dict__)
    document.add_root(module.Record())
    cls = weakref.ref(module.Record)
    assert "bokeh_app_classes.Record" in Model.model_class_reverse_map
    release_document(document)
    assert "bokeh_app_classes.Record" not in Model.model_class_reverse_map
    del module
    notes.changes.clear()
    document.modules.destroy()
    gc.collect()
    assert cls() is None


def test_an_older_session_keeps_its_class_with_code_for_the_browser(context: Context) -> None:
    code = (
        "from bokeh.models import Div\nfrom bokeh.util.compiler import JavaScript\n"
        "class Coded(Div):\n    __implementation__ = JavaScript('')\n"
    )
    documents, modules = [], [type(sys)(f"bokeh_app_coded_{age}") for age in ("older", "younger")]
    for module in modules:
        document = live_document(Notes(), context)
        document.modules.add(module)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Bokeh's, of the second definition
            exec(code, module.__dict__)
        documents.append(document)
    release_document(documents[1])
    assert Model.model_class_reverse_map["Coded"] is vars(modules[0])["Coded"]
    release_document(documents[0])
    assert "Coded" not in Model.model_class_reverse_map


def test_session_context_is_that_of_the_session(document: Document, context: Context) -> None:
    assert document.session_context is context  # type: ignore[comparison-overlap]


# -- encoding and decoding


def test_nothing_gets_the_reference_of_a_default_that_was_made_for_a_definition(
    document: Document,
) -> None:
    class Ranged(DataModel):
        limits = Instance(Slider, default=InstanceDefault(Slider, start=0, end=1, value=0))

    bokeh.core.has_props._default_resolver.remove(Ranged)  # documents of other tests tell of it
    serializer, made = PatchSerializer(document, lambda: "id", whole=True), list[Any]()
    serializer.add_ref = lambda obj, ref: (  # type: ignore[method-assign]
        made.append(weakref.ref(obj)),
        PatchSerializer.add_ref(serializer, obj, ref),
    )
    serializer.encode([Ranged])
    gc.collect()
    kinds = {type(found()) for found in made}
    assert Slider in kinds and type(None) not in kinds


def test_model_is_whole_until_viewers_know_it(document: Document, new_id: Any) -> None:
    slider = slider_of(document)
    first = PatchSerializer(document, new_id)
    assert first.encode(slider)["attributes"]["value"] == 0 and first.defines
    again = PatchSerializer(document, new_id)
    assert again.encode(slider) == {"id": slider.id} and not again.defines
    whole = PatchSerializer(document, new_id, whole=True)
    assert "attributes" in whole.encode(slider)


def test_viewers_know(document: Document, new_id: Any) -> None:
    one, two = Slider(), Slider()
    document.add_root(Column(one, two))
    viewers_know(document, [one])
    assert PatchSerializer(document, new_id).encode(one) == {"id": one.id}
    viewers_know_all(document)
    assert PatchSerializer(document, new_id).encode(two) == {"id": two.id}


def test_bytes_travel_beside_or_inside(document: Document, new_id: Any) -> None:
    beside = PatchSerializer(document, new_id)
    assert beside.encode(b"abc") == {"type": "bytes", "data": {"id": "b1"}}
    assert beside.arrays == [("b1", b"abc")]
    inside = PatchSerializer(document, new_id, inline=True)
    packed = base64.b64decode(inside.encode(b"abc")["data"])
    assert gzip.decompress(packed) == b"abc" and not inside.arrays


def test_decoding_finds_models_of_the_document_and_makes_new_ones(document: Document) -> None:
    slider = slider_of(document)
    decoder = PatchDeserializer(document, {}, "setter")
    assert decoder.decode({"id": slider.id}) is slider
    new = {"type": "object", "name": "Slider", "id": "n1", "attributes": {"start": 0, "end": 1}}
    made = decoder.decode(new)
    assert decoder.created == {"n1": made} and decoder.decode({"id": "n1"}) is made
    assert "n1" not in document.models._models
    with pytest.raises(UnknownReferenceError):
        decoder.decode({"id": "nobody"})


def test_body_of_a_known_model_means_that_model(document: Document) -> None:
    slider = slider_of(document)
    body = {"type": "object", "name": "Slider", "id": slider.id, "attributes": {"value": 8}}
    decoder = PatchDeserializer(document, {}, None)
    assert decoder.decode(body) is slider and slider.value == 0 and not decoder.created


def test_decoding_arrays(document: Document) -> None:
    array = {
        "type": "ndarray",
        "array": {"type": "bytes", "data": {"id": "a"}},
        "dtype": "uint8",
        "order": sys.byteorder,
        "shape": [2],
    }
    body = {
        "type": "object",
        "name": "ColumnDataSource",
        "id": "n2",
        "attributes": {"data": {"type": "map", "entries": [["x", array]]}},
    }
    source = PatchDeserializer(document, {"a": b"\1\2"}, None).decode(body)
    assert isinstance(source, ColumnDataSource) and source.data["x"].tolist() == [1, 2]


ITEMS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(2**53 - 3, 2**53 + 3).map(lambda number: number * (-1) ** (number % 2)),
    st.just(10**400),
    st.floats(),
    st.text(max_size=3),
    st.just([1.5, float("nan")]),
    st.sampled_from([np.float64(1.5), np.int64(3), Slider(start=0, end=1, value=0)]),
)


@settings(max_examples=300)
@given(st.lists(ITEMS, max_size=4) | st.lists(st.floats()) | st.lists(st.integers()))
def test_lists_are_encoded_and_decoded_as_by_bokeh(items: list[Any]) -> None:
    document = Document()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours = outcome(lambda: PatchSerializer(document, lambda: "b").encode(items))
        own = outcome(lambda: Serializer().encode(items))
    assert ours == own
    plain = [item for item in items if not isinstance(item, Slider | np.generic)]
    read = PatchDeserializer(document, {}, None).decode(plain)
    assert repr(read) == repr(Deserializer().decode(plain)) and read is not plain


def outcome(call: Any) -> str:
    try:
        return repr(call())
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def test_many_roots_are_collected_once(document: Document) -> None:
    with collecting_once(document):
        for number in range(3):
            document.add_root(Column(children=[Slider(name=f"s{number}")]))
        assert document.get_model_by_name("s0") is None
    assert document.get_model_by_name("s2") is not None
    with pytest.raises(ZeroDivisionError), collecting_once(document):
        document.add_root(Slider(name="last"))
        raise ZeroDivisionError
    assert document.get_model_by_name("last") is not None


# -- curdoc


def test_curdoc_belongs_to_the_running_context(document: Document) -> None:
    import contextvars

    make_curdoc_local()
    outside = contextvars.copy_context()
    with curdoc_of(document):
        assert curdoc() is document
        other = outside.run(curdoc)
        assert other is not document
    assert curdoc() is not document


def test_curdoc_of_an_unlocked_callback_is_a_proxy(document: Document) -> None:
    def callback() -> None: ...

    callback.nolock = True  # type: ignore[attr-defined]
    make_curdoc_local()
    with curdoc_of(document, callback):
        with pytest.raises(AttributeError, match="lock"):
            curdoc().add_root(Slider())
        curdoc().add_next_tick_callback(lambda: None)


@pytest.mark.parametrize("order", ["little", "big"])
@pytest.mark.parametrize("shape", [[0], [6], [2, 3]])
@pytest.mark.parametrize("dtype", ["float64", "int16", "uint8", "bool"])
def test_views_are_decoded_as_bytes_are(dtype: str, shape: list[int], order: str) -> None:
    data = np.arange(np.prod(shape)).astype(dtype).tobytes()
    array = {"type": "bytes", "data": {"id": "b"}}
    rep = {"type": "ndarray", "array": array, "dtype": dtype, "shape": shape, "order": order}
    decoded = PatchDeserializer(Document(), {"b": memoryview(data)}, None).decode([rep, array])
    expected = PatchDeserializer(Document(), {"b": data}, None).decode([rep, array])
    assert np.array_equal(decoded[0], expected[0]) and decoded[1] == expected[1] == data
    assert decoded[0].dtype == expected[0].dtype and decoded[0].shape == expected[0].shape
    assert decoded[0].flags.writeable and decoded[0].flags.owndata == expected[0].flags.owndata


@pytest.mark.parametrize("order", ["little", "big"])
def test_the_first_array_takes_a_writable_view_over(order: str) -> None:
    data = bytearray(np.arange(6.0).tobytes())
    array = {"type": "bytes", "data": {"id": "b"}}
    rep = {"type": "ndarray", "array": array, "dtype": "float64", "shape": [2, 3], "order": order}
    decoder = PatchDeserializer(Document(), {"b": memoryview(data)}, None)
    first, second, inside = decoder.decode([rep, rep, array])
    assert first.shape == (2, 3) and np.array_equal(first, second) and inside == data
    first[:] = 7
    assert not (second == 7).any() and inside != first.tobytes()
    assert (bytes(data) == first.tobytes()) is (order == sys.byteorder)


@pytest.mark.parametrize(
    "changes",
    [
        {"dtype": "object"},
        {"dtype": "nothing"},
        {"dtype": "int32"},
        {"shape": [5, 5]},
        {"array": {"type": "bytes", "data": {"id": "other"}}},
        {"array": {"type": "bytes", "data": {"id": ["b"]}}},
        {"array": {"type": "bytes", "data": {}}},
        {"array": {"type": "bytes"}},
    ],
)
def test_views_are_refused_as_bytes_are(changes: dict[str, Any]) -> None:
    array = {"type": "bytes", "data": {"id": "b"}}
    rep = {"type": "ndarray", "array": array, "dtype": "uint8", "shape": [7], "order": "little"}
    for data in (b"1234567", memoryview(b"1234567")):
        with pytest.raises((LookupError, TypeError, ValueError)):
            PatchDeserializer(Document(), {"b": data}, None).decode({**rep, **changes})
