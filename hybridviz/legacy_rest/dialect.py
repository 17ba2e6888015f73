"""The websocket dialect of Bokeh 0.11: its Python clients push and patch documents of their time.

The session is named in the URL, there is no token and no subprotocol; messages are put together as
today, their contents are old. What browsers change is told to the clients in old names.
"""

import logging
from collections import deque
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import orjson

from hybridviz.core import messages
from hybridviz.core.fragments import Outgoing
from hybridviz.core.messages import MessageWriter
from hybridviz.core.protocol import Message, MessageReader
from hybridviz.errors import (
    DocumentNotFound,
    HybridVizError,
    ProtocolError,
    RightNeeded,
    TransportClosed,
)
from hybridviz.legacy_rest import patches
from hybridviz.legacy_rest.library import Library
from hybridviz.legacy_rest.live import LiveDocuments
from hybridviz.legacy_rest.raw import RawDocument
from hybridviz.runtime.base import Runtime
from hybridviz.ws.transport import Transport

log = logging.getLogger("hybridviz.legacy")

OLD = "bokeh-protocol-version"
"""The argument by which an old client is known."""


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
        self.library = library
        self.live = live
        self.runtime = runtime
        self.max_size = max_size
        self._clients: dict[str, set[OldClient]] = {}
        live.on_read_back = self._tell

    def serve(self, transport: Transport, ident: str, may_push: bool) -> None:
        """Serve one connection until it ends.

        Args:
            transport: its websocket.
            ident: id of its session, which is that of its document.
            may_push: whether it may write.
        """
        client = OldClient(self, transport, ident, may_push)
        clients = self._clients.setdefault(ident, set())
        clients.add(client)
        try:
            client.run()
        finally:
            clients.discard(client)
            if not clients:
                self._clients.pop(ident, None)

    def others(self, ident: str, sender: "OldClient | None", content: Any) -> None:
        """Send a patch to all clients of a document but one."""
        for client in self._clients.get(ident, set()) - {sender}:
            client.send("PATCH-DOC", content)

    def _tell(self, raw: RawDocument, ident: str, attr: str) -> None:
        if raw.id in self._clients:
            self.others(raw.id, None, patches.change(raw, ident, attr))


class OldClient:
    """One connection; see `Dialect.serve`."""

    def __init__(self, dialect: Dialect, transport: Transport, ident: str, may_push: bool) -> None:
        self._dialect = dialect
        self._transport = transport
        self._ident = ident
        self._may_push = may_push
        self._writer = MessageWriter(lambda: str(uuid4()))
        self._waiting: deque[Outgoing] = deque()
        self._filled = dialect.runtime.event()
        self._ended = False

    def run(self) -> None:
        """Greet, answer, and tell, until either end has enough."""
        self._put(messages.ack(self._writer))
        writing = self._dialect.runtime.spawn(self._write)
        code, reason = 1000, ""
        try:
            self._read()
        except TransportClosed as closed:
            log.debug("= old client of %s has left: %s", self._ident, closed)
        except HybridVizError as error:
            code, reason = error.close_code, str(error)
            log.warning("! old client of %s: %s", self._ident, reason)
        finally:
            self._ended = True
            self._filled.set()
            writing.join()
            self._transport.close(code, reason)

    def send(self, kind: str, content: Any, reqid: str | None = None) -> None:
        """Have a message sent, after those that wait."""
        self._put(self._writer.write(kind, orjson.dumps(content), reqid=reqid))

    def _put(self, message: Outgoing) -> None:
        self._waiting.append(message)
        self._filled.set()

    def _write(self) -> None:
        try:
            while not self._ended or self._waiting:
                self._filled.wait()
                self._filled.clear()
                while self._waiting:
                    self._transport.send(self._waiting.popleft())
        except TransportClosed as closed:
            log.debug("> old client of %s cannot be written to: %s", self._ident, closed)

    def _read(self) -> None:
        reader = MessageReader(self._dialect.max_size)
        while True:
            message = reader.feed(self._transport.receive())
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
            kind, content = "ERROR", {"text": str(error), "traceback": None}
        self.send(kind, content, message.msgid)

    # -- what clients ask for

    def _info(self, content: Any) -> tuple[str, Any]:
        versions = {"bokeh": patches.VERSION, "server": patches.VERSION}
        return "SERVER-INFO-REPLY", {"version_info": versions}

    def _pull(self, content: Any) -> tuple[str, Any]:
        return "PULL-DOC-REPLY", patches.document_json(self._document())

    def _push(self, content: Any) -> tuple[str, Any]:
        self._check_right()
        raw = patches.document_of(self._ident, content)
        self._dialect.library.save(raw)
        self._dialect.live.replace(raw)
        return "OK", {}

    def _patch(self, content: Any) -> tuple[str, Any]:
        self._check_right()
        library, ident = self._dialect.library, self._ident
        if not library.has(ident):
            library.save(patches.empty(ident, ident))
        raw, changed = library.change(ident, lambda raw: patches.apply_patch(raw, content))
        self._dialect.live.update(raw, dict.fromkeys(changed))
        self._dialect.others(ident, self, content)
        return "OK", {}

    def _document(self) -> RawDocument:
        try:
            return self._dialect.library.find(self._ident)
        except DocumentNotFound:
            return patches.empty(self._ident, "Bokeh Application")

    def _check_right(self) -> None:
        if not self._may_push:
            raise RightNeeded("from another machine this needs the upload token of the server")


ANSWERS: dict[str, Callable[[OldClient, Any], tuple[str, Any]]] = {
    "PATCH-DOC": OldClient._patch,
    "PULL-DOC-REQ": OldClient._pull,
    "PUSH-DOC": OldClient._push,
    "SERVER-INFO-REQ": OldClient._info,
}
