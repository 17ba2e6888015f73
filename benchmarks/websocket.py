"""The client end of one websocket, and of the Bokeh messages it carries.

Written for the load generator: one write per message with TCP_NODELAY, as a browser does, and
little CPU per message. Knows frames (RFC 6455) and fragments; `visitor` knows documents.
"""

import asyncio
import base64
import os
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import orjson

TEXT, BINARY, CLOSE, PING = 1, 2, 8, 9
LONG = 4096  # bytes; from here on numpy masks faster than integers do


class WireError(Exception):
    """The server refused, closed, or sent what it should not have."""


@dataclass(slots=True)
class Message:
    """One Bokeh message; ``buffers`` maps a buffer's id to its bytes."""

    header: dict[str, Any]
    content: bytes
    buffers: dict[str, bytes]

    @property
    def type(self) -> str:
        return cast(str, self.header["msgtype"])

    def json(self) -> Any:
        """Parse the content; most messages are only counted, so it is done on demand."""
        return orjson.loads(self.content)


class Websocket(asyncio.Protocol):
    """One open websocket; make it with `connect`."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._received = bytearray()
        self._fragments: list[bytes] = []
        self._due = 3
        self._messages: deque[Message] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._upgraded = False
        self._over: WireError | None = None
        self._msgid = 0
        self._transport: asyncio.Transport

    @classmethod
    async def connect(cls, host: str, port: int, path: str, token: str) -> "Websocket":
        """Shake hands with subprotocols ``bokeh`` and ``token``.

        Raises:
            WireError: the server refused.
        """
        loop = asyncio.get_running_loop()
        _, websocket = await loop.create_connection(cls, host, port)
        websocket._transport.write(handshake(host, port, path, token))
        while not websocket._upgraded:
            await websocket._wait()
        return websocket

    def send(self, msgtype: str, content: object, buffers: Sequence[bytes] = ()) -> str:
        """Write one message, all its frames at once; return its id.

        Args:
            msgtype: of Bokeh's protocol.
            content: for JSON.
            buffers: what `buffer_frames` made.
        """
        self._msgid += 1
        msgid = str(self._msgid)
        header: dict[str, object] = {"msgid": msgid, "msgtype": msgtype}
        if buffers:
            header["num_buffers"] = len(buffers)
        fragments = (orjson.dumps(header), b"{}", orjson.dumps(content))
        frames = [frame(TEXT, fragment) for fragment in fragments]
        self._transport.write(b"".join([*frames, *buffers]))
        return msgid

    async def receive(self) -> Message:
        """Wait for the next message.

        Raises:
            WireError: the connection is over.
        """
        while not self._messages:
            await self._wait()
        return self._messages.popleft()

    @property
    def port(self) -> int:
        """The TCP port of this end."""
        return cast(int, self._transport.get_extra_info("sockname")[1])

    def close(self) -> None:
        """Say goodbye and close, without waiting for the answer."""
        if self._over is None:
            self._transport.write(frame(CLOSE, b"\x03\xe8"))
        self._transport.close()

    async def _wait(self) -> None:
        if self._over is not None:
            raise self._over
        self._waiter = self._loop.create_future()
        await self._waiter

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._over = self._over or WireError(f"connection lost: {exc}")
        self._wake()

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self._upgraded and not self._read_upgrade():
            return
        self._read_frames()

    def _read_upgrade(self) -> bool:
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = bytes(self._received[:end]).decode("latin-1")
        del self._received[: end + 4]
        if " 101 " in head.partition("\r\n")[0]:
            self._upgraded = True
        else:
            self._over = WireError(f"handshake refused: {head.splitlines()[0]}")
        self._wake()
        return self._upgraded

    def _read_frames(self) -> None:
        received, at, size = self._received, 0, len(self._received)
        while size - at >= 2:
            length, start = received[at + 1], at + 2
            if length == 126:
                start += 2
            elif length == 127:
                start += 8
            if start > size:
                break
            if length > 125:
                length = int.from_bytes(received[at + 2 : start])
            if start + length > size:
                break
            self._on_frame(received[at], bytes(memoryview(received)[start : start + length]))
            at = start + length
        del received[:at]

    def _on_frame(self, first: int, payload: bytes) -> None:
        if first in (0x80 | TEXT, 0x80 | BINARY):
            self._on_fragment(payload)
        elif first == 0x80 | PING:
            self._transport.write(frame(0xA, payload))
        elif first == 0x80 | CLOSE:
            self._over = WireError(f"server closed: {payload!r}")
            self._wake()
        elif first != 0x8A:
            self._over = WireError(f"unexpected frame 0x{first:02x}")
            self._wake()

    def _on_fragment(self, payload: bytes) -> None:
        fragments = self._fragments
        fragments.append(payload)
        if len(fragments) == 1:
            self._due = 3 + 2 * orjson.loads(payload).get("num_buffers", 0)
        if len(fragments) < self._due:
            return
        ids = [orjson.loads(text)["id"] for text in fragments[3::2]]
        buffers = dict(zip(ids, fragments[4::2], strict=True))
        self._messages.append(Message(orjson.loads(fragments[0]), fragments[2], buffers))
        self._fragments = []
        self._wake()


def handshake(host: str, port: int, path: str, token: str) -> bytes:
    """Return the request that a browser opens a websocket with."""
    key = base64.b64encode(os.urandom(16)).decode()
    return (
        f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nOrigin: http://{host}:{port}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Protocol: bokeh, {token}\r\n\r\n"
    ).encode()


def buffer_frames(ident: str, data: bytes) -> bytes:
    """Encode one buffer of a message: a frame with its id, and one with its bytes."""
    return frame(TEXT, orjson.dumps({"id": ident})) + frame(BINARY, data)


def frame(opcode: int, payload: bytes) -> bytes:
    """Encode one final, masked frame."""
    size = len(payload)
    if size < 126:
        head = bytes((0x80 | opcode, 0x80 | size))
    elif size < 65536:
        head = bytes((0x80 | opcode, 0xFE)) + size.to_bytes(2)
    else:
        head = bytes((0x80 | opcode, 0xFF)) + size.to_bytes(8)
    key = os.urandom(4)
    return head + key + (_masked_long if size > LONG else _masked)(payload, key)


def _masked(payload: bytes, key: bytes) -> bytes:
    size = len(payload)
    mask = int.from_bytes((key * (size // 4 + 1))[:size], "little")
    return (int.from_bytes(payload, "little") ^ mask).to_bytes(size, "little")


def _masked_long(payload: bytes, key: bytes) -> bytes:
    size = len(payload)
    mask = np.frombuffer(key * (size // 4 + 1), np.uint8, size)
    return (np.frombuffer(payload, np.uint8) ^ mask).tobytes()
