"""The websocket dialect of Bokeh 0.11: its Python clients push and patch documents of their time,
and pull those of today's apps.

The session is named in the URL, there is no token and no subprotocol; messages are put together as
today, their contents are old: `rooms` knows what is in them.
"""

import logging
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

import orjson

from hybridviz.core import messages
from hybridviz.core.messages import MessageWriter
from hybridviz.core.protocol import Message, MessageReader
from hybridviz.errors import HybridVizError, ProtocolError, RightNeeded
from hybridviz.legacy_rest import patches
from hybridviz.legacy_rest.app_room import AppRoom
from hybridviz.legacy_rest.library import Library
from hybridviz.legacy_rest.live import LiveDocuments
from hybridviz.legacy_rest.raw import RawDocument
from hybridviz.legacy_rest.rooms import PushedRoom, Room
from hybridviz.legacy_rest.sender import Sender
from hybridviz.runtime.base import Lock, Runtime
from hybridviz.sessions import Session
from hybridviz.ws.transport import Transport

log = logging.getLogger("hybridviz.legacy")


class Dialect:
    """The connections of clients of Bokeh 0.11.

    Args:
        library: their documents.
        live: those that somebody looks at.
        runtime: what runs connections.
        max_size: largest message, in bytes.
    """

    def __init__(
        self, library: Library, live: LiveDocuments, runtime: Runtime, max_size: int
    ) -> None:
        self.runtime = runtime
        self.max_size = max_size
        self._library = library
        self._live = live
        self._rooms: dict[str, Room] = {}
        self._entry: Lock = runtime.lock()
        live.on_read_back = self._tell

    def serve(self, transport: Transport, ident: str, may_push: bool) -> None:
        """Serve one client of a document of its time until it ends.

        Args:
            transport: its websocket.
            ident: id of its session, which is that of its document.
            may_push: whether it may write.
        """
        make = partial(PushedRoom, ident, self._library, self._live)
        self._run(ident, make, transport, ident, may_push)

    def serve_app(
        self, transport: Transport, session: Session, unused: Callable[[Session], object]
    ) -> None:
        """Serve one client of an app's session until it ends.

        Args:
            transport: its websocket.
            session: the session.
            unused: called with it when the last old client has left it.
        """
        make = partial(AppRoom, session, unused)
        self._run(f"{session.route} {session.id}", make, transport, session.id, True)

    def _run(
        self,
        key: str,
        make: Callable[[], Room],
        transport: Transport,
        ident: str,
        may_push: bool,
    ) -> None:
        room = self._room(key, make)
        client = OldClient(self, room, transport, ident, may_push)
        try:
            room.enter(client)
            client.run()
        finally:
            room.leave(client)
            self._forget(key, room)

    def _room(self, key: str, make: Callable[[], Room]) -> Room:
        """Return a room, made if there is none; until `_forget` it is that of all who ask."""
        self._entry.acquire()
        try:
            room = self._rooms.setdefault(key, make())
            room.guests += 1
            return room
        finally:
            self._entry.release()

    def _forget(self, key: str, room: Room) -> None:
        self._entry.acquire()
        try:
            room.guests -= 1
            if not room.guests:
                self._rooms.pop(key, None)
        finally:
            self._entry.release()

    def _tell(self, raw: RawDocument, ident: str, attr: str) -> None:
        if raw.id in self._rooms:
            self._rooms[raw.id].tell(patches.change(raw, ident, attr))


class OldClient:
    """One connection; see `Dialect.serve`."""

    def __init__(
        self, dialect: Dialect, room: Room, transport: Transport, ident: str, may_push: bool
    ) -> None:
        self._dialect = dialect
        self._room = room
        self._transport = transport
        self._ident = ident
        self._may_push = may_push
        self._writer = MessageWriter(lambda: str(uuid4()))
        self._sender = Sender(transport, dialect.runtime, f"old client of {ident}")

    def run(self) -> None:
        """Greet, answer, and tell, until either end has enough."""
        self._sender.put(messages.ack(self._writer))
        with self._sender.serving():
            self._read()

    def send(self, kind: str, content: Any, reqid: str | None = None) -> None:
        """Have a message sent, after those that wait."""
        self._sender.put(self._writer.write(kind, orjson.dumps(content), reqid=reqid))

    def _read(self) -> None:
        reader = MessageReader(self._dialect.max_size)
        while True:
            message = reader.feed(self._transport.receive(begun=reader.partial))
            if message is not None:
                self._answer(message)

    def _answer(self, message: Message) -> None:
        answer = ANSWERS.get(message.kind)
        if answer is None:
            raise ProtocolError(f"clients send no {message.kind}")
        try:
            kind, content = answer(self, message.content)
        except HybridVizError as error:
            log.warning("! old client of %s: %s", self._ident, error)
            kind, content = "ERROR", _failure(str(error))
        except Exception:
            log.exception("! old client of %s: a %s failed", self._ident, message.kind)
            kind, content = "ERROR", _failure("internal server error")
        self.send(kind, content, message.msgid)

    # -- what clients ask for

    def _info(self, content: Any) -> tuple[str, Any]:
        versions = {"bokeh": patches.VERSION, "server": patches.VERSION}
        return "SERVER-INFO-REPLY", {"version_info": versions}

    def _pull(self, content: Any) -> tuple[str, Any]:
        return "PULL-DOC-REPLY", self._room.pull()

    def _push(self, content: Any) -> tuple[str, Any]:
        self._check_right()
        self._room.push(content)
        return "OK", {}

    def _patch(self, content: Any) -> tuple[str, Any]:
        self._check_right()
        self._room.patch(content, self)
        return "OK", {}

    def _check_right(self) -> None:
        if not self._may_push:
            raise RightNeeded("from another machine this needs the upload token of the server")


def _failure(text: str) -> dict[str, Any]:
    return {"text": text, "traceback": [f"{text}\n"]}


ANSWERS: dict[str, Callable[[OldClient, Any], tuple[str, Any]]] = {
    "PATCH-DOC": OldClient._patch,
    "PULL-DOC-REQ": OldClient._pull,
    "PUSH-DOC": OldClient._push,
    "SERVER-INFO-REQ": OldClient._info,
}
