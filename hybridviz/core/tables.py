"""The columns of a data source as JSON, CSV or Arrow, and back.

Times are numbers of milliseconds since 1970 in JSON, as in BokehJS, and ISO 8601 in CSV. Numbers
that JSON lacks are written as Bokeh does, ``{"type": "number", "value": "nan"}``.
"""

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import orjson
from bokeh.core.serialization import Serializer

from hybridviz.errors import PatchError, UnsupportedFormat

Columns = Mapping[str, Sequence[Any]]

JSON, CSV, ARROW = "application/json", "text/csv", "application/vnd.apache.arrow.stream"
FORMATS = (JSON, CSV, ARROW)


def write_columns(columns: Columns, form: str) -> bytes:
    """Return columns in one of the `FORMATS`.

    Raises:
        UnsupportedFormat: the package for it is not installed.
    """
    if form == ARROW:
        return _write_arrow({name: _as_array(values) for name, values in columns.items()})
    if form == JSON:
        return _write_json(columns)
    lists = {name: _listed(values) for name, values in columns.items()}
    if form == CSV:
        return _write_csv({name: _iso(columns[name], values) for name, values in lists.items()})
    raise UnsupportedFormat(f"columns can be had as {', '.join(FORMATS)}, not {form}")


def read_columns(body: bytes, form: str, like: Columns) -> dict[str, Any]:
    """Return the columns in a body; those of JSON are not decoded further.

    Args:
        body: the columns, or for JSON a list of rows.
        form: one of the `FORMATS`.
        like: the columns of the source, which tell how texts in CSV are meant.

    Raises:
        PatchError: the body is not of that format.
        UnsupportedFormat: the package for it is not installed, or it is none of these.
    """
    if form == ARROW:
        return _read_arrow(body)
    if form == CSV:
        return _read_csv(body, like)
    if form == JSON:
        return _read_json(body)
    raise UnsupportedFormat(f"the body must be {', '.join(FORMATS)}, not {form or 'unnamed'}")


def _listed(values: Any) -> list[Any]:
    """Return a column as a list of plain values."""
    if isinstance(values, np.ndarray):
        if values.dtype.kind == "M":
            return list((values.astype("datetime64[us]").astype("int64") / 1000).tolist())
        return list(values.tolist())
    return [_plain(value) for value in values]


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray | list | tuple):
        return _listed(value)
    return value.item() if isinstance(value, np.generic) else value


def _iso(values: Any, listed: list[Any]) -> list[Any]:
    if isinstance(values, np.ndarray) and values.dtype.kind == "M":
        return list(np.datetime_as_string(values).tolist())
    return listed


def _as_array(values: Any) -> Any:
    """Return a column as an array of numbers where it is one already, else as a list."""
    is_numbers = isinstance(values, np.ndarray) and values.ndim == 1 and values.dtype.kind in "biuf"
    return values if is_numbers else _listed(values)


def _write_json(columns: Columns) -> bytes:
    encode = Serializer().encode
    written = {
        name: values if _is_json(values) else encode(_listed(values))
        for name, values in columns.items()
    }
    return orjson.dumps(written, option=orjson.OPT_SERIALIZE_NUMPY)


def _is_json(values: Any) -> bool:
    """Return whether an array can be written as it is, without a list of it."""
    return (
        isinstance(values, np.ndarray)
        and values.dtype in (np.float64, np.int64, np.int32, np.uint32, np.uint8, np.bool_)
        and values.flags.c_contiguous
        and (values.dtype.kind != "f" or bool(np.isfinite(values).all()))
    )


def _write_csv(lists: Columns) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(lists)
    writer.writerows([_cell(value) for value in row] for row in zip(*lists.values(), strict=True))
    return text.getvalue().encode()


def _cell(value: Any) -> Any:
    return orjson.dumps(value).decode() if isinstance(value, list | dict) else value


def _read_csv(body: bytes, like: Columns) -> dict[str, Any]:
    try:
        header, *rows = csv.reader(io.StringIO(body.decode("utf-8-sig")), strict=True)
        columns = list(zip(*rows, strict=True)) if rows else [() for _ in header]
        pairs = list(zip(header, columns, strict=True))
    except (ValueError, csv.Error) as error:
        raise PatchError(f"the body is not CSV with a header and equal rows: {error}") from None
    try:
        return {name: _column(cells, like.get(name)) for name, cells in pairs}
    except ValueError as error:
        raise PatchError(f"the body is not CSV: {error}") from None


def _column(cells: Iterable[str], like: Any) -> list[Any]:
    texts = list(cells)
    if isinstance(like, np.ndarray) and like.dtype.kind == "M":
        return _listed(np.array(texts, dtype="datetime64[us]"))
    if any(isinstance(value, str) for value in (() if like is None else like)):
        return list(texts)
    if texts and all(text.startswith(("[", "{")) for text in texts):
        return [orjson.loads(text) for text in texts]
    for kind in (int, float):
        try:
            return [kind(text) if text else math.nan for text in texts]
        except ValueError:
            continue
    return texts


def _read_json(body: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise PatchError(f"the body is not JSON: {error}") from None
    if isinstance(found, list):
        found = _of_rows(found)
    if not isinstance(found, dict):
        raise PatchError("the body must be an object of columns or a list of rows")
    return found


def _of_rows(rows: list[Any]) -> dict[str, Any]:
    if not rows or not all(isinstance(row, dict) and row.keys() == rows[0].keys() for row in rows):
        raise PatchError("rows must be objects that all have the same keys")
    return {name: [row[name] for row in rows] for name in rows[0]}


def _arrow() -> Any:
    try:
        import pyarrow  # type: ignore[import-untyped]
    except ImportError:
        raise UnsupportedFormat("Arrow needs the package pyarrow on the server") from None
    return pyarrow


def _write_arrow(lists: Columns) -> bytes:
    arrow = _arrow()
    try:
        table = arrow.table(lists)
    except arrow.ArrowException as error:
        raise UnsupportedFormat(f"these columns cannot be written as Arrow: {error}") from None
    with arrow.MockOutputStream() as counter:
        _write_table(arrow, counter, table)
        body = arrow.allocate_buffer(counter.size())
    _write_table(arrow, arrow.FixedSizeBufferWriter(body), table)
    written = bytes(body.to_pybytes())
    del body, table
    arrow.default_memory_pool().release_unused()
    return written


def _write_table(arrow: Any, sink: Any, table: Any) -> None:
    with arrow.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)


def _read_arrow(body: bytes) -> dict[str, Any]:
    arrow = _arrow()
    try:
        table = arrow.ipc.open_stream(body).read_all()
    except (arrow.ArrowException, OSError) as error:
        raise PatchError(f"the body is not an Arrow stream: {error}") from None
    names = table.column_names
    return {
        name: _of_arrow(arrow, column) for name, column in zip(names, table.columns, strict=True)
    }


def _of_arrow(arrow: Any, column: Any) -> Any:
    if arrow.types.is_temporal(column.type):
        times = column.to_numpy(zero_copy_only=False).astype("datetime64[us]")
        return _listed(times)
    if arrow.types.is_primitive(column.type) and not column.null_count:
        return np.array(column.to_numpy())
    return list(column.to_pylist())
