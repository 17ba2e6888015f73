"""Gestures: what they send, what callbacks hear of them, what comes back."""

from typing import Any

import pytest
from bokeh.events import MenuItemClick, SelectionGeometry, Tap
from bokeh.models import ColumnDataSource, Div, Slider

from hybridviz.errors import ModelNotFound, PatchError
from hybridviz.testing import Page
from hybridviz.testing.plugin import OpenApp
from tests.testing import apps


@pytest.fixture
def widgets(viz_open: OpenApp) -> Page:
    return viz_open(apps.widgets)


@pytest.fixture
def plot(viz_open: OpenApp) -> Page:
    return viz_open(apps.plot)


def log(page: Page) -> str:
    return str(page["log"].text)


def test_a_value_that_is_set_comes_through_the_protocol(viz_open: OpenApp) -> None:
    page = viz_open(apps.slider)
    changes = page.set("moved", value=4)
    assert changes.lines == ["said.text = 'from 0 to 4'"], "the own change is not echoed"
    server: Any = page.session.document.get_model_by_name("moved")
    assert server.value == 4 and page["moved"].value == 4


def test_what_is_assigned_in_the_browsers_document_is_sent_too(viz_open: OpenApp) -> None:
    page = viz_open(apps.slider)
    page["moved"].value = 9
    assert page["said"].text == "from 0 to 9"


def test_models_are_found_by_name_type_value_and_by_the_apps_own(viz_open: OpenApp) -> None:
    page = viz_open(apps.slider)
    slider = page.find(Slider)
    assert slider is page["moved"] is page.find("moved") is page.find(Slider, title="Moved")
    assert slider is page.find(page.session.document.get_model_by_name("moved"))
    assert [div.name for div in page.find_all(Div)] == ["said", "who", "seen"]
    assert "moved" in page and "moving" not in page


@pytest.mark.parametrize(
    ("what", "values", "words"),
    [
        ("movde", {}, "did you mean moved"),
        (Slider, {"value": 3}, "is Slider, value=3"),
        (Div, {}, "3 models .* are Div: said, who, seen"),
        (Slider(), {}, "no model"),
    ],
)
def test_a_model_that_is_not_there_is_told(
    viz_open: OpenApp, what: Any, values: dict[str, Any], words: str
) -> None:
    page = viz_open(apps.slider)
    with pytest.raises(ModelNotFound, match=words):
        page.find(what, **values)


def test_bad_values_change_nothing(viz_open: OpenApp) -> None:
    page = viz_open(apps.slider)
    with pytest.raises(PatchError, match="has no property 'colour'"):
        page.set("moved", value=3, colour="red")
    with pytest.raises(ValueError, match="expected a value of type Real"):
        page.set("moved", value="three")
    assert page["moved"].value == 0 and not page.changes


def test_clicks(widgets: Page) -> None:
    widgets.click("button")
    widgets.click("toggle")
    widgets.click("menu", item="b")
    widgets.click("switch")
    widgets.click("switch")
    widgets.click("boxes", item=1)
    widgets.click("boxes", item=0)
    widgets.click("radio", item=1)
    widgets.click("tabs", item=1)
    assert log(widgets) == (
        "clicked; toggle True; menu b; switch True; switch False; boxes [0, 1]; boxes [1];"
        " radio 1; tabs 1;"
    )


def test_typing_and_dragging(widgets: Page) -> None:
    widgets.fill("text", "words")
    widgets.slide("drag", 5)
    assert log(widgets) == "text words; let go at 5;"
    assert widgets["text"].value_input == "words" and widgets["drag"].value == 5


@pytest.mark.parametrize(
    ("what", "item", "words"),
    [
        ("text", None, "is nothing to be clicked"),
        ("menu", None, "which item"),
        ("boxes", 2, "has items 0 to 1"),
        ("radio", None, "has items 0 to 1"),
    ],
)
def test_clicks_that_nobody_can_do(widgets: Page, what: str, item: Any, words: str) -> None:
    with pytest.raises(ModelNotFound, match=words):
        widgets.click(what, item)
    assert not log(widgets)


def test_any_event(widgets: Page, plot: Page) -> None:
    plot.tap("plot", x=1.5, y=2)
    assert log(plot) == "tapped at 1.5, 2"
    plot.send(Tap(plot.find("plot"), x=3, y=4))
    assert log(plot) == "tapped at 3, 4"
    geometry = {"type": "rect", "x0": 0, "x1": 2, "y0": 0, "y1": 2}
    plot.send(SelectionGeometry, "plot", geometry=geometry, final=False)
    assert log(plot) == f"{geometry} False"
    widgets.send(MenuItemClick, "menu", item="a")
    assert log(widgets) == "menu a;"


def test_selections(plot: Page) -> None:
    plot.select("points", [0, 2])
    assert log(plot) == "selected [0, 2]"
    plot.select("dots", [1])
    assert log(plot) == "selected [1]"
    plot.select("table", [])
    assert log(plot) == "selected []"
    with pytest.raises(ModelNotFound, match="shows no source"):
        plot.select("log", [0])


def test_data(plot: Page) -> None:
    changes = plot.stream("points", {"x": [10, 20], "y": [0, 0]}, rollover=4)
    assert changes.lines == ["log.text = 'sum 35'"]
    plot.edit("table", row=0, x=100)
    assert log(plot) == "sum 133"
    server: Any = plot.session.document.get_model_by_name("points")
    assert list(server.data["x"]) == [100, 3, 10, 20] == list(plot.find(ColumnDataSource).data["x"])
