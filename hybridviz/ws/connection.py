"""A connection: one transport bound to one session. A reader loop turns fragments into commands, a
writer loop empties the viewer's outbox; nothing else touches the socket.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import perf_counter
from typing import Any

import orjson

from hybridviz.core.fragments import Fragment, Outgoing
from hybridviz.core.pieces import LARGE, parse
from hybridviz.core.protocol import ServerProtocol
from hybridviz.errors import HybridVizError, TransportClosed
from hybridviz.runtime.base import Runtime
from hybridviz.runtime.stages import DECODE, SEND
from hybridviz.sessions import Session, Viewer
from hybridviz.ws.transport import Transport

log = logging.getLogger("hybridviz.ws")

GOODBYES = (1000, 1001, 1005)
"""Close codes of clients that end as they should."""
SMALL = 64
"""Bytes of a fragment below which it is not worth two looks at the clock, such as a header."""
MERGE_LIMIT = 16 * 1024
"""Bytes of a batch of messages that are written as one; each write costs about as much as copying
this.
"""


class Connection:
    """Serve one client.

    Args:
        transport: its websocket, after the handshake.
        session: the session it shows.
        runtime: what runs the writer.
        max_message_size: largest websocket message, in bytes.
        page: what identifies the client's page across its reconnects, such as its token.
        may_push: whether the client may replace the whole document.
    """

    def __init__(
        self,
        transport: Transport,
        session: Session,
        runtime: Runtime,
        *,
        max_message_size: int,
        page: str = "",
        may_push: bool = True,
    ) -> None:
        self._transport = transport
        self._session = session
        self._runtime = runtime
        self._protocol = ServerProtocol(max_message_size, self._loads)
        self._page = page
        self._may_push = may_push

    def run(self) -> None:
        """Serve until the connection is over; whatever ends it, the socket is closed and the
        session is told.
        """
        viewer = self._join()
        writer = self._runtime.spawn(self._write, viewer)
        with self._ending(viewer):
            self._read(viewer)
        writer.join()

    def steps(self) -> Iterator[None]:
        """Serve step by step, for one who has both ends in one thread, as tests do: each step does
        what has come and sends what waits.
        """
        viewer = self._join()
        with self._ending(viewer):
            while True:
                with suppress(TimeoutError):
                    self._read(viewer, 0)
                while viewer.outbox.waiting and not viewer.outbox.closed:
                    self._write_next(viewer)
                yield

    def _join(self) -> Viewer:
        viewer = self._session.join(self._close_soon, self._page, may_push=self._may_push)
        log.debug("= %s connected", self._session)
        return viewer

    @contextmanager
    def _ending(self, viewer: Viewer) -> Iterator[None]:
        """Whatever ends the block, close the socket and tell the session."""
        code, reason = 1011, "internal server error"
        try:
            yield
        except TransportClosed as closed:
            code, reason = 1000, ""
            level = logging.DEBUG if closed.code in GOODBYES else logging.INFO
            log.log(level, "= %s disconnected: %s", self._session, closed)
        except HybridVizError as error:
            code, reason = error.close_code, str(error)
            log.warning("! %s connection closed with %d: %s", self._session, code, reason)
        finally:
            self._session.leave(viewer)
            self._transport.close(code, reason)

    def _read(self, viewer: Viewer, timeout: float | None = None) -> None:
        while True:
            fragment = self._transport.receive(timeout, self._protocol.partial)
            size = len(fragment.payload)
            if size >= LARGE:
                self._runtime.sleep(0)  # to put it together has taken a while already
            began = perf_counter() if size >= SMALL else None
            command = self._protocol.feed(fragment)
            if began is not None:
                DECODE.add(perf_counter() - began, 0)
            if command is not None:
                DECODE.add(0.0)
                self._session.commands.execute(command, viewer)

    def _loads(self, payload: bytes | memoryview) -> Any:
        """Parse JSON; a large one in a thread and in pieces, while other connections go on."""
        if len(payload) < LARGE:
            return orjson.loads(payload)
        return self._runtime.offload(parse, payload)

    def _write(self, viewer: Viewer) -> None:
        try:
            while not viewer.outbox.closed:
                self._write_next(viewer)
        except TransportClosed as closed:
            log.debug("> %s cannot be written to: %s", self._session, closed)

    def _write_next(self, viewer: Viewer) -> None:
        messages = viewer.outbox.take()
        for message in _merged(messages):
            began = perf_counter()
            self._transport.send(message)
            SEND.add(perf_counter() - began)
        if not messages and not viewer.outbox.closed:
            self._session.tell_stale(viewer)

    def _close_soon(self, code: int, reason: str) -> None:
        self._runtime.spawn(self._transport.close, code, reason)


def _merged(messages: list[Outgoing]) -> list[Outgoing]:
    """Make one write of several small messages, such as a patch and the OK behind it."""
    if len(messages) < 2 or sum([message.size for message in messages]) > MERGE_LIMIT:
        return messages
    fragments: tuple[Fragment, ...] = ()
    for message in messages:
        fragments += message.fragments
    return [Outgoing(fragments)]
