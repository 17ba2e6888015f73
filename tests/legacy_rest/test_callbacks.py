"""JavaScript of old callbacks: what calls it, and with what."""

from typing import Any

import pytest
from bokeh.models import CustomJS, OpenURL

from hybridviz.legacy_rest.raw import RawDocument
from hybridviz.legacy_rest.translation import Translator
from tests.legacy_rest.conftest import ref, small, spec

OTHER = ref("CustomJS", "other")
CODE = "data = source.get('data'); source.trigger('change')"


def calling(kind: str, version: str = "0.10", **attributes: Any) -> Translator:
    """Return the translation of a model that calls a callback."""
    raw = RawDocument("d", "t", "u", "k", "r", "context", version=version)
    raw.upsert([*small(), spec(kind, "it", callback=ref("CustomJS", "js"), **attributes)])
    raw.upsert([spec("CustomJS", "js", code=CODE, args={"source": ref("", "source")})])
    translator = Translator(raw)
    for ident in raw.models:
        translator.model(ident)
    return translator


def relays(model: Any) -> dict[str, Any]:
    """Return what calls a callback, by property or event."""
    found = {**model.js_property_callbacks, **model.js_event_callbacks}
    return {name: callback for name, (callback,) in found.items()}


def test_code_runs_in_the_mode_of_its_time_with_its_models() -> None:
    translator = calling("Slider")
    callback: Any = translator.models["js"]
    assert callback.args == {"source": translator.models["source"]}
    assert 'new Function("source", "cb_obj", "cb_data", "data = source' in callback.code
    assert translator.notices == []


@pytest.mark.parametrize(
    ("kind", "trigger"),
    [
        ("Slider", "change:value"),
        ("Select", "change:value"),
        ("TextInput", "change:value"),
        ("CheckboxGroup", "change:active"),
        ("Toggle", "change:active"),
        ("Tabs", "change:active"),
        ("Button", "button_click"),
        ("Dropdown", "menu_item_click"),
    ],
)
def test_widgets_call_with_themselves(kind: str, trigger: str) -> None:
    translator = calling(kind)
    relay = relays(translator.models["it"])[trigger]
    assert relay.args == {"callback": translator.models["js"], "caller": translator.models["it"]}


def test_sources_call_when_something_is_selected() -> None:
    translator = calling("ColumnDataSource")
    source: Any = translator.models["it"]
    assert relays(source.selected)["change:indices"].args["caller"] is source


def test_ranges_called_with_their_plot_until_0_11() -> None:
    translator = calling("Range1d")
    raw = translator.raw
    raw.upsert([spec("Plot", "plot", x_range=ref("Range1d", "it"))])
    for version, caller in (("0.10", "plot"), ("0.11", "it")):
        raw.version = version
        again = Translator(raw)
        again.model("plot")
        found = relays(again.models["it"])
        assert found.keys() == {"change:start", "change:end"}
        assert found["change:start"].args["caller"] is again.models[caller]


@pytest.mark.parametrize(
    ("kind", "calls"), [("HoverTool", "cb_data.index"), ("TapTool", "cb_data.source")]
)
def test_tools_call_with_what_they_have_found(kind: str, calls: str) -> None:
    tool: Any = calling(kind).models["it"]
    assert calls in tool.callback.code


def test_a_box_calls_with_its_geometry() -> None:
    translator = calling("BoxSelectTool")
    raw = translator.raw
    raw.upsert([spec("Plot", "plot", tools=[ref("BoxSelectTool", "it")])])
    again = Translator(raw)
    plot: Any = again.model("plot")
    relay = relays(plot)["selectiongeometry"]
    assert relay.args["caller"] is again.models["it"]
    assert "{geometry: cb_obj.geometry}" in relay.code
    raw.upsert([spec("CustomJS", "other"), spec("BoxSelectTool", "it", callback=OTHER)])
    again.update(["other", "it"])
    assert relays(plot)["selectiongeometry"].args["callback"] is again.models["other"]
    raw.upsert([spec("BoxSelectTool", "it", callback=None)])
    again.update(["it"])
    assert plot.js_event_callbacks == {"selectiongeometry": []}


def test_a_tap_opens_urls_and_nothing_else_does() -> None:
    raw = RawDocument("d", "t", "u", "k", "r", "context")
    raw.upsert(
        [
            spec("OpenURL", "open", url="http://localhost/@name"),
            spec("TapTool", "tap", callback=ref("OpenURL", "open")),
            spec("Slider", "slider", callback=ref("OpenURL", "open")),
        ]
    )
    translator = Translator(raw)
    tap: Any = translator.model("tap")
    translator.model("slider")
    assert isinstance(tap.callback, OpenURL)
    assert tap.callback.url == "http://localhost/@name"
    assert translator.notices == ["Slider.callback is not called: only a TapTool opens URLs today"]


def test_a_callback_that_is_taken_away_is_called_no_more() -> None:
    translator = calling("Slider")
    translator.raw.upsert([spec("Slider", "it", callback=None)])
    translator.update(["it"])
    assert relays(translator.models["it"]) == {}


def test_code_that_changes_is_the_same_model() -> None:
    translator = calling("Slider")
    before = translator.models["js"]
    translator.raw.upsert([spec("CustomJS", "js", code="cb_obj.get('value')")])
    translator.update(["js"])
    assert translator.models["js"] is before
    assert isinstance(before, CustomJS)
    assert "\"cb_obj.get('value')\"" in before.code
