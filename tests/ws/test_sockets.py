"""The transport on a slow line: what it bears with and for how long, by a virtual clock."""

import math
import socket
from collections.abc import Callable
from typing import Any

import pytest

from hybridviz.core.fragments import Fragment, Outgoing
from hybridviz.errors import TransportClosed
from hybridviz.runtime.manual import ManualRuntime
from hybridviz.ws.frames import LARGE, FrameDecoder, Ping
from hybridviz.ws.sockets import SocketTransport

LIMIT = 1024 * 1024
KEEP_ALIVE = 40.0
PIECE = 32 * 1024
SILENCE = (math.inf, b"")

Coming = tuple[float, bytes]


class Line:
    """A socket whose peer takes its time.

    Args:
        clock: goes on while nothing is there to be read.
        coming: what comes: seconds after what came before, and the bytes; then there is silence.

    Attributes:
        meanwhile: called before the peer takes a piece of what is sent.
        sent: what it has taken.
        shut: whether this end has shut it down.
    """

    family = socket.AF_UNIX

    def __init__(self, clock: ManualRuntime, *coming: Coming) -> None:
        self.meanwhile: Callable[[], object] = lambda: None
        self.sent = b""
        self.shut = False
        self._clock = clock
        self._coming = list(coming)
        self._timeout = math.inf

    def settimeout(self, seconds: float | None) -> None:
        self._timeout = math.inf if seconds is None else seconds

    def recv(self, size: int) -> bytes:
        after, data = self._coming.pop(0) if self._coming else SILENCE
        self._clock.sleep(min(after, self._timeout))
        if after <= self._timeout:
            return data
        self._coming.insert(0, (after - self._timeout, data))
        raise TimeoutError

    def send(self, data: bytes | memoryview) -> int:
        self.meanwhile()
        self.sent += data[:PIECE]
        return min(len(data), PIECE)

    def sendall(self, data: bytes) -> None:
        self.sent += data

    def shutdown(self, how: int) -> None:
        self.shut = True


@pytest.fixture
def clock() -> ManualRuntime:
    return ManualRuntime()


def transport(line: Line, runtime: Any, keep_alive: float | None = KEEP_ALIVE) -> SocketTransport:
    return SocketTransport(line, runtime, max_message_size=LIMIT, keep_alive=keep_alive)


def test_a_message_that_gets_on_is_a_sign_of_life(clock: ManualRuntime) -> None:
    line = Line(clock)
    end = transport(line, clock)

    def look() -> None:
        with pytest.raises(TimeoutError):
            end.receive(KEEP_ALIVE + 1)

    line.meanwhile = look
    message = Fragment(b"a" * 2 * LARGE, True)
    end.send(Outgoing((message,)))
    line.meanwhile = lambda: None
    assert clock.now() > 4 * KEEP_ALIVE and not line.shut
    look()
    assert list(FrameDecoder(LIMIT, masked=False).feed(line.sent)) == [message, Ping(b"")]


def test_a_message_that_gets_stuck_is_none(clock: ManualRuntime) -> None:
    line = Line(clock)
    end = transport(line, clock)
    line.meanwhile = lambda: line.sent and end.receive()
    with pytest.raises(TransportClosed, match="silent"):
        end.send(Outgoing((Fragment(b"a" * 2 * LARGE, True),)))
    assert clock.now() == 2 * KEEP_ALIVE and line.shut
