"""A document encoded ahead is the one that is encoded now, or it says that it is not."""

import datetime
from array import array
from collections.abc import Callable
from itertools import count
from typing import Any

import numpy as np
import pytest
from bokeh.core.properties import Any as AnyProperty
from bokeh.core.properties import Int
from bokeh.core.property.vectorization import Field
from bokeh.document import Document
from bokeh.model import DataModel, Model
from bokeh.models import (
    ColumnDataSource,
    CustomJS,
    Div,
    FactorRange,
    HoverTool,
    LinearColorMapper,
    Slider,
)
from bokeh.plotting import figure

from hybridviz.core.ahead import Ahead
from hybridviz.core.changes import encode_document


class Loose(Model):
    """Holds anything."""

    value = AnyProperty()


class Foreign:
    """An array of another library, such as a column of pandas or polars."""

    def __init__(self) -> None:
        self.array = np.arange(2.0)

    def __array__(self) -> Any:
        return self.array


def new_ids() -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"h{next(numbers)}"


def plots(document: Document) -> None:
    source = ColumnDataSource({"x": np.arange(3.0), "y": [1, 2, 3]})
    made = figure(title="a plot", x_range=FactorRange(factors=[("a", "b"), ("c", "d")]))
    mapper = LinearColorMapper(palette=["red", "blue"])
    made.scatter("x", "y", source=source, color={"field": "y", "transform": mapper})
    made.add_tools(HoverTool(tooltips=[("x", "@x")]))
    document.add_root(made)
    document.title = "plots"


def listeners(document: Document) -> None:
    slider = Slider(start=0, end=9, value=1)
    slider.js_on_change("value", CustomJS(args={"slider": slider, "numbers": [1, 2]}, code="1"))
    document.add_root(slider)
    document.js_on_event("document_ready", CustomJS(args={"slider": slider}, code="2"))


def anything(document: Document) -> None:
    inner = Div(text="inside a list")
    day = datetime.date(2026, 1, 1)
    nested = {"models": [inner, {"again": inner}], "day": day, "none": None, "nan": float("nan")}
    document.add_root(Loose(value=nested))
    document.add_root(inner)
    document.add_root(Loose(value=([1], {2}, b"bytes", np.float64(3), array("d", [4.0]))))


@pytest.mark.parametrize("build", [plots, listeners, anything, lambda document: None])
def test_it_is_encoded_as_ever(build: Callable[[Document], object]) -> None:
    document = Document()
    build(document)
    ahead = Ahead.of(document, new_ids())
    assert ahead.encoded == encode_document(document, new_ids(), inline=False)
    assert ahead.is_current(document)
    assert ahead.encoded == encode_document(document, new_ids(), inline=False)


ARRAY = np.array([1.0, 2.0])
PLAIN = [1, 2]
NESTED: dict[str, Any] = {"rows": [[1], {"deep": [2]}]}
FOREIGN = Foreign()
INSIDE = ([1], 2)
SPEC = Field("x")
HOLDING: list[Any] = [Div(text="one"), {"more": np.zeros(2)}]


@pytest.mark.parametrize(
    ("value", "change"),
    [
        (ARRAY, lambda: ARRAY.__setitem__(0, 9)),
        (ARRAY, lambda: ARRAY.__setitem__(1, float("nan"))),
        (PLAIN, lambda: PLAIN.append(3)),
        (NESTED, lambda: NESTED["rows"][1]["deep"].append(3)),
        (FOREIGN, lambda: FOREIGN.array.__setitem__(0, 7.0)),
        (INSIDE, lambda: INSIDE[0].append(2)),
        (SPEC, lambda: setattr(SPEC, "field", "y")),
        (HOLDING, lambda: HOLDING[1]["more"].fill(1)),
    ],
)
def test_what_changes_in_silence_is_noticed(value: Any, change: Callable[[], object]) -> None:
    document = Document()
    document.add_root(Loose(value=value))
    ahead = Ahead.of(document, new_ids())
    assert ahead.is_current(document)
    change()
    assert not ahead.is_current(document)
    assert ahead.encoded != encode_document(document, new_ids(), inline=False)


def test_a_column_that_is_written_into_is_noticed() -> None:
    document = Document()
    numbers, texts = np.arange(3.0), ["a", "b", "c"]
    document.add_root(ColumnDataSource({"x": numbers, "y": texts}))
    for write in (lambda: numbers.fill(7), texts.sort, texts.reverse):
        ahead = Ahead.of(document, new_ids())
        before = encode_document(document, new_ids(), inline=False)
        write()
        after = encode_document(document, new_ids(), inline=False)
        assert ahead.is_current(document) == (before == after)


def test_a_class_that_an_app_defines_later_is_noticed() -> None:
    document = Document()
    document.add_root(Div())
    ahead = Ahead.of(document, new_ids())

    class Later(DataModel):
        number = Int(0)

    assert not ahead.is_current(document)
    del Model.model_class_reverse_map[Later.__qualified_model__]
