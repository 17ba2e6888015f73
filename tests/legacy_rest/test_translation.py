"""Models of 2015 as today's: recorded uploads, and the single rules."""

import math
from typing import Any

import pytest
from bokeh.core.property.vectorization import Value
from bokeh.document import Document
from bokeh.models import (
    Button,
    CategoricalScale,
    Circle,
    Column,
    ColumnDataSource,
    LogScale,
    Row,
    Scatter,
    Slider,
)
from bokeh.models.widgets import Div

from hybridviz.core.documents import document_json, read_document
from hybridviz.legacy_rest.raw import RawDocument
from hybridviz.legacy_rest.translation import Translator
from hybridviz.legacy_rest.translation.values import columns, date_format
from scripts.legacy_golden import GOLDEN, snapshot
from tests.legacy_rest.conftest import RECORDED, recorded, ref, shown, small, spec


def translated(raw: RawDocument) -> tuple[Document, Translator]:
    translator, document = Translator(raw), Document()
    for root in translator.roots():
        document.add_root(root)
    return document, translator


def one(kind: str, **attributes: Any) -> Any:
    """Return today's model of one old model."""
    raw = RawDocument("d", "t", "u", "k", "r", "context")
    raw.upsert([spec(kind, "it", **attributes)])
    return Translator(raw).model("it")


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_uploads_become_what_they_became_before(name: str) -> None:
    """Write the texts anew with ``python -m scripts.legacy_golden`` when a change is meant."""
    assert snapshot(recorded(name)) == (GOLDEN / f"{name}.txt").read_text()


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_uploads_become_documents_of_today(name: str) -> None:
    raw = recorded(name)
    document, translator = translated(raw)
    assert document.roots
    assert translator.notices == []
    again = read_document(document_json(document))
    assert len(again.models) == len(document.models)
    assert set(translator.models) <= set(raw.models)


def test_models_keep_their_ids_and_values(raw: RawDocument) -> None:
    document, translator = translated(raw)
    plot: Any = translator.models["plot"]
    source: Any = translator.models["source"]
    assert (plot.title.text, plot.width, plot.toolbar_location) == ("Small", 300, "above")
    assert plot.renderers[0].glyph.line_color == "red"
    assert plot.renderers[0].data_source is source
    assert math.isnan(source.data["y"][1])
    assert [root.id for root in document.roots] == ["plot", "slider"]


def test_changes_are_made_in_place(raw: RawDocument) -> None:
    document, translator = translated(raw)
    events: list[Any] = []
    document.on_change(events.append)
    raw.upsert([spec("ColumnDataSource", "source", data={"x": [1], "y": [2]})])
    raw.upsert([spec("Slider", "slider", value=8)])
    translator.update(["source", "slider"])
    assert [(event.model.id, event.attr) for event in events] == [
        ("source", "data"),
        ("slider", "value"),
    ]


def test_what_cannot_be_shown_is_named_and_the_rest_is_shown(raw: RawDocument) -> None:
    shown(
        raw,
        [spec("Hologram", "h"), spec("Slider", "slider", glow=1, value="much")],
        ref("Hologram", "h"),
        ref("Slider", "slider"),
    )
    document, translator = translated(raw)
    assert set(translator.notices) == {
        "Hologram cannot be shown",
        "Slider.value cannot be 'much'",
        "Slider.glow has no equal today",
    }
    assert [type(root) for root in document.roots] == [Div, Slider]
    assert "Hologram" in document.roots[0].text


@pytest.mark.parametrize(
    ("kind", "attributes", "expected"),
    [
        ("Circle", {"x": {"field": "x"}, "size": {"value": 9, "units": "screen"}}, Scatter),
        ("Circle", {"x": {"field": "x"}, "radius": {"value": 1, "units": "data"}}, Circle),
        ("SquareX", {}, Scatter),
        ("HBox", {"children": []}, Row),
        ("VBoxForm", {"children": []}, Column),
        ("Button", {"type": "success", "clicks": 3, "callback": None}, Button),
    ],
)
def test_types(kind: str, attributes: dict[str, Any], expected: type) -> None:
    assert type(one(kind, **attributes)) is expected


def test_single_attributes() -> None:
    assert one("Button", type="link").button_type == "light"
    assert one("PanTool", dimensions=["width"]).dimensions == "width"
    assert one("BoxSelectTool", dimensions=["width", "height"]).dimensions == "both"
    assert one("HoverTool", tooltips={"a": "@a"}).tooltips == [("a", "@a")]
    assert one("Select", options=[{"name": "N", "value": "v"}, "x"]).options == [("v", "N"), "x"]
    assert one("Legend", orientation="top_left").location == "top_left"
    assert one("Text", text_font="times").text_font == Value("times")
    assert one("Grid", grid_line_color={"value": None}).grid_line_color is None
    assert one("DateFormatter", format="yy M d").format == "%Y %b %-d"
    assert one("DatetimeTickFormatter", formats={"days": ["%d"]}).days == "%d"
    assert one("Slider").end == 1
    assert one("Range1d", start=3).start == 3


def test_a_column_of_colours_for_one_line_says_nothing() -> None:
    raw = RawDocument("d", "t", "u", "k", "r", "context")
    raw.upsert([spec("Line", "it", line_color={"field": "palette[i]"}, line_width={"value": 3})])
    translator = Translator(raw)
    line: Any = translator.model("it")
    assert (line.line_color, line.line_width) == ("black", 3)
    assert translator.notices == []


def test_scales_follow_ranges_and_mappers() -> None:
    raw = RawDocument("d", "t", "u", "k", "r", "context")
    plot = small()[0]
    plot["attributes"] |= {"x_range": ref("FactorRange", "f"), "y_mapper_type": "log"}
    raw.upsert([*small(), plot, spec("FactorRange", "f", factors=["a", "b"])])
    found: Any = Translator(raw).model("plot")
    assert type(found.x_scale) is CategoricalScale
    assert type(found.y_scale) is LogScale
    assert found.x_range.factors == ["a", "b"]


def test_overlays_of_tools_are_not_drawn() -> None:
    raw = RawDocument("d", "t", "u", "k", "r", "context")
    plot = small()[0]
    plot["attributes"]["tools"] = [ref("BoxZoomTool", "zoom")]
    plot["attributes"]["renderers"] += [ref("BoxAnnotation", "box"), ref("Span", "span")]
    raw.upsert([*small(), plot, spec("BoxZoomTool", "zoom", overlay=ref("BoxAnnotation", "box"))])
    raw.upsert([spec("BoxAnnotation", "box"), spec("Span", "span", location=2)])
    found: Any = Translator(raw).model("plot")
    assert [model.id for model in found.center] == ["span"]


def test_selections(raw: RawDocument) -> None:
    selected = {"0d": {"flag": False, "indices": []}, "1d": {"indices": [2]}, "2d": {}}
    raw.upsert([spec("ColumnDataSource", "source", selected=selected)])
    source = Translator(raw).model("source")
    assert isinstance(source, ColumnDataSource)
    assert source.selected.indices == [2]


def test_columns_have_one_length_and_real_numbers() -> None:
    found = columns({"a": [1, "NaN", "-Infinity"], "b": ["NaN", "x"], "c": [1], "d": [[1]]}, {})
    assert math.isnan(found["a"][1])
    assert found["a"][2] == -math.inf
    assert found["b"] == ["NaN", "x", ""]
    assert [len(values) for values in found.values()] == [3, 3, 3, 3]


def test_images_are_arrays() -> None:
    found = columns({"image": [[[1, 2], [3, 4]]]}, {"image": "uint32"})
    assert (found["image"][0].dtype, found["image"][0].shape) == ("uint32", (2, 2))


@pytest.mark.parametrize(
    ("old", "today"),
    [("yy-mm-dd", "%Y-%m-%d"), ("ISO-8601", "ISO-8601"), ("DD, d MM", "%A, %-d %B")],
)
def test_date_formats(old: str, today: str) -> None:
    assert date_format(old) == today


@pytest.mark.parametrize(
    ("kinds", "flows"),
    [
        (("Button", "Toggle", "Slider"), True),
        (("Button", "Slider", "Button"), False),
        (("Slider", "Slider"), False),
    ],
)
def test_buttons_that_follow_one_another_stand_in_one_line(
    kinds: tuple[str, ...], flows: bool
) -> None:
    raw = RawDocument("d", "t", "u", "k", "r", "context")
    parts = [ref(kind, f"{kind}{number}") for number, kind in enumerate(kinds)]
    raw.upsert([spec(part["type"], part["id"]) for part in parts])
    raw.upsert([spec("VBox", "box", children=parts)])
    box: Any = Translator(raw).model("box")
    assert box.styles == ({"display": "block"} if flows else {})
    assert [child.styles != {} for child in box.children] == [
        flows and kind != "Slider" for kind in kinds
    ]


def test_widgets_of_other_parts_today() -> None:
    raw = RawDocument("d", "t", "u", "k", "r", "context")
    raw.upsert(
        [
            spec("Dialog", "dialog", content="text", buttons=[ref("Button", "ok")]),
            spec("Button", "ok", type="primary", icon=ref("Icon", "icon")),
            spec("Icon", "icon", name="check"),
            spec(
                "DateRangeSlider",
                "dates",
                bounds=[0, 86_400_000_000],
                value=[0, 86_400_000],
                step={"days": 2},
                enabled=False,
            ),
            spec("DataTable", "table", source=ref("ColumnDataSource", "rows"), height="auto"),
            spec("ColumnDataSource", "rows", data={"index": [0], "a": [1]}),
            spec("Slider", "slider", start=0, end=100),
            spec("AppHBox", "app", app=ref("SimpleApp", "simple"), children=["ok"]),
            spec("SimpleApp", "simple", objects={"ok": ref("Button", "ok")}),
        ]
    )
    found: Any = {ident: Translator(raw).model(ident) for ident in raw.models}
    content, buttons = found["dialog"].content.children
    assert (content.text, buttons.children[0].id) == ("text", "ok")
    assert (found["ok"].icon.icon_name, found["ok"].icon.color) == ("check", "white")
    dates = found["dates"]
    assert (dates.start, dates.end, dates.step, dates.disabled) == (
        0,
        86_400_000_000,
        172_800_000,
        True,
    )
    table = found["table"]
    assert (table.index_position, table.height, table.sizing_mode) == (0, 400, "stretch_width")
    assert found["slider"].step == 2
    assert [child.id for child in found["app"].children] == ["ok"]


def test_tools_start_as_they_did_and_are_for_the_renderers_of_their_names() -> None:
    raw = RawDocument("d", "t", "u", "k", "r", "context")
    kinds = ["BoxZoomTool", "WheelZoomTool", "PanTool", "HoverTool"]
    raw.upsert([*small(), *[spec(kind, kind) for kind in kinds]])
    raw.upsert(
        [
            spec("GlyphRenderer", "renderer", name="line"),
            spec("HoverTool", "HoverTool", names=["line"], tooltips=[["x", "$~x of @x"]]),
            spec("Plot", "plot", tools=[ref(kind, kind) for kind in kinds]),
        ]
    )
    for version, scrolls in (("0.10", True), ("0.11", False)):
        raw.version = version
        translator = Translator(raw)
        plot: Any = translator.model("plot")
        assert plot.toolbar.active_drag is translator.models["PanTool"]
        assert (plot.toolbar.active_scroll is translator.models["WheelZoomTool"]) is scrolls
        hover: Any = translator.models["HoverTool"]
        assert hover.renderers == [translator.models["renderer"]]
        assert hover.tooltips == [("x", "$snap_x of @x")]


def test_dates_have_the_shortest_format() -> None:
    formats = {"months": ["%m/%Y", "%b%y"], "days": ["%m/%d", "%a%d"], "milliseconds": ["%3Nms"]}
    found = one("DatetimeTickFormatter", formats=formats)
    assert (found.months, found.days, found.milliseconds) == ("%b%y", "%m/%d", "%3Nms")
    assert (found.years, found.strip_leading_zeros) == ("'%y", True)
