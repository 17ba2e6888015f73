"""What a client's PATCH-DOC does to a document: decoded and checked as a whole, then applied step
by step.

Nothing is applied of a patch of which anything cannot be: a bad value in its last event leaves the
document as it was. An event for a model that has just been removed is a normal race and is left
out.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from bokeh.core.property.descriptors import PropertyDescriptor
from bokeh.core.serialization import UnknownReferenceError
from bokeh.document import Document
from bokeh.model import Model

from hybridviz.bokeh_internals import (
    PatchDeserializer,
    append_rows,
    callbacks_of,
    has_columns,
    set_prepared,
)
from hybridviz.core.changes import TITLE, Key
from hybridviz.core.columns import ExpectedColumns
from hybridviz.core.documents import UNREADABLE
from hybridviz.core.fragments import Payload
from hybridviz.errors import PatchError

log = logging.getLogger("hybridviz.core")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One event, ready to be applied."""

    key: Key | None
    apply: Callable[[], None]


@dataclass(frozen=True, slots=True)
class DecodedPatch:
    """A patch that the document can take.

    Attributes:
        steps: what to do, in order.
        created: models that the patch brings.
    """

    steps: list[Step]
    created: list[Model] = field(default_factory=list)


def decode_patch(
    document: Document, events: Sequence[Json], buffers: Mapping[str, Payload], origin: object
) -> DecodedPatch:
    """Decode and check a patch; change nothing. Call with the session lock held.

    Args:
        document: the live document.
        events: the events of a PATCH-DOC.
        buffers: its binary buffers by id. Arrays take over views that may be written to, unless
            there is a message among the events: others may be sent that, with its buffers.
        origin: the connection it came from; becomes the setter of what it changes.

    Raises:
        PatchError: the document cannot take it; the text says which event and why.
    """
    if any(isinstance(event, dict) and event.get("kind") == "MessageSent" for event in events):
        buffers = {key: memoryview(data).toreadonly() for key, data in buffers.items()}
    reader = PatchDeserializer(document, buffers, origin)
    decoder = _Decoder(document, reader, origin)
    steps = []
    for index, event in enumerate(events):
        try:
            steps.append(decoder.decode(event))
        except UnknownReferenceError as error:
            if not document.models.seen(error.id):
                raise PatchError(f"unknown model {error.id!r}", index) from None
            log.debug("= left out an event for the removed model %s", error.id)
        except PatchError as error:
            raise PatchError(error.reason, index) from None
        except UNREADABLE as error:
            raise PatchError(f"{type(error).__name__}: {error}", index) from None
    return DecodedPatch(steps, list(reader.created.values()))


class _Decoder:
    """Turns events into steps, by kind."""

    def __init__(self, document: Document, reader: PatchDeserializer, origin: Any) -> None:
        self._document = document
        self._reader = reader
        self._origin = origin
        self._expected: dict[str, ExpectedColumns] = {}

    def decode(self, event: Json) -> Step:
        kind = event.get("kind")
        decode = _KINDS.get(kind) if isinstance(kind, str) else None
        if decode is None:
            raise PatchError(f"unknown kind of event {kind!r}")
        return decode(self, event)

    def _model(self, event: Json) -> Model:
        model = self._reader.decode(event["model"])
        if not isinstance(model, Model):
            raise PatchError("model must be a reference to a model")
        return model

    def _model_changed(self, event: Json) -> Step:
        return self._set(self._model(event), event["attr"], self._reader.decode(event["new"]))

    def _set(self, model: Model, attr: str, value: Any) -> Step:
        descriptor = property_of(model, attr)
        prepared = descriptor.property.prepare_value(model, attr, value)
        if attr == "data" and has_columns(model):
            self._expected[model.id] = ExpectedColumns(prepared)
        key = (model.id, attr)
        if type(descriptor) is not PropertyDescriptor:
            return Step(key, lambda: descriptor.set_from_json(model, value, setter=self._origin))
        return Step(key, partial(set_prepared, descriptor, model, prepared, self._origin))

    def _column_data_changed(self, event: Json) -> Step:
        model, attr = self._model(event), event["attr"]
        data = self._reader.decode(event["data"])
        if event.get("cols") is None:
            return self._set(model, attr, data)
        if attr != "data" or not has_columns(model) or not isinstance(data, dict):
            raise PatchError(f"{model!r} has no columns {attr!r}")
        property_of(model, attr).property.prepare_value(model, attr, data)
        self._columns(model).replace(data)
        return Step((model.id, attr), partial(self._replace_columns, model, data))

    def _replace_columns(self, model: Any, data: Json) -> None:
        model.set_from_json("data", {**model.data, **data}, setter=self._origin)

    def _columns(self, model: Any) -> ExpectedColumns:
        """Return the columns that the source has after the events before."""
        if model.id not in self._expected:
            self._expected[model.id] = ExpectedColumns(model.data)
        return self._expected[model.id]

    def _columns_streamed(self, event: Json) -> Step:
        model = self._source(event)
        data, rollover = self._reader.decode(event["data"]), event.get("rollover")
        self._columns(model).stream(data, rollover)
        return Step((model.id, "data"), partial(append_rows, model, data, rollover, self._origin))

    def _columns_patched(self, event: Json) -> Step:
        model = self._source(event)
        patches = self._reader.decode(event["patches"])
        self._columns(model).patch(patches)
        return Step((model.id, "data"), lambda: model.patch(patches, setter=self._origin))

    def _source(self, event: Json) -> Any:
        model = self._model(event)
        if event.get("attr", "data") != "data" or not has_columns(model):
            raise PatchError(f"{model!r} is no source of columns")
        return model

    def _title_changed(self, event: Json) -> Step:
        title = event["title"]
        if not isinstance(title, str):
            raise PatchError("title must be text")
        return Step(TITLE, lambda: self._document.set_title(title, self._origin))

    def _root_added(self, event: Json) -> Step:
        model = self._model(event)
        return Step(None, lambda: self._document.add_root(model, self._origin))

    def _root_removed(self, event: Json) -> Step:
        model = self._model(event)
        return Step(None, lambda: self._document.remove_root(model, self._origin))

    def _message_sent(self, event: Json) -> Step:
        kind, data = event["msg_type"], self._reader.decode(event.get("msg_data"))
        if not isinstance(kind, str):
            raise PatchError("msg_type must be text")
        return Step(None, lambda: callbacks_of(self._document).trigger_message(kind, data))


_KINDS: dict[str, Callable[[_Decoder, Json], Step]] = {
    "ModelChanged": _Decoder._model_changed,
    "MessageSent": _Decoder._message_sent,
    "ColumnDataChanged": _Decoder._column_data_changed,
    "ColumnsStreamed": _Decoder._columns_streamed,
    "ColumnsPatched": _Decoder._columns_patched,
    "TitleChanged": _Decoder._title_changed,
    "RootAdded": _Decoder._root_added,
    "RootRemoved": _Decoder._root_removed,
}


def property_of(model: Model, attr: Any) -> PropertyDescriptor[Any]:
    """Return the descriptor of a model's property.

    Raises:
        PatchError: it has none of that name.
    """
    descriptor = model.lookup(attr, raises=False) if isinstance(attr, str) else None
    if not isinstance(descriptor, PropertyDescriptor):
        raise PatchError(f"{type(model).__name__}({model.id}) has no property {attr!r}")
    return descriptor
