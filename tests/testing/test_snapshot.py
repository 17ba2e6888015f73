"""A document as text is the same for equal documents, and says what people would see."""

from typing import Any

import numpy as np
import pytest
from bokeh.document import Document
from bokeh.layouts import row
from bokeh.models import ColumnDataSource, Div, Slider
from bokeh.plotting import figure

from hybridviz.testing import Page, snapshot
from hybridviz.testing.document_text import brief
from hybridviz.testing.plugin import OpenApp
from tests.testing import apps

SLIDER = """\
title: Slider
Column #1
  children:
    Slider 'moved'
      end: 100
      start: 0
      title: 'Moved'
      value: 0
    Div 'said'
    Div 'who'
      tags: [[]]
      text: 'None'
    Div 'seen'
      text: 'None None'
"""


def test_it_says_what_is_there(viz_open: OpenApp) -> None:
    assert viz_open(apps.slider).snapshot() == SLIDER


def test_it_is_the_same_for_equal_documents(viz_open: OpenApp) -> None:
    one, other = viz_open(apps.plot), viz_open(apps.plot)
    assert one.snapshot() == other.snapshot()
    assert one.snapshot() == snapshot(one.session.document)
    other.edit("points", 0, x=2)
    assert one.snapshot() != other.snapshot()


def test_a_model_in_two_places_is_written_once() -> None:
    source = ColumnDataSource({"x": [1]})
    plot = figure()
    plot.line("x", "x", source=source)
    plot.scatter("x", "x", source=source)
    text = snapshot(row(plot))
    assert text.count("data: {x: [1]}") == 1 and text.count("ColumnDataSource") == 2
    assert "(above)" in text and "Figure #2" in text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1 + 0.2, "0.3"),
        (-0.0, "0"),
        (float("nan"), "nan"),
        (1234567.0, "1.23457e+06"),
        (np.linspace(0, 1, 50), "[50 numbers from 0 to 1]"),
        (np.zeros((2, 3)), "array of 2 x 3"),
        (list(range(9)), "[9 numbers from 0 to 8]"),
        (list("abcdefghij"), "[10 items: 'a', ..., 'j']"),
        ({"b", "a"}, "['a', 'b']"),
        ({"x": (1, 2.5)}, "{x: [1, 2.5]}"),
        (Div(name="d"), "Div 'd'"),
        (None, "None"),
    ],
)
def test_values_on_one_line(value: Any, text: str) -> None:
    assert brief(value) == text


# -- what a browser has received


@pytest.fixture
def page(viz_open: OpenApp) -> Page:
    def app(document: Document) -> None:
        document.add_root(Slider(start=0, end=9, value=0, name="slider"))
        document.add_root(ColumnDataSource({"x": [1, 2], "y": [3, 4]}, name="data"))

    return viz_open(app)


def test_changes_are_readable(page: Page) -> None:
    document = page.session.document
    slider: Any = document.get_model_by_name("slider")
    data: Any = document.get_model_by_name("data")

    def change() -> None:
        slider.value = 3
        data.stream({"x": [3], "y": [5]})
        data.patch({"x": [(0, 10), (slice(1, 3), [7, 8])]})
        data.data = {"x": [1]}
        document.title = "New"
        document.add_root(Div(text="more", name="more"))
        document.remove_root(slider)

    page.session.run(change)
    assert page.changes.lines == [
        "slider.value = 3",
        "data.data + 1 row",
        "data.data: x[0] = 10, x[1:3] = [7, 8]",
        "data.data = {x: [1]}",
        "title = 'New'",
        "root added: Div 'more'",
        "root removed: Slider 'slider'",
    ]
    assert str(page.changes).startswith("slider.value = 3\n")


def test_changes_are_found_by_model_and_property(page: Page) -> None:
    page.session.run(page.session.document.get_model_by_name("slider").update, 4)  # type: ignore
    with pytest.raises(TypeError):
        page.settle()
    slider: Any = page.session.document.get_model_by_name("slider")
    page.session.run(lambda: slider.update(value=4, title="T"))
    assert page.changes.of("slider", "value")[0].value == 4
    assert len(page.changes.of("Slider")) == 2 and not page.changes.of("data")
    page.changes.clear()
    assert not page.changes


def test_messages_to_scripts_of_the_page_are_changes(page: Page) -> None:
    from bokeh.document.events import MessageSentEvent

    def send() -> None:
        document = page.session.document
        document.callbacks.trigger_on_change(MessageSentEvent(document, "news", {"n": 1}))

    page.session.run(send)
    assert [(change.kind, change.attr) for change in page.changes] == [("message", "news")]
