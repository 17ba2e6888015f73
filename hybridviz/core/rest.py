"""What REST requests do to a document: models found, described and changed.

Call all with the session's lock held. Changes are checked as a whole before any is made, as those
of a browser's patch are.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from bokeh.document import Document
from bokeh.model import Model

from hybridviz.bokeh_internals import PatchDeserializer, ReferenceSerializer, has_columns
from hybridviz.core.columns import check_stream
from hybridviz.core.documents import UNREADABLE
from hybridviz.core.patch import DecodedPatch, decode_patch
from hybridviz.errors import DocumentInUse, DocumentNotFound, PatchError, PropertyRefused

Json = dict[str, Any]
TITLE = "title"


def find_model(document: Document, key: str) -> Model:
    """Return a model by its id or its name.

    Raises:
        DocumentNotFound: there is none.
        DocumentInUse: several have that name.
    """
    by_id: Model | None = document.get_model_by_id(key)  # type: ignore[arg-type]
    found = [by_id] if by_id is not None else list(document.select({"name": key}))
    if not found:
        raise DocumentNotFound(f"the document has no model with the id or name {key!r}")
    if len(found) > 1:
        ids = ", ".join(sorted(model.id for model in found))
        raise DocumentInUse(f"several models are named {key!r}: use one of the ids {ids}")
    return found[0]


def find_source(document: Document, key: str) -> Any:
    """Return a model that has columns by its id or its name.

    Raises:
        DocumentNotFound: there is none.
        PatchError: it has no columns.
    """
    model = find_model(document, key)
    if not has_columns(model):
        raise PatchError(f"{type(model).__name__} {key} has no columns")
    return model


def summary(model: Model) -> Json:
    """Return what a list shows of a model."""
    return {"id": model.id, "type": type(model).__qualified_model__, "name": model.name}


def description(model: Model) -> Json:
    """Return a model with all its properties; other models are references to them."""
    encode = ReferenceSerializer().encode
    values = model.properties_with_values()
    return {**summary(model), "attributes": {name: encode(values[name]) for name in values}}


def change_properties(document: Document, title: Any, models: Mapping[str, Any]) -> None:
    """Set properties of models, and the title, all or nothing.

    Args:
        document: the live document.
        title: its new title; None leaves it.
        models: by id or name of a model, its new values by the names of properties, in the JSON
            of Bokeh's patches.

    Raises:
        PropertyRefused: a property is unknown or cannot have the value.
        DocumentNotFound, DocumentInUse: see `find_model`.
        PatchError: the request makes no sense.
    """
    places: list[tuple[str, str]] = []
    events: list[Json] = []
    if title is not None:
        places.append(("the document", TITLE))
        events.append({"kind": "TitleChanged", "title": title})
    for key, values in models.items():
        model = find_model(document, key)
        if not isinstance(values, dict):
            raise PatchError(f"the changes of {key} must be an object of properties")
        for attr, value in values.items():
            places.append((key, attr))
            reference = {"id": model.id}
            events.append({"kind": "ModelChanged", "model": reference, "attr": attr, "new": value})
    try:
        patch = decode_patch(document, events, {}, None)
    except PatchError as error:
        if error.index is None:
            raise
        raise PropertyRefused(*places[error.index], error.reason) from None
    apply_patch(patch)


def stream_rows(document: Document, key: str, data: Json, rollover: int | None) -> None:
    """Append rows to a source.

    Args:
        document: the live document.
        key: id or name of the source.
        data: the rows as columns, in the JSON of Bokeh's patches.
        rollover: most rows that the source keeps, counted from the end; None keeps all.

    Raises:
        PropertyRefused: they do not fit its columns.
    """
    source = find_source(document, key)

    def append(rows: Json) -> None:
        check_stream(source.data, rows, rollover)
        rows = {name: _fitted(values, source.data.get(name)) for name, values in rows.items()}
        source.stream(rows, rollover)

    _with_rows(document, key, data, append)


def replace_columns(document: Document, key: str, data: Json) -> None:
    """Replace all columns of a source; see `stream_rows`."""
    source = find_source(document, key)

    def replace(rows: Json) -> None:
        check_stream({}, rows, None)
        source.data = rows

    _with_rows(document, key, data, replace)


def _with_rows(document: Document, key: str, data: Json, call: Callable[[Json], None]) -> None:
    try:
        call(PatchDeserializer(document, {}, None).decode(data))
    except PatchError as error:
        raise PropertyRefused(key, "data", error.reason) from None
    except UNREADABLE as error:
        raise PropertyRefused(key, "data", f"{type(error).__name__}: {error}") from None


def _fitted(values: Any, column: Any) -> Any:
    """Return new values of a column in the type of an array that is there, so that they can be
    appended; milliseconds become times.
    """
    if not isinstance(column, np.ndarray):
        return values.tolist() if isinstance(values, np.ndarray) else values
    if column.dtype.kind == "M" and np.asarray(values).dtype.kind in "if":
        return (np.asarray(values) * 1000).astype("datetime64[us]").astype(column.dtype)
    np.append(column[:0], values)  # whether it can be done, before anything is
    return values


def patch_columns(document: Document, key: str, patches: Any) -> None:
    """Replace single values of a source.

    Args:
        document: the live document.
        key: id or name of the source.
        patches: by column, pairs of an index, or ``[start, stop, step]``, and the new value or
            values.

    Raises:
        PropertyRefused: a column or an index is not there.
    """
    change = {"kind": "ColumnsPatched", "attr": "data", "patches": patches}
    source = find_source(document, key)
    try:
        patch = decode_patch(document, [{**change, "model": {"id": source.id}}], {}, None)
    except PatchError as error:
        raise PropertyRefused(key, "data", error.reason) from None
    apply_patch(patch)


def apply_patch(patch: DecodedPatch) -> None:
    """Make all changes of a patch that nobody who views the document has made."""
    for step in patch.steps:
        step.apply()
