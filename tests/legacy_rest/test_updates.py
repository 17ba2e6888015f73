"""What comes later: changes of single models, of only what has changed in them."""

from typing import Any

import pytest
from bokeh.document import Document
from bokeh.models import Circle, Scatter

from hybridviz.core.documents import document_json
from hybridviz.legacy_rest.raw import RawDocument
from hybridviz.legacy_rest.translation import Translator
from tests.legacy_rest.conftest import ref, spec

Change = tuple[str, str]


class Shown:
    """A document that is shown, and what has changed in it."""

    def __init__(self, raw: RawDocument) -> None:
        self.raw = raw
        self.translator = Translator(raw)
        self.document = Document()
        for root in self.translator.roots():
            self.document.add_root(root)
        self.changes: list[Any] = []
        self.document.on_change(self.changes.append)

    def upsert(self, *specs: Any) -> list[Change]:
        """Change models as a client does; return what has changed in the document."""
        self.changes.clear()
        raw = self.raw.copy()
        idents = raw.upsert(specs)
        self.raw = self.translator.raw = raw
        self.translator.update(idents)
        self.translator.roots()
        return [(change.model.id, change.attr) for change in self.changes]

    def again(self, ident: str, **attributes: Any) -> list[Change]:
        """Send all attributes of a model again, some of them changed, as clients of 0.10 do."""
        model = self.raw.models[ident]
        return self.upsert({**model, "attributes": {**model["attributes"], **attributes}})


@pytest.fixture
def shown_(raw: RawDocument) -> Shown:
    return Shown(raw)


def test_what_is_sent_again_changes_nothing(shown_: Shown) -> None:
    assert [shown_.again(ident) for ident in list(shown_.raw.models)] == [[]] * 8


def test_an_animation_is_one_change_of_data_each(shown_: Shown) -> None:
    for step in range(20):
        data = {"x": [1, 2, 3], "y": [step, 5, 6]}
        assert shown_.again("source", data=data) == [("source", "data")]
    assert shown_.changes[0].cols == ["y"], "what has not changed is not sent"
    source: Any = shown_.translator.models["source"]
    assert source.data == {"x": [1, 2, 3], "y": [19, 5, 6]}


def test_columns_that_come_go_or_grow_are_one_change_too(shown_: Shown) -> None:
    for data in ({"x": [1], "y": [2]}, {"x": [1], "y": [2], "z": [3]}, {"x": [1]}, {}):
        assert shown_.again("source", data=data) == [("source", "data")]
        source: Any = shown_.translator.models["source"]
        assert source.data == data


def test_what_a_browser_has_changed_stays_unless_it_is_set(shown_: Shown) -> None:
    slider: Any = shown_.translator.models["slider"]
    slider.value = 7
    shown_.raw.models["slider"]["attributes"]["value"] = 7  # as it is read back
    assert shown_.again("slider", title="t") == [("slider", "title")]
    assert slider.value == 7
    assert shown_.again("slider", value=3) == [("slider", "value")]


@pytest.mark.parametrize(
    ("ident", "name", "expected"),
    [
        ("slider", "value", 0.5),
        ("slider", "title", None),
        ("plot", "plot_width", 600),
        ("plot", "min_border", 40),
        ("x", "end", 1),
    ],
)
def test_none_gives_an_attribute_back_what_it_was_before(
    shown_: Shown, ident: str, name: str, expected: Any
) -> None:
    shown_.again(ident, **{name: None})
    model = shown_.translator.models[ident]
    assert getattr(model, {"plot_width": "width"}.get(name, name)) == expected
    assert shown_.translator.notices == []


def test_a_model_that_is_new_is_made_and_put_in_its_place(shown_: Shown) -> None:
    changes = shown_.upsert(
        spec("Plot", "plot", renderers=[ref("GlyphRenderer", "renderer"), ref("Span", "span")]),
        spec("Span", "span", location=2, dimension="height", line_color={"value": "red"}),
    )
    assert changes == [("plot", "center")]
    plot: Any = shown_.translator.models["plot"]
    assert [(span.location, span.line_color) for span in plot.center] == [(2, "red")]


def test_a_model_that_comes_after_what_refers_to_it_is_found(shown_: Shown) -> None:
    shown_.again("plot", tools=[ref("PanTool", "pan"), ref("HoverTool", "hover")])
    plot: Any = shown_.translator.models["plot"]
    assert plot.toolbar.tools == []
    shown_.upsert(spec("PanTool", "pan"), spec("HoverTool", "hover", mode="vline"))
    assert [type(tool).__name__ for tool in plot.toolbar.tools] == ["PanTool", "HoverTool"]


def test_a_circle_that_gets_a_radius_becomes_another_model(shown_: Shown) -> None:
    shown_.upsert(spec("Circle", "circle", x={"field": "x"}, y={"field": "y"}))
    shown_.again("renderer", glyph=ref("Circle", "circle"))
    renderer: Any = shown_.translator.models["renderer"]
    assert isinstance(renderer.glyph, Scatter)
    shown_.again("circle", radius={"value": 2, "units": "data"})
    assert isinstance(renderer.glyph, Circle)
    assert shown_.translator.models["circle"] is renderer.glyph


def test_a_hidden_glyph_hides_its_renderer(shown_: Shown) -> None:
    renderer: Any = shown_.translator.models["renderer"]
    assert shown_.again("line", visible=False) == [("renderer", "visible")]
    assert renderer.visible is False
    shown_.again("line", visible=True)
    assert renderer.visible is True


def test_half_an_upload_is_shown_too_and_the_rest_when_it_comes() -> None:
    raw = RawDocument("d", "t", "u", "k", "r", "context")
    raw.upsert(
        [
            spec("PlotContext", "context", children=[ref("Plot", "plot")]),
            spec("Plot", "plot", renderers=[ref("GlyphRenderer", "renderer")]),
            spec("GlyphRenderer", "renderer", glyph=ref("Line", "line")),
        ]
    )
    shown_ = Shown(raw)
    assert set(shown_.translator.notices) == {
        "GlyphRenderer has no data_source",
        "GlyphRenderer.glyph refers to nothing",
    }
    assert document_json(shown_.document)
    shown_.upsert(spec("Line", "line", x={"field": "a"}))
    renderer: Any = shown_.translator.models["renderer"]
    assert renderer.glyph.x.field == "a"
    assert shown_.translator.notices == ["GlyphRenderer has no data_source"]


def test_what_is_gone_is_forgotten_and_made_anew_if_it_comes_again(shown_: Shown) -> None:
    kept = [*shown_.raw.models.values()]
    shown_.again("plot", glow=1)
    (plot,) = [root for root in shown_.document.roots if root.id == "plot"]
    raw, context = shown_.raw.copy(), shown_.raw.context
    raw.upsert([spec("PlotContext", context, children=[ref("Slider", "slider")])])
    raw.prune()
    shown_.translator.raw = shown_.raw = raw
    shown_.translator.update([context])
    assert [root.id for root in shown_.translator.roots()] == ["slider"]
    assert (shown_.translator.models.keys(), shown_.translator.notices) == ({"slider"}, [])
    shown_.upsert(*kept)
    assert [root.id for root in shown_.translator.roots()] == ["plot", "slider"]
    assert shown_.translator.models["plot"] is not plot


def test_what_waited_for_a_model_and_is_gone_waits_no_more(shown_: Shown) -> None:
    shown_.again("plot", tools=[ref("PanTool", "pan")])
    raw, context = shown_.raw.copy(), shown_.raw.context
    raw.upsert([spec("PlotContext", context, children=[ref("Slider", "slider")])])
    raw.prune()
    shown_.translator.raw = shown_.raw = raw
    shown_.translator.update([context])
    assert shown_.upsert(spec("PanTool", "pan")) == []
    assert shown_.translator.models.keys() == {"slider"}
