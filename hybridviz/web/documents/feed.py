"""The changes of a document as server-sent events, as they happen.

Each event ``patch`` is the content of a PATCH-DOC, with arrays inside as Bokeh writes them in JSON.
A stream counts as a viewer: the session lives on while it is read.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from bokeh.core.serialization import Buffer
from flask import Response

from hybridviz.core.fragments import Outgoing, Payload
from hybridviz.core.protocol import Message, MessageReader
from hybridviz.sessions import Session, Viewer
from hybridviz.web.documents.views import DocumentViews

SILENCE = 10.0
"""Longest silence of a stream, in seconds: only a write tells that the client has gone."""
LIMIT = 1 << 40
"""Our own messages are not limited."""


class Feed:
    """The view of a document's events.

    Args:
        documents: the views of whole documents.
    """

    def __init__(self, documents: DocumentViews) -> None:
        self._documents = documents

    def view(self, ident: str) -> Response:
        """Answer the stream of a document's changes."""
        session = self._documents.readable(ident).session()
        response = Response(_stream(session), mimetype="text/event-stream")
        response.headers["Cache-Control"] = "no-store"
        return response


def _stream(session: Session) -> Iterator[bytes]:
    ended: list[str] = []

    def close(code: int, reason: str) -> None:
        ended.append(reason)
        viewer.outbox.close()

    viewer = session.join(close)
    viewer.synced = True
    try:
        yield b"event: open\ndata: {}\n\n"
        while not ended:
            yield from _events(session, viewer)
        yield b"event: close\ndata: " + orjson.dumps({"reason": ended[0]}) + b"\n\n"
    finally:
        session.leave(viewer)


def _events(session: Session, viewer: Viewer) -> Iterator[bytes]:
    messages = viewer.outbox.take(SILENCE)
    for message in map(_read, messages):
        if message.kind == "PATCH-DOC":
            body = orjson.dumps(_with_arrays(message.content, message.buffers))
            yield b"event: patch\ndata: " + body + b"\n\n"
    if not messages:
        session.tell_stale(viewer)
        yield b": still here\n\n"


def _read(outgoing: Outgoing) -> Message:
    """Read one of our own messages again; one may hold several, but not for us."""
    reader = MessageReader(LIMIT)
    found = [message for part in outgoing.fragments if (message := reader.feed(part))]
    return found[0]


def _with_arrays(value: Any, buffers: Mapping[str, Payload]) -> Any:
    """Put base64 in the place of each reference to a buffer."""
    if isinstance(value, dict):
        if value.keys() == {"id"} and value["id"] in buffers:
            return Buffer(value["id"], buffers[value["id"]]).to_base64()
        return {name: _with_arrays(item, buffers) for name, item in value.items()}
    return [_with_arrays(item, buffers) for item in value] if isinstance(value, list) else value
