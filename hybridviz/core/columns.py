"""The columns of a source as they will be when earlier events have been applied: what later ones,
which append rows or replace single values, must fit. Nothing is copied.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from hybridviz.errors import PatchError


class ExpectedColumns:
    """Columns, and the rows that will have been appended to them.

    Args:
        columns: what the source has, or will have been given.
    """

    def __init__(self, columns: Mapping[str, Any]) -> None:
        self._columns = columns
        self._lengths: dict[str, int] = {}

    def replace(self, columns: Mapping[str, Any]) -> None:
        """Note that some columns are replaced or added."""
        self._columns = {**self._columns, **columns}
        for name in columns:
            self._lengths.pop(name, None)

    def stream(self, data: Any, rollover: Any) -> None:
        """Check that rows can be appended; note that they are.

        Raises:
            PatchError: not the same columns, lengths that differ, or a bad rollover.
        """
        check_stream(self._columns, data, rollover)
        self._columns = self._columns or data
        for name, values in data.items():
            length = len(values) + (0 if self._columns is data else self._length(name))
            self._lengths[name] = min(length, rollover or length)

    def patch(self, patches: Any) -> None:
        """Check that single values can be replaced.

        Raises:
            PatchError: an unknown column, or an index out of bounds.
            TypeError, ValueError, OverflowError: a value that the column cannot have.
        """
        if not isinstance(patches, dict):
            raise PatchError("patches must be columns")
        for name, replacements in patches.items():
            if name not in self._columns:
                raise PatchError(f"there is no column {name!r}")
            for index, value in replacements:
                self._check(name, index, value)

    def _check(self, name: str, index: Any, value: Any) -> None:
        match index:
            case int():
                self._check_bounds(name, index)
                _try_values(self._columns[name], 1, 0, value)
            case slice():
                rows = self._rows(name, index)
                _try_values(self._columns[name], rows, slice(None), value)
            case [int() as first, _, *_]:
                self._check_bounds(name, first)
                _try_part(self._columns[name], first, tuple(index[1:]), value)
            case _:
                raise PatchError(f"{index!r} is no index of column {name!r}")

    def _length(self, name: str) -> int:
        known = self._lengths.get(name)
        return len(self._columns[name]) if known is None else known

    def _check_bounds(self, name: str, index: int) -> None:
        if not 0 <= index < self._length(name):
            raise PatchError(f"index {index} is out of bounds in column {name!r}")

    def _rows(self, name: str, index: slice) -> int:
        length = self._length(name)
        start, stop, step = index.start or 0, index.stop, index.step
        stop = length if stop is None else stop
        if not 0 <= start <= stop <= length or (step is not None and step < 1):
            raise PatchError(f"{index} is out of bounds in column {name!r}")
        return len(range(start, stop, step or 1))


def check_stream(columns: Mapping[str, Any], data: Any, rollover: Any) -> None:
    """Check that rows can be appended to ``columns``.

    Raises:
        PatchError: not the same columns, lengths that differ, or a bad rollover.
    """
    if not isinstance(data, dict) or (columns and data.keys() != columns.keys()):
        raise PatchError(f"a stream must have exactly the columns {sorted(columns)}")
    if len({len(values) for values in data.values()}) > 1:
        raise PatchError("all columns of a stream must have the same length")
    if rollover is not None and (not isinstance(rollover, int) or rollover < 0):
        raise PatchError("rollover must be a count of rows")


def _try_values(column: Any, rows: int, index: int | slice, value: Any) -> None:
    """Give rows such as the column's a value; raise what that raises."""
    if isinstance(column, np.ndarray):
        np.empty((rows, *column.shape[1:]), column.dtype)[index] = value
    elif isinstance(index, slice) and len(value) != rows:
        raise PatchError(f"{len(value)} values cannot replace {rows}")


def _try_part(column: Any, first: int, index: tuple[Any, ...], value: Any) -> None:
    """Give a part of an item of the column a value; raise what that raises."""
    if first >= len(column):  # a row that this very patch has appended
        return
    item = column[first]
    if not isinstance(item, np.ndarray) or item.ndim != len(index):
        raise PatchError(f"row {first} has no part {index}")
    part = np.array(item[index])
    part[...] = np.asarray(value).reshape(part.shape)
