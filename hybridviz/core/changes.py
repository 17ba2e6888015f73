"""Changes: document events in the form in which they leave, encoded once, when they fire.

Every viewer gets the same bytes. Arrays are copied here, once: an app may reuse its array as soon
as the assignment is over, and a queued message must not change.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from bokeh import __version__ as bokeh_version
from bokeh.document import Document
from bokeh.document.events import (
    ColumnDataChangedEvent,
    ColumnsPatchedEvent,
    ColumnsStreamedEvent,
    DocumentPatchedEvent,
    ModelChangedEvent,
    TitleChangedEvent,
)
from bokeh.model import DataModel, Model

from hybridviz.bokeh_internals import PatchSerializer
from hybridviz.core.copies import copied
from hybridviz.core.fragments import Outgoing, Payload
from hybridviz.core.messages import MessageWriter

Key = tuple[str, str]
"""A model's id and one of its properties: what a change sets."""

SETTING = (ModelChangedEvent, ColumnDataChangedEvent, ColumnsStreamedEvent, ColumnsPatchedEvent)
"""Events that set a property of a model."""

TITLE: Key = ("", "title")
"""The key of the document's title."""


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """One encoded document event.

    Attributes:
        json: the event as JSON.
        buffers: id and bytes of each array.
        key: what it sets, or None if it is no property.
        defines: whether it carries bodies of models that no viewer had.
        origin: the connection that made it, or None.
    """

    json: bytes
    buffers: tuple[tuple[str, Payload], ...]
    key: Key | None
    defines: bool
    origin: object | None

    @property
    def size(self) -> int:
        """Size in bytes."""
        return len(self.json) + sum(len(data) for _, data in self.buffers)


def key_of(event: DocumentPatchedEvent) -> Key | None:
    """Return what an event sets, or None if it is no property."""
    if isinstance(event, SETTING):
        return (event.model.id, event.attr)
    return TITLE if isinstance(event, TitleChangedEvent) else None


def encode_change(
    event: DocumentPatchedEvent,
    key: Key | None,
    new_id: Callable[[], str],
    origin: object | None = None,
) -> Change:
    """Encode an event for every viewer of its document. Call with the session lock held.

    The models whose bodies it carries count as known to all viewers from then on.
    """
    serializer = PatchSerializer(event.document, new_id, copy=copied)
    rep = event.to_serializable(serializer)
    buffers = tuple(serializer.arrays)
    return Change(dump(rep), buffers, key, serializer.defines, origin)


def present_value(document: Document, key: Key, new_id: Callable[[], str]) -> Change | None:
    """Encode what ``key`` is now, as one change; None if its model has gone. Call with the lock
    held.
    """
    if key == TITLE:
        return encode_change(TitleChangedEvent(document, document.title), key, new_id)
    model = document.get_model_by_id(key[0])  # type: ignore[arg-type]
    if model is None:
        return None
    value = model.lookup(key[1]).get_value(model)
    return encode_change(ModelChangedEvent(document, model, key[1], value), key, new_id)


def patch_message(changes: Sequence[Change], writer: MessageWriter) -> Outgoing:
    """Build one PATCH-DOC of all ``changes``, in order."""
    content = b'{"events":[' + b",".join(change.json for change in changes) + b"]}"
    return writer.write("PATCH-DOC", content, _buffers(changes))


def _buffers(changes: Iterable[Change]) -> list[tuple[str, Payload]]:
    return [buffer for change in changes for buffer in change.buffers]


Encoded = tuple[bytes, list[tuple[str, Payload]]]
"""A whole document: its JSON, and id and bytes of each array beside it."""


def pull_reply(encoded: Encoded, writer: MessageWriter, reqid: str) -> Outgoing:
    """Build the answer to PULL-DOC-REQ, of what `encode_document` has returned."""
    json, arrays = encoded
    return writer.write("PULL-DOC-REPLY", b'{"doc":' + json + b"}", arrays, reqid)


def encode_document(document: Document, new_id: Callable[[], str], *, inline: bool) -> Encoded:
    """Encode a whole document. Call with the session lock held.

    Args:
        document: the document.
        new_id: makes ids of arrays.
        inline: put arrays into the JSON as base64; BokehJS 3.9 reads no buffers when it pulls
            again.
    """
    serializer = PatchSerializer(document, new_id, inline=inline, whole=True, copy=copied)
    return encode_with(serializer, document)


def encode_with(serializer: PatchSerializer, document: Document) -> Encoded:
    """Encode a whole document by a serializer of whole models that is new."""
    doc: dict[str, Any] = {"version": bokeh_version, "title": document.title}
    if definitions := serializer.encode(data_models()):
        doc["defs"] = definitions
    doc["config"] = serializer.encode(document.config)
    doc["roots"] = [serializer.encode(root) for root in document.roots]
    if callbacks := document.callbacks.js_event_callbacks:
        doc["callbacks"] = serializer.encode(callbacks)
    return dump(doc), serializer.arrays


def dump(rep: Any) -> bytes:
    """Write as JSON what Bokeh's serializer has made."""
    return orjson.dumps(rep, default=_plain)


def _plain(value: Any) -> Any:
    """Make a plain number of a float of another type, such as numpy.float64."""
    if isinstance(value, float):
        return float(value)
    raise TypeError(f"{type(value).__name__} cannot be sent to a browser")


def data_models() -> list[Any]:
    """Return the classes of data that apps have defined: Bokeh's `is_DataModel`, for all."""
    classes = Model.model_class_reverse_map.values()
    return [c for c in classes if getattr(c, "__data_model__", False) and c is not DataModel]
