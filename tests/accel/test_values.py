"""Arrays are compared as Bokeh does it, and only until they are known to differ."""

from typing import Any

import numpy as np
import pytest
from bokeh.core.property.bases import Property

from hybridviz.accel.values import comparing_values

LONG = np.arange(3000.0)
NAN = np.where(LONG == 5, np.nan, LONG)
LAST = np.where(LONG == LONG[-1], -1, LONG)
VALUES = [
    LONG,
    LONG.copy(),
    LONG + 1,
    NAN,
    LAST,
    LONG.astype(int),
    LONG.astype(bool),
    LONG.astype(object),
    LONG.astype(str),
    LONG[:-1],
    LONG[:0],
    LONG.reshape(3, -1),
    LONG.reshape(-1, 3),
    LONG.astype("datetime64[s]"),
    np.array(1.0),
    np.array(2.0),
    np.ma.masked_less(LONG, 7),
    LONG.tolist(),
    None,
]


def bokehs(self: Any, new: Any, old: Any) -> bool:
    return np.array_equal(new, old)


@pytest.mark.parametrize("new", VALUES, ids=lambda value: f"{getattr(value, 'dtype', value)!s:.9}")
def test_arrays_are_compared_as_ever(new: Any) -> None:
    matches = comparing_values(bokehs)
    arrays = [old for old in VALUES if isinstance(old, np.ndarray) or isinstance(new, np.ndarray)]
    for old in arrays:
        assert matches(Property(), new, old) is np.array_equal(new, old)


def test_arrays_that_begin_differently_are_not_read_to_their_end() -> None:
    def whole(self: Any, new: Any, old: Any) -> bool:
        raise AssertionError("compared as a whole")

    matches = comparing_values(whole)
    assert not matches(Property(), LONG + 1, LONG)
    assert not matches(Property(), {"x": LONG, "y": LONG + 1}, {"x": LONG, "y": LONG})
