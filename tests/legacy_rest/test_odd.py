"""Odd uploads: whatever stands in them is shown as far as it goes, and what does not go is told."""

import json
from typing import Any

import pytest
from bokeh.document import Document
from bokeh.model import Model
from bokeh.models.widgets import Div
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hybridviz.core.documents import document_json, read_document
from hybridviz.legacy_rest.raw import RawDocument
from hybridviz.legacy_rest.translation import Translator, line
from scripts.legacy_models import read
from tests.legacy_rest.conftest import ref, shown, small, spec

VERSIONS = read()
KINDS = sorted(VERSIONS["0.10"].keys() | VERSIONS["0.11"].keys())
REFERENCES = st.sampled_from(["plot", "line", "source", "it", "nothing", "x"]).map(
    lambda ident: {"type": "Plot", "id": ident}
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "NaN", "red", "x", "12pt", "both", "2015-12-25"])
    | REFERENCES
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["field", "value", "units", "1d", "indices", "x", "days"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=5,
)


@st.composite
def uploads(draw: st.DrawFn) -> Any:
    """Draw a type of old with odd values of some of its attributes."""
    kind = draw(st.sampled_from(KINDS))
    known = sorted({name for models in VERSIONS.values() for name in models.get(kind, {})})
    names = draw(st.lists(st.sampled_from([*known, "glow"]), max_size=6, unique=True))
    return spec(kind, "it", **{name: draw(VALUES) for name in names})


def translated(raw: RawDocument) -> tuple[Document, Translator]:
    translator, document = Translator(raw), Document()
    for root in translator.roots():
        document.add_root(root)
    return document, translator


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(model=uploads(), version=st.sampled_from(["0.10", "0.11"]), later=uploads())
@pytest.mark.filterwarnings("ignore::bokeh.util.warnings.BokehUserWarning")
def test_no_value_of_any_attribute_stops_a_document(model: Any, version: str, later: Any) -> None:
    raw = RawDocument("d", "t", "u", "k", "r", "context", version=version)
    kept = json.dumps(model)
    shown(raw, [*small(), model], ref("Plot", "plot"), ref(model["type"], "it"))
    document, translator = translated(raw)
    assert translator.models["plot"] in document.roots
    assert document_json(document)
    raw.upsert([later | {"type": model["type"]}])
    translator.update(["it"])
    translator.roots()
    assert document_json(document)
    assert json.dumps(model) == kept, "what was uploaded is not changed"


def test_a_document_of_one_unknown_model_is_no_blank_page() -> None:
    raw = RawDocument("d", "t", "u", "k", "r", "context")
    shown(raw, [spec("Hologram", "h", **{"<b>": 1})], ref("Hologram", "h"))
    document, translator = translated(raw)
    (root,) = document.roots
    assert isinstance(root, Div)
    assert "Hologram cannot be shown" in root.text
    assert translator.notices == ["Hologram cannot be shown"]


def test_what_is_inside_an_unknown_model_is_shown() -> None:
    raw = RawDocument("d", "t", "u", "k", "r", "context")
    shown(
        raw,
        [*small(), spec("SlidersApp", "app", children=[ref("Slider", "slider")])],
        ref("SlidersApp", "app"),
    )
    document, translator = translated(raw)
    assert document.roots[0].children == [translator.models["slider"]]  # type: ignore[attr-defined]


def test_maps_of_google_say_what_they_need() -> None:
    raw = RawDocument("d", "t", "u", "k", "r", "context")
    shown(raw, [spec("GMapPlot", "map"), spec("VBox", "box", children=[ref("GMapPlot", "map")])])
    shown(raw, [], ref("VBox", "box"))
    document, translator = translated(raw)
    texts = [model.text for model in document.models if isinstance(model, Div)]
    assert ["need a key" in text for text in texts] == [True]
    assert "need a key" in translator.notices[0]


def test_a_source_of_a_server_that_is_no_more_says_so() -> None:
    raw = RawDocument("d", "t", "u", "k", "r", "context")
    raw.upsert([spec("ServerDataSource", "it", expr={"op": "a"}, data_url="http://localhost/")])
    translator = Translator(raw)
    assert translator.model("it") is not None
    assert translator.notices == [
        "ServerDataSource has no data: there are no servers of Blaze any more"
    ]


@pytest.mark.parametrize("depth", [1, 2, 5])
def test_boxes_inside_themselves_are_opened_once(depth: int) -> None:
    raw = RawDocument("d", "t", "u", "k", "r", "context")
    boxes = [
        spec("HBox", f"box{i}", children=[ref("HBox", f"box{(i + 1) % depth}")])
        for i in range(depth)
    ]
    shown(raw, boxes, ref("HBox", "box0"))
    document, translator = translated(raw)
    assert document_json(document)
    assert translator.notices == ["HBox is inside itself"]


def test_ten_thousand_boxes_in_one_another_are_cut_off() -> None:
    raw = RawDocument("d", "t", "u", "k", "r", "context")
    boxes = [spec("VBox", f"box{i}", children=[ref("VBox", f"box{i + 1}")]) for i in range(10_000)]
    shown(raw, boxes, ref("VBox", "box0"))
    document, translator = translated(raw)
    assert read_document(document_json(document))
    assert translator.notices == ["VBox is too deep in other models"]


def test_references_in_a_circle_are_no_circle_of_work() -> None:
    raw = RawDocument("d", "t", "u", "k", "r", "context")
    models = small()
    models[1]["attributes"]["plot"] = ref("Plot", "plot")
    models[3]["attributes"]["selection_glyph"] = ref("GlyphRenderer", "renderer")
    shown(raw, models, ref("Plot", "plot"))
    document, translator = translated(raw)
    assert len(list(document.models)) > 5
    assert len(translator.notices) == 2


def test_a_line_on_the_page_says_what_is_missing() -> None:
    found: Any = line([f"<{number}> is odd" for number in range(15)])
    text, close = found.children
    assert "&lt;0&gt; is odd" in text.text
    assert text.text.endswith("and 3 more")
    (callback,) = close.js_event_callbacks["button_click"]
    assert (callback.obj, callback.attr, callback.value) == (found, "visible", False)
    assert isinstance(found, Model)
