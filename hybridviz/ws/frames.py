"""Websocket frames without I/O (RFC 6455), for both ends. No extension is ever negotiated.

Payloads are handed on whole, large binary ones as a view of what they were read into, which nobody
else has; the decoder joins fragments, checks UTF-8 and sizes, and turns what the peer may not do
into a FrameError with the close code that tells it so. Large payloads are unmasked and checked as
their bytes arrive, so that no call takes long. Used by ``sockets``.
"""

import codecs
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np

from hybridviz.core.fragments import Fragment, Outgoing, Payload
from hybridviz.errors import FrameError, MessageTooBig, PayloadError

LARGE = 64 * 1024
"""Payloads from this size on (bytes) are written as they are instead of being copied together, and
read as they arrive.
"""
CONTROL_LIMIT = 125
"""Largest payload of a control frame in bytes (RFC 6455 section 5.5)."""
NOTHING = np.empty(0, np.uint8)
NUMPY_FROM = 512
"""Bytes from which numpy unmasks faster than one big integer."""


class Opcode(IntEnum):
    """RFC 6455 section 5.2."""

    CONTINUATION = 0
    TEXT = 1
    BINARY = 2
    CLOSE = 8
    PING = 9
    PONG = 10


WHOLE_TEXT, WHOLE_BINARY = 0x80 | Opcode.TEXT, 0x80 | Opcode.BINARY
WHOLE = frozenset((WHOLE_TEXT, WHOLE_BINARY))
"""First bytes of messages of a single frame, as nearly all are."""
SHORT_HEADS: dict[int, list[bytes]] = {
    opcode: [bytes((0x80 | opcode, second)) for second in range(0x100)] for opcode in Opcode
}
"""Heads of short frames by opcode and second byte."""


@dataclass(frozen=True, slots=True)
class Ping:
    """The peer wants a pong with the same payload."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class Pong:
    """The peer answers a ping."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class Close:
    """The peer closes; code 1005 if it gave none."""

    code: int
    reason: str


Incoming = Fragment | Ping | Pong | Close


class FrameDecoder:
    """Bytes in, whole messages and control frames out.

    Args:
        max_size: largest message in bytes, over all its fragments.
        masked: whether the peer must mask: True at a server, False at a client.
    """

    def __init__(self, max_size: int, *, masked: bool = True) -> None:
        self._max_size = max_size
        self._masked = masked
        self._data = bytearray()
        self._start = 0
        self._wanted = 2
        self._parts: list[Payload] = []
        self._opcode: int | None = None
        self._size = 0
        self._text = _Utf8()
        self._left = 0  # bytes that are to come of a large payload
        self._large = NOTHING
        self._key = b""
        self._final = False
        self._failed = False

    def feed(self, data: bytes) -> Iterator[Incoming]:
        """Take bytes as they came; yield what they complete.

        Raises:
            FrameError: the peer broke the protocol; whatever comes after that is discarded.
        """
        if self._failed:
            return
        self._data += data
        while len(self._data) - self._start >= self._wanted:
            try:
                found = self._piece() if self._left else self._frame()
            except FrameError:
                self._failed = True
                self._parts, self._large = [], NOTHING  # megabytes that the error would keep
                raise
            if found is not None:
                yield found
        if self._start:
            del self._data[: self._start]
            self._start = 0

    @property
    def held(self) -> int:
        """Bytes that have come of what is not whole, such as half a message."""
        return self._size + len(self._large) - self._left + len(self._data) - self._start

    def _frame(self) -> Incoming | None:
        data, start = self._data, self._start
        first, second = data[start], data[start + 1]
        whole = first in WHOLE and self._opcode is None
        if not whole or (second >= 0x80) is not self._masked:
            self._check_kind(first, second)
        length, header = second & 0x7F, 2
        if length == 126:
            header = 4
        elif length == 127:
            header = 10
        header += 4 if self._masked else 0
        if len(data) - start < header:
            self._wanted = header
            return None
        if length == 126:
            (length,) = struct.unpack_from(">H", data, start + 2)
        elif length == 127:
            (length,) = struct.unpack_from(">Q", data, start + 2)
        if self._size + length > self._max_size:
            self._check_length(first, length)
        if length >= LARGE:
            self._begin(first, start + header, length)
            return None
        if len(data) - start < header + length:
            self._wanted = header + length
            return None
        end = start + header + length
        payload = bytes(memoryview(data)[start + header : end])
        if self._masked:
            payload = mask(payload, bytes(data[start + header - 4 : start + header]))
        self._start, self._wanted = end, 2
        if not whole:
            return self._take(first & 0x0F, bool(first & 0x80), payload)
        if first == WHOLE_TEXT:
            check_utf8(payload)
        return Fragment(payload, first != WHOLE_TEXT)

    def _begin(self, first: int, start: int, length: int) -> None:
        """Begin to read a large payload."""
        if first & 0x0F != Opcode.CONTINUATION:
            self._opcode = first & 0x0F
        self._key = bytes(self._data[start - 4 : start]) if self._masked else bytes(4)
        self._start, self._wanted = start, 1
        self._left, self._final = length, bool(first & 0x80)
        self._large = np.empty(length, np.uint8)  # takes memory as it is filled, and not before

    def _piece(self) -> Incoming | None:
        """Take what is there of a large payload, into one buffer for all of it: many small ones
        would leave the memory of the process in pieces.
        """
        size = min(len(self._data) - self._start, self._left)
        begun = len(self._large) - self._left
        piece = self._large[begun : begun + size]
        keys = _keys(self._key, begun, size)
        # No name for what came: an error would keep it, and with it the size of the bytearray.
        np.bitwise_xor(np.frombuffer(self._data, np.uint8, size, self._start), keys, out=piece)
        self._start += size
        self._left -= size
        final = self._final and not self._left
        if self._opcode == Opcode.TEXT:
            self._text.check(piece.tobytes(), final)
        if self._left:
            return None
        self._wanted = 2
        large, self._large = self._large, NOTHING
        whole = large.tobytes() if self._opcode == Opcode.TEXT else large.data
        return self._join(whole, final)

    def _check_kind(self, first: int, second: int) -> None:
        opcode = first & 0x0F
        if first & 0x70:
            raise FrameError("reserved bits are set")
        if bool(second & 0x80) is not self._masked:
            raise FrameError("frames of a client must be masked, those of a server must not")
        if opcode > Opcode.PONG or Opcode.BINARY < opcode < Opcode.CLOSE:
            raise FrameError(f"unknown opcode {opcode}")
        if opcode >= Opcode.CLOSE:
            if second & 0x7F > CONTROL_LIMIT or not first & 0x80:
                raise FrameError("control frames must be short and whole")
        elif (opcode == Opcode.CONTINUATION) is (self._opcode is None):
            raise FrameError("fragments of a message are out of order")

    def _check_length(self, first: int, length: int) -> None:
        if first & 0x0F >= Opcode.CLOSE:
            return
        if length >> 63:
            raise FrameError("length of a frame is negative")
        raise MessageTooBig(f"message is over {self._max_size} bytes")

    def _take(self, opcode: int, final: bool, payload: bytes) -> Incoming | None:
        if opcode >= Opcode.CLOSE:
            return _control(opcode, payload)
        if opcode != Opcode.CONTINUATION:
            self._opcode = opcode
        if self._opcode == Opcode.TEXT:
            self._text.check(payload, final)
        return self._join(payload, final)

    def _join(self, payload: Payload, final: bool) -> Incoming | None:
        """Add a part to the message, which is whole with the final one."""
        self._parts.append(payload)
        self._size += len(payload)
        if not final:
            return None
        if len(self._parts) > 1:
            payload = b"".join(self._parts)
        self._parts, self._size = [], 0
        binary, self._opcode = self._opcode == Opcode.BINARY, None
        return Fragment(payload, binary)


class _Utf8:
    """Checks a text that comes in parts."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._inside = False

    def check(self, part: bytes, final: bool) -> None:
        """Take the next part; raise PayloadError if the text is not UTF-8."""
        if part.isascii() and not self._inside:
            return
        try:
            self._decoder.decode(part, final)
        except UnicodeDecodeError as error:
            raise PayloadError(f"text is not UTF-8: {error}") from None
        self._inside = bool(self._decoder.getstate()[0])


def _control(opcode: int, payload: bytes) -> Incoming:
    if opcode == Opcode.PING:
        return Ping(payload)
    if opcode == Opcode.PONG:
        return Pong(payload)
    if not payload:
        return Close(1005, "")
    if len(payload) == 1:
        raise FrameError("a close code has two bytes")
    (code,) = struct.unpack_from(">H", payload)
    if not is_legal_close_code(code):
        raise FrameError(f"illegal close code {code}")
    check_utf8(payload[2:])
    return Close(code, payload[2:].decode())


def is_legal_close_code(code: int) -> bool:
    """Return whether a close code may be on the wire (RFC 6455 section 7.4 and IANA's list)."""
    return 3000 <= code <= 4999 or (1000 <= code <= 1014 and code not in (1004, 1005, 1006))


def check_utf8(payload: bytes) -> None:
    """Raise PayloadError if ``payload`` is not UTF-8."""
    if not payload.isascii():
        try:
            payload.decode()
        except UnicodeDecodeError as error:
            raise PayloadError(f"text is not UTF-8: {error}") from None


def mask(payload: bytes, key: bytes) -> bytes:
    """Mask or unmask a payload with a key of 4 bytes."""
    size = len(payload)
    if size >= NUMPY_FROM:
        return (np.frombuffer(payload, np.uint8) ^ _keys(key, 0, size)).tobytes()
    number = int.from_bytes(payload, "big") ^ int.from_bytes((key * (size // 4 + 1))[:size], "big")
    return number.to_bytes(size, "big")


def _keys(key: bytes, place: int, size: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return a key, repeated, for ``size`` bytes of a payload from ``place`` on."""
    return np.frombuffer(key * (size // 4 + 2), np.uint8, size, place % 4)


def encode_frame(opcode: int, payload: bytes | memoryview, key: bytes | None = None) -> bytes:
    """Encode one whole frame; with ``key`` (4 bytes) it is masked, as a client must."""
    head = frame_head(opcode, len(payload), masked=key is not None)
    if key is None:
        return head + payload
    return head + key + mask(bytes(payload), key)


def frame_head(opcode: int, length: int, *, masked: bool = False) -> bytes:
    """Encode the head of a whole frame, without its key."""
    flag = 0x80 if masked else 0
    if length <= CONTROL_LIMIT:
        return SHORT_HEADS[opcode][flag | length]
    if length < 1 << 16:
        return struct.pack(">BBH", 0x80 | opcode, flag | 126, length)
    return struct.pack(">BBQ", 0x80 | opcode, flag | 127, length)


def encode_close(code: int, reason: str, key: bytes | None = None) -> bytes:
    """Encode a close frame; a reason that is too long is cut at a character."""
    text = reason.encode()[: CONTROL_LIMIT - 2].decode(errors="ignore")
    return encode_frame(Opcode.CLOSE, struct.pack(">H", code) + text.encode(), key)


def encode_message(message: Outgoing, *, masked: bool = False) -> list[bytes | memoryview]:
    """Encode all fragments of a message, as few chunks as possible without copying large payloads.

    A server's chunks are kept on the message, for the next viewer.
    """
    if masked:
        return [b"".join(_masked_frames(message))]
    if message.wire is None:
        message.wire = _chunks(message)
    return message.wire


def _masked_frames(message: Outgoing) -> Iterator[bytes]:
    for payload, binary in message.fragments:
        yield encode_frame(Opcode.BINARY if binary else Opcode.TEXT, payload, os.urandom(4))


def _chunks(message: Outgoing) -> list[bytes | memoryview]:
    chunks: list[bytes | memoryview] = []
    small: list[bytes | memoryview] = []
    text, data = SHORT_HEADS[Opcode.TEXT], SHORT_HEADS[Opcode.BINARY]
    for payload, binary in message.fragments:
        length = len(payload)
        if length <= CONTROL_LIMIT:
            small.append(data[length] if binary else text[length])
        else:
            small.append(frame_head(Opcode.BINARY if binary else Opcode.TEXT, length))
        if length < LARGE:
            small.append(payload)
        else:
            chunks += (b"".join(small), memoryview(payload))
            small = []
    if small:
        chunks.append(b"".join(small))
    return chunks
