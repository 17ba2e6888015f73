"""Glyphs that take more than other names today: categories, ovals, gears, wedges, images."""

import math
from typing import Any

import pytest
from bokeh.models import DataRange1d, Ellipse, MultiPolygons

from hybridviz.legacy_rest.raw import RawDocument
from hybridviz.legacy_rest.translation import Translator
from hybridviz.legacy_rest.translation.derived import placed
from hybridviz.legacy_rest.translation.gears import outline
from tests.legacy_rest.conftest import ref, spec

Json = dict[str, Any]


def drawn(glyph: Json, data: Json, x_range: Json) -> Translator:
    """Return the translation of a plot with one glyph."""
    raw = RawDocument("d", "t", "u", "k", "r", "context")
    raw.upsert(
        [
            spec("PlotContext", "context", children=[ref("Plot", "plot")]),
            spec(
                "Plot",
                "plot",
                x_range=ref(x_range["type"], x_range["id"]),
                y_range=ref("DataRange1d", "y"),
                renderers=[ref("GlyphRenderer", "renderer")],
            ),
            x_range,
            spec("DataRange1d", "y"),
            spec(
                "GlyphRenderer",
                "renderer",
                data_source=ref("ColumnDataSource", "source"),
                glyph=ref(glyph["type"], glyph["id"]),
            ),
            glyph,
            spec("ColumnDataSource", "source", data=data),
        ]
    )
    translator = Translator(raw)
    translator.roots()
    assert translator.notices == []
    return translator


def models(translator: Translator) -> tuple[Any, Any]:
    renderer: Any = translator.models["renderer"]
    return renderer.glyph, renderer.data_source.data


@pytest.mark.parametrize(
    ("old", "today"),
    [
        ("a", "a"),
        (1, 0.5),
        ("a:0.3", ("a", pytest.approx(-0.2))),
        ("a:b:1", ("a:b", 0.5)),
        ("a:late", "a:late"),
        (None, None),
        ([1, "a:0.5"], [0.5, ("a", 0.0)]),
    ],
)
def test_places_on_an_axis_of_categories(old: Any, today: Any) -> None:
    assert placed(old, 0.5) == today


def test_numbers_and_parts_of_categories_are_computed_columns() -> None:
    glyph = spec("Rect", "it", x={"field": "x"}, y={"field": "y"}, width={"value": 0.8})
    data = {"x": ["a:0.25", "b", 2], "y": [1, 2, 3]}
    translator = drawn(glyph, data, spec("FactorRange", "r", factors=["a", "b"]))
    rect, columns = models(translator)
    assert (rect.x.field, rect.y.field) == ("x on x", "y")
    assert columns["x on x"] == [("a", -0.25), "b", 1.5]
    assert columns["x"] == data["x"], "tables and tooltips show what was uploaded"


def test_an_offset_of_the_axis_counts() -> None:
    glyph = spec("Circle", "it", x={"field": "x"}, y={"value": 1})
    factors = spec("FactorRange", "r", factors=["a", "b"], offset=2)
    _, columns = models(drawn(glyph, {"x": [3, 4]}, factors))
    assert columns["x on x"] == [0.5, 1.5]


def test_plain_categories_need_no_computed_column() -> None:
    glyph = spec("Circle", "it", x={"field": "x"}, y={"value": 1})
    circle, columns = models(
        drawn(glyph, {"x": ["a", "b"]}, spec("FactorRange", "r", factors=["a", "b"]))
    )
    assert circle.x.field == "x"
    assert columns.keys() == {"x"}


def test_computed_columns_follow_the_data_and_are_kept_from_old_clients() -> None:
    glyph = spec("Circle", "it", x={"field": "x"}, y={"value": 1})
    translator = drawn(glyph, {"x": ["a"]}, spec("FactorRange", "r", factors=["a"]))
    translator.raw.upsert([spec("ColumnDataSource", "source", data={"x": [1, 2]})])
    translator.update(["source"])
    circle, columns = models(translator)
    assert (circle.x.field, columns["x on x"]) == ("x on x", [0.5, 1.5])
    source = translator.models["source"]
    assert translator.old_value(source, "data", columns) == {"x": [1, 2]}


def test_annotations_stand_where_they_stood_among_categories() -> None:
    glyph = spec("Circle", "it", x={"field": "x"}, y={"value": 1})
    raw = drawn(glyph, {"x": ["a"]}, spec("FactorRange", "r", factors=["a", "b"])).raw
    others = {"upright": "Span", "flat": "Span", "box": "BoxAnnotation"}
    parts = [ref(kind, ident) for ident, kind in others.items()]
    raw.upsert(
        [
            spec("Plot", "plot", renderers=[ref("GlyphRenderer", "renderer"), *parts]),
            spec("Span", "upright", dimension="height", location=1.5),
            spec("Span", "flat", dimension="width", location=1.5),
            spec("BoxAnnotation", "box", left=1, right="b:0.5", top=30, top_units="screen"),
        ]
    )
    translator = Translator(raw)
    translator.roots()
    upright, flat, box = (translator.models[ident] for ident in others)
    assert (upright.location, flat.location) == (1.0, 1.5)  # type: ignore[attr-defined]
    assert (box.left, box.right, box.top) == (0.5, 1.5, 30)  # type: ignore[attr-defined]


def test_ovals_are_ellipses_of_their_outline() -> None:
    glyph = spec("Oval", "it", x={"value": 0}, y={"value": 0}, width={"field": "w"}, height=2)
    oval, columns = models(drawn(glyph, {"w": [4, "NaN"]}, spec("Range1d", "r")))
    assert isinstance(oval, Ellipse)
    assert oval.width.field == "w of ovals"
    assert columns["w of ovals"][0] == 3
    assert math.isnan(columns["w of ovals"][1])


def test_gears_are_their_outlines() -> None:
    glyph = spec(
        "Gear",
        "it",
        x={"field": "x"},
        y={"value": 10},
        module={"value": 5},
        teeth={"value": 8},
        shaft_size={"value": 0.2},
        fill_color={"value": "red"},
    )
    translator = drawn(glyph, {"x": [0, 100]}, spec("Range1d", "r"))
    gear, columns = models(translator)
    assert isinstance(gear, MultiPolygons)
    assert gear.fill_color.value == "red"
    (first,), (second,) = columns[gear.xs.field]
    assert [len(rings) for rings in (first, second)] == [2, 2]
    assert [b - a for a, b in zip(first[1], second[1], strict=True)] == [100.0] * len(first[1])
    translator.raw.upsert([spec("Gear", "it", teeth={"value": 12})])
    translator.update(["it"])
    assert len(models(translator)[1][gear.xs.field][0][0][0]) == len(first[0]) * 12 / 8


@pytest.mark.parametrize("internal", [False, True])
def test_teeth_reach_from_root_to_tip(internal: bool) -> None:
    xs, ys = outline(0, 0, 5, 20, 0.1, 20, 0.3, internal)
    teeth = 1 if internal else 0
    radii = [math.hypot(x, y) for x, y in zip(xs[teeth], ys[teeth], strict=True)]
    root, tip = (50 - 5, 50 + 6.25) if internal else (50 - 6.25, 50 + 5)
    assert min(radii) == pytest.approx(root)
    assert max(radii) == pytest.approx(tip)
    other = math.hypot(xs[1 - teeth][0], ys[1 - teeth][0])
    assert other == pytest.approx(50 + 13.75 if internal else 15)


@pytest.mark.parametrize(("module", "teeth"), [(0, 8), (5, 2), (5, 10**9)])
def test_no_such_gear(module: float, teeth: float) -> None:
    with pytest.raises(ValueError, match="a gear of"):
        outline(0, 0, module, teeth, 0, 20, 0.3, False)


@pytest.mark.parametrize(
    ("kind", "radius"),
    [("AnnularWedge", "outer_radius"), ("Wedge", "radius"), ("Circle", "radius")],
)
def test_ranges_follow_the_points_of_what_has_a_radius_in_pixels(kind: str, radius: str) -> None:
    size = {"value": 25, "units": "screen"}
    glyph = spec(kind, "it", x={"field": "x"}, y={"field": "x"}, **{radius: size})
    if kind == "AnnularWedge":
        glyph["attributes"]["inner_radius"] = {"value": 10, "units": "screen"}
    translator = drawn(glyph, {"x": [1, 2]}, spec("DataRange1d", "r"))
    plot: Any = translator.models["plot"]
    renderer, points = plot.renderers
    assert renderer is translator.models["renderer"]
    assert (points.visible, points.glyph.x.field) == (False, "x")
    assert points.data_source is renderer.data_source
    for name in ("x_range", "y_range"):
        range_ = getattr(plot, name)
        assert isinstance(range_, DataRange1d)
        assert range_.renderers == [points]


def test_other_glyphs_are_followed_by_themselves() -> None:
    glyph = spec("Line", "it", x={"field": "x"}, y={"field": "x"})
    translator = drawn(glyph, {"x": [1, 2]}, spec("DataRange1d", "r"))
    plot: Any = translator.models["plot"]
    assert plot.renderers == [translator.models["renderer"]]
    assert plot.x_range.renderers == "auto"
