"""Models of today in the names of Bokeh 0.11."""

import datetime
from typing import Any

import numpy as np
import pytest
from bokeh.layouts import gridplot, row
from bokeh.models import (
    Button,
    ColumnDataSource,
    Dropdown,
    Plot,
    Range1d,
    Select,
    Slider,
    Spinner,
    TabPanel,
    Tabs,
)
from bokeh.plotting import figure

from hybridviz.legacy_rest.raw import RawDocument
from hybridviz.legacy_rest.translation import Translator
from hybridviz.legacy_rest.translation.backward import NOT_TOLD, Backward, plain
from hybridviz.legacy_rest.translation.vocabulary import knows
from tests.legacy_rest.conftest import RECORDED, recorded


def told(model: Any) -> dict[str, Any]:
    spec: dict[str, Any] = Backward().spec(model)
    return spec


def test_types_and_names() -> None:
    assert told(Slider(start=0, end=3, value=1))["attributes"] == {"start": 0, "end": 3, "value": 1}
    assert told(Button(button_type="success"))["attributes"]["type"] == "success"
    panel = TabPanel(child=Slider(start=0, end=1, value=0), title="one")
    assert [spec["type"] for spec in Backward().specs([Tabs(tabs=[panel])])] == [
        "Tabs",
        "Panel",
        "Slider",
    ]
    select = Select(options=[("a", "A"), "b"])
    assert told(select)["attributes"]["options"] == [{"value": "a", "name": "A"}, "b"]


def test_what_old_clients_do_not_know_is_left_out() -> None:
    backward = Backward()
    spinner = Spinner(value=1)
    assert backward.kind(spinner) is None
    assert backward.reference(spinner) is None
    box = row(spinner, Dropdown(label="drop"))
    assert [child["type"] for child in told(box)["attributes"]["children"]] == ["Dropdown"]
    assert "sizing_mode" not in told(Slider(start=0, end=1, value=0, sizing_mode="fixed"))
    assert not knows("Slider", "sizing_mode")


def test_plots() -> None:
    source = ColumnDataSource({"x": [1, 2]})
    plot = figure(width=300, title="T", tools="pan,box_select", y_axis_type="log")
    plot.scatter("x", "x", source=source, marker="square", legend_label="dots")
    specs = {spec["type"]: spec["attributes"] for spec in Backward().specs([plot])}
    assert (specs["Plot"]["title"], specs["Plot"]["plot_width"]) == ("T", 300)
    assert specs["Plot"]["y_mapper_type"] == "log"
    assert len(specs["Plot"]["renderers"]) == 6  # two axes, two grids, a legend, a glyph
    assert [tool["type"] for tool in specs["Plot"]["tools"]] == ["PanTool", "BoxSelectTool"]
    assert specs["Legend"]["legends"][0][0] == "dots"
    assert {"Square", "ToolEvents", "LogAxis"} <= specs.keys()
    assert "Toolbar" not in specs


def test_grids_and_sources() -> None:
    plot = Plot(x_range=Range1d(0, 1), y_range=Range1d(0, 1))
    grid = next(s for s in Backward().specs([gridplot([[None, plot]])]) if s["type"] == "GridPlot")
    assert grid["attributes"]["children"] == [[None, {"type": "Plot", "id": plot.id}]]
    source = ColumnDataSource({"x": np.array([1.0, np.nan]), "t": [datetime.date(1970, 1, 2)] * 2})
    source.selected.indices = [1]
    attributes = told(source)["attributes"]
    assert attributes["data"] == {"x": [1.0, "NaN"], "t": [86400000.0] * 2}
    assert attributes["selected"]["1d"] == {"indices": [1]}


@pytest.mark.parametrize(
    ("value", "old"),
    [
        (np.float64(1.5), 1.5),
        (np.array([1, 2], "uint8"), [1, 2]),
        (np.array(["1970-01-02"], "datetime64[D]"), [86400000.0]),
        (-np.inf, "-Infinity"),
        ({1: (True, None)}, {"1": [True, None]}),
        (object, NOT_TOLD),
    ],
)
def test_values(value: Any, old: Any) -> None:
    assert plain(value) == old


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_documents_come_back_as_they_were(name: str) -> None:
    raw = recorded(name)
    roots = Translator(raw).roots()
    back = RawDocument("d", "t", "u", "k", "r", "context")
    back.upsert(Backward().specs(roots))
    again = Translator(back)
    assert [type(again.model(root.id)) for root in roots] == [type(root) for root in roots]
    widgets = [m for m in raw.models.values() if m["type"] in ("Slider", "Select", "TextInput")]
    for model in widgets:
        assert back.models[model["id"]]["attributes"]["value"] == model["attributes"]["value"]
