"""Columns of sources are checked and compared as by Bokeh, with all that can stand in them."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from bokeh.core.properties import Any as AnyValue
from bokeh.core.properties import ColumnData, Dict, Int, Seq, String
from bokeh.core.property.bases import Property
from bokeh.core.serialization import Serializer
from bokeh.document import Document
from bokeh.models import ColumnDataSource
from hypothesis import given
from hypothesis import strategies as st

from hybridviz.accel import values
from hybridviz.bokeh_internals import PatchSerializer
from tests.accel.programs import both, outcome

NAN = float("nan")
DATES = np.array(["2020-01-01", "NaT"], "datetime64[ns]")
COLUMNS: list[Any] = [
    np.array([1.0, 2.0]),
    np.array([1.0, 3.0]),
    np.array([2.0, 2.0]),
    np.array([NAN, 2.0]),
    np.array([1.0, NAN]),
    np.array([1, 2]),
    np.array([1, 2], np.int8),
    np.array([1.0, 2.0], ">f8"),
    np.array([True, False]),
    np.array([]),
    np.array([], int),
    np.array(1.0),
    np.array([[1.0, 2.0], [3.0, 4.0]]),
    np.array([1.0, 2.0, 3.0, 4.0]),
    np.array(["a", "b"]),
    np.array([1.0, "b", None], object),
    np.array([1j, 2j]),
    np.ma.masked_array([1.0, 2.0], [True, False]),
    DATES,
    [1.0, 2.0],
    [],
    (1.0, 2.0),
    "text",
    {1, 2},
    None,
    7,
    range(2),
]
columns = st.sampled_from(COLUMNS)
tables = st.dictionaries(st.sampled_from(["x", "y", 5]), columns, max_size=3)
PROPERTIES = [
    ColumnData(String, Seq(AnyValue)),
    ColumnData(String, Seq(Int)),
    Dict(String, Seq(AnyValue)),
    Dict(String, Int),
]

stock_matches = Property.matches
our_matches = values.comparing_values(Property.matches)
stock_validate = Dict.validate
our_validate = values.validating_columns(Dict.validate)


def of(call: Callable[..., Any], *args: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numpy's, of comparisons between kinds
        return outcome(lambda: call(*args))


def same(one: Any, other: Any) -> None:
    prop = PROPERTIES[0]
    assert of(our_matches, prop, one, other) == of(stock_matches, prop, one, other)


@given(columns, columns)
def test_columns_are_compared_as_by_bokeh(one: Any, other: Any) -> None:
    same(one, other)


@given(tables, tables)
def test_tables_are_compared_as_by_bokeh(one: Any, other: Any) -> None:
    same(one, other)


def test_a_column_is_not_equal_to_itself_if_it_holds_no_number() -> None:
    column = np.array([1.0, NAN])
    same(column, column)
    assert not our_matches(PROPERTIES[0], {"x": column}, {"x": column})


@given(st.sampled_from(PROPERTIES), st.one_of(tables, columns), st.booleans())
def test_tables_are_checked_as_by_bokeh(prop: Any, value: Any, detail: bool) -> None:
    assert of(our_validate, prop, value, detail) == of(stock_validate, prop, value, detail)


@given(st.one_of(tables, columns))
def test_tables_are_encoded_as_by_bokeh(value: Any) -> None:
    ours = PatchSerializer(Document(), lambda: "id", inline=True)
    assert of(ours.encode, value) == of(Serializer(deferred=False).encode, value)


@pytest.mark.parametrize("data", [{"x": [1, 2], "y": [1]}, {"x": [1], "y": [1]}, {"x": 1}, 7])
def test_sources_warn_and_refuse_as_bokeh_s_do(data: Any) -> None:
    def use() -> Any:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            source = ColumnDataSource()
            failure = outcome(lambda: setattr(source, "data", data))
        return [str(warning.message) for warning in told], str(failure), dict(source.data)

    stock, ours = both(use)
    assert stock == ours
