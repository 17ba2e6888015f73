"""A visitor takes only the data that an app makes of a value, every byte of them."""

import asyncio
from typing import Any

import numpy as np
import orjson
import pytest

from benchmarks.visitor import POINTS, Visitor, WrongAnswer
from benchmarks.websocket import Message, Websocket


def patch(x: "np.ndarray[Any, Any]", y: "np.ndarray[Any, Any]") -> Message:
    entries = [
        [
            name,
            {
                "type": "ndarray",
                "array": {"type": "bytes", "data": {"id": name}},
                "dtype": str(column.dtype),
                "order": "little",
                "shape": [len(column)],
            },
        ]
        for name, column in (("x", x), ("y", y))
    ]
    event = {
        "kind": "ColumnDataChanged",
        "attr": "data",
        "model": {"id": "p1"},
        "data": {"type": "map", "entries": entries},
    }
    content = orjson.dumps({"events": [event]})
    return Message({}, content, {"x": x.tobytes(), "y": y.tobytes()})


async def read(message: Message) -> int | None:
    return Visitor(Websocket(), "", {"source": "p1"}).read(message)


X = np.arange(float(POINTS))


def test_right_data_give_their_value() -> None:
    assert asyncio.run(read(patch(X, X + 7))) == 7


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (X, np.where(X == 50, 0, X + 7)),
        (X, (X + 7)[:-1]),
        (X + 1, X + 7),
        (X, (X + 7).astype("float32")),
    ],
    ids=["a point", "the length", "x", "the type"],
)
def test_wrong_data_are_noticed(x: "np.ndarray[Any, Any]", y: "np.ndarray[Any, Any]") -> None:
    with pytest.raises(WrongAnswer):
        asyncio.run(read(patch(x, y)))
