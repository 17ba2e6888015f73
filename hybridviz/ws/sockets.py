"""A transport over a raw connected socket, for every server: our own frames, whoever made the
handshake.

Blocking calls of the standard socket; in a monkey-patched process they wait in the hub instead. One
reader, any number of writers: a lock keeps pongs and close frames out of the middle of a message.
The socket is shut down at the end, not closed: it belongs to the server that accepted it.
"""

import logging
import os
import socket
from collections import deque
from typing import Any

from hybridviz.core.fragments import Fragment, Outgoing
from hybridviz.errors import FrameError, ProtocolError, TransportClosed
from hybridviz.runtime.base import Runtime
from hybridviz.runtime.stages import TRAFFIC
from hybridviz.ws.frames import (
    Close,
    FrameDecoder,
    Opcode,
    Ping,
    encode_close,
    encode_frame,
    encode_message,
    is_legal_close_code,
)
from hybridviz.ws.transport import MESSAGE_LIFETIME, MESSAGE_TIMEOUT, UNFINISHED

log = logging.getLogger("hybridviz.ws")

READ_SIZE = 256 * 1024
"""Most bytes taken from the kernel at once."""
TURN = 48
"""Fragments of one client, 16 messages, that are taken at once before others have their turn."""
CLOSE_TIMEOUT = 1.0
"""Seconds that closing waits for a stuck write, and for the peer's close frame."""
DRAIN_LIMIT = 64 * 1024 * 1024
"""Most bytes that are read, and thrown away, of what a peer goes on sending after our close."""


class SocketTransport:
    """One websocket over a socket.

    Args:
        sock: connected, after the handshake.
        runtime: gives locks and the clock.
        max_message_size: largest incoming message in bytes.
        keep_alive: seconds of silence after which the peer is pinged; None for never.
        received: bytes of the peer that were read with its handshake.
        client: whether this is the client's end, which masks.
    """

    def __init__(
        self,
        sock: socket.socket | Any,
        runtime: Runtime,
        *,
        max_message_size: int,
        keep_alive: float | None,
        received: bytes = b"",
        client: bool = False,
    ) -> None:
        self._socket = sock
        self._runtime = runtime
        self._keep_alive = keep_alive
        self._client = client
        self._decoder = FrameDecoder(max_message_size, masked=not client)
        self._incoming: deque[Fragment] = deque()
        self._at_once = 0
        self._begun: float | None = None  # when the first bytes of an unfinished message came
        self._moved = 0.0  # when its last did, or when they began to be waited for
        self._write_lock = runtime.lock()
        self._sent = 0  # bytes that the kernel has taken
        self._pinged = False
        self._stuck_at: int | None = None  # what was sent when a ping last found no place
        self._closing = False
        self._reading = False
        self._read_end = runtime.event()
        self._peer_closed: TransportClosed | None = None
        if sock.family in (socket.AF_INET, socket.AF_INET6):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(None)
        self._received = received

    # -- in

    def receive(self, timeout: float | None = None, begun: bool = False) -> Fragment:
        """See `Transport.receive`."""
        if not begun:
            self._begun = None
        if self._incoming:
            self._at_once += 1
            if self._at_once % TURN == 0:
                self._runtime.sleep(0)
            return self._incoming.popleft()
        self._moved = self._runtime.now()
        end = None if timeout is None else self._moved + timeout
        self._reading = True
        try:
            while not self._incoming:
                self._check_open()
                self._take(self._read(end, self._due(begun)))
            return self._incoming.popleft()
        finally:
            self._reading = False
            if self._closing:
                self._read_end.set()

    def _check_open(self) -> None:
        if self._peer_closed is not None:
            raise self._peer_closed
        if self._closing:
            raise TransportClosed(1006, "the connection was closed here")

    def _due(self, begun: bool) -> float | None:
        """Return when a message that has begun must go on; raise ProtocolError if it was before."""
        if not (begun or self._decoder.held):
            return None
        now = self._runtime.now()
        if self._begun is None:
            self._begun = now
        due = min(self._moved + MESSAGE_TIMEOUT, self._begun + MESSAGE_LIFETIME)
        if now >= due:
            raise ProtocolError(UNFINISHED)
        return due

    def _read(self, end: float | None, due: float | None) -> bytes:
        if self._received:
            data, self._received = self._received, b""
            return data
        patience = self._patience(end, due)
        found = self._recv(patience)
        if found is None:
            if end is not None and self._runtime.now() >= end:
                raise TimeoutError
            if patience == self._keep_alive:
                self._ping()
            return b""
        if not found:
            raise TransportClosed(1006, "the peer has gone")
        self._pinged, self._stuck_at = False, None
        self._let_others(found)
        return found

    def _let_others(self, data: bytes) -> None:
        """Let the others run if there is more to be read: they shall not wait for all of it."""
        if len(data) == READ_SIZE:
            self._runtime.sleep(0)

    def _patience(self, *ends: float | None) -> float | None:
        """Return how many seconds to wait for the next byte."""
        now = self._runtime.now()
        waits = [max(end - now, 0.001) for end in ends if end is not None]
        if self._keep_alive is not None:
            waits.append(self._keep_alive)
        return min(waits, default=None)

    def _recv(self, timeout: float | None) -> bytes | None:
        """Read what is there; None after ``timeout`` seconds without a byte, b"" at the end."""
        try:
            self._socket.settimeout(timeout)
            data = bytes(self._socket.recv(READ_SIZE))
            TRAFFIC.add("received", len(data))
            return data
        except TimeoutError:
            return None
        except OSError as error:
            raise TransportClosed(1006, f"the connection broke: {error}") from None

    def _ping(self) -> None:
        """Ping a silent peer, or give up one that was pinged. While a message on its way keeps
        pings out, it is alive as long as it takes more of that.
        """
        if not self._pinged:
            self._pinged = self._write_control(encode_frame(Opcode.PING, b"", self._key()))
            if self._pinged or self._stuck_at != self._sent:
                self._stuck_at = self._sent
                return
        self._say_close(1002, "keep-alive ping was not answered")
        self._shut_down()
        raise TransportClosed(1006, "the peer is silent")

    def _take(self, data: bytes) -> None:
        held = self._decoder.held
        for item in self._decoder.feed(data):
            if isinstance(item, Fragment):
                self._incoming.append(item)
            elif isinstance(item, Ping):
                self._write_control(encode_frame(Opcode.PONG, item.payload, self._key()))
            elif isinstance(item, Close):
                self._peer_closed = TransportClosed(item.code, item.reason)
                self._say_close(item.code if is_legal_close_code(item.code) else 1000, "")
                self._shut_down()
                return
        if self._decoder.held != held:
            self._moved = self._runtime.now()
        if self._closing:
            self._drain()

    # -- out

    def send(self, message: Outgoing) -> None:
        """See `Transport.send`."""
        chunks = encode_message(message, masked=self._client)
        self._write_lock.acquire()
        try:
            self._check_open()
            for chunk in chunks:
                self._write(chunk)
        finally:
            self._write_lock.release()

    def _write(self, chunk: bytes | memoryview) -> None:
        """Write all of a chunk. The reader's timeout is the whole socket's: go on after it."""
        rest = memoryview(chunk).cast("B")
        TRAFFIC.add("sent", len(rest))
        while rest:
            try:
                size = self._socket.send(rest)
                self._sent += size
                rest = rest[size:]
            except TimeoutError:
                self._check_open()
            except OSError as error:
                raise TransportClosed(1006, f"the connection broke: {error}") from None

    def _write_control(self, frame: bytes) -> bool:
        """Write a ping or pong; return False if a writer who waits for the peer keeps it out."""
        if not self._write_lock.acquire(CLOSE_TIMEOUT):
            return False
        try:
            if self._closing:
                return False
            self._write(frame)
            return True
        finally:
            self._write_lock.release()

    def _key(self) -> bytes | None:
        return os.urandom(4) if self._client else None

    # -- the end

    def close(self, code: int = 1000, reason: str = "") -> None:
        """See `Transport.close`."""
        if self._closing:
            return
        if self._say_close(code, reason):
            if self._reading:
                self._read_end.wait(CLOSE_TIMEOUT)
            else:
                self._drain()
        self._shut_down()

    def _say_close(self, code: int, reason: str) -> bool:
        """Write the close frame; return False if that is not possible any more."""
        if self._closing:
            return False
        self._closing = True
        if not self._write_lock.acquire(CLOSE_TIMEOUT):
            return False
        try:
            self._socket.settimeout(CLOSE_TIMEOUT)
            self._socket.sendall(encode_close(code, reason, self._key()))
            return True
        except OSError as error:
            log.debug("= cannot say goodbye: %s", error)
            return False
        finally:
            self._write_lock.release()

    def _drain(self) -> None:
        """Read until the peer closes too: a reset would take our close frame from it."""
        end, left = self._runtime.now() + CLOSE_TIMEOUT, DRAIN_LIMIT
        try:
            self._socket.settimeout(CLOSE_TIMEOUT)
            while left > 0 and self._runtime.now() < end:
                data = self._socket.recv(READ_SIZE)
                if not data or self._is_closed_by(data):
                    return
                left -= len(data)
                self._let_others(data)
        except OSError as error:
            log.debug("= the peer does not close: %s", error)

    def _is_closed_by(self, data: bytes) -> bool:
        """Return whether the peer's close frame is in what came; behind a breach none is found."""
        try:
            return any(isinstance(item, Close) for item in self._decoder.feed(data))
        except FrameError as error:
            log.debug("= a breach behind our close frame: %s", error)
            return False

    def _shut_down(self) -> None:
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError as error:
            log.debug("= already shut: %s", error)
