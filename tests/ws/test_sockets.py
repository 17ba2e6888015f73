"""The transport on a slow line: what it bears with and for how long, by a virtual clock."""

import math
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from bokeh.models import Slider

from hybridviz.core.fragments import Fragment, Outgoing
from hybridviz.core.messages import MessageWriter
from hybridviz.errors import ProtocolError, TransportClosed
from hybridviz.runtime.manual import ManualRuntime
from hybridviz.runtime.threads import ThreadRuntime
from hybridviz.sessions import Session
from hybridviz.ws.connection import Connection
from hybridviz.ws.frames import LARGE, FrameDecoder, Opcode, Ping, encode_frame, encode_message
from hybridviz.ws.sockets import SocketTransport
from hybridviz.ws.transport import MESSAGE_LIFETIME, MESSAGE_TIMEOUT

LIMIT = 1024 * 1024
KEEP_ALIVE = 40.0
KEY = b"abcd"
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


@pytest.fixture
def threads(clock: ManualRuntime, monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadRuntime]:
    """Threads that go by the clock."""
    runtime = ThreadRuntime()
    monkeypatch.setattr(runtime, "now", clock.now)
    yield runtime
    runtime.close()


def transport(line: Line, runtime: Any, keep_alive: float | None = KEEP_ALIVE) -> SocketTransport:
    return SocketTransport(line, runtime, max_message_size=LIMIT, keep_alive=keep_alive)


def text(payload: bytes) -> bytes:
    return encode_frame(Opcode.TEXT, payload, KEY)


# -- in


def test_a_message_may_come_slowly(clock: ManualRuntime, threads: ThreadRuntime) -> None:
    slider = Slider(start=0, end=9, value=0)
    session = Session("id", "/app", threads)
    session.build(lambda session: session.document.add_root(slider))
    event = f'{{"kind":"ModelChanged","model":{{"id":"{slider.id}"}},"attr":"name","new":"%s"}}'
    content = b'{"events":[%s]}' % (event % ("a" * 10 * PIECE)).encode()
    message = MessageWriter(lambda: "1").write("PATCH-DOC", content, ())
    wire = b"".join(encode_message(message, masked=True))
    pieces = [wire[place : place + PIECE] for place in range(0, len(wire), PIECE)]
    line = Line(clock, *[(MESSAGE_TIMEOUT - 1, piece) for piece in pieces])
    Connection(transport(line, threads, None), session, threads, max_message_size=LIMIT).run()
    assert slider.name == "a" * 10 * PIECE


HALF = text(b"whole")[:3]
UNFINISHED = b"\x01" + text(b"a")[1:]
PONG = encode_frame(Opcode.PONG, b"", KEY)


@pytest.mark.parametrize(
    ("coming", "begun"),
    [
        ([(0.0, HALF)], False),
        ([(0.0, UNFINISHED), *[(10.0, PONG)] * 10], False),
        ([(10.0, PONG)] * 10, True),
    ],
    ids=["in a frame", "between frames", "between fragments"],
)
def test_silence_in_the_middle_of_a_message(
    clock: ManualRuntime, coming: list[Coming], begun: bool
) -> None:
    end = transport(Line(clock, *coming), clock)
    with pytest.raises(ProtocolError, match="begun and not finished"):
        end.receive(begun=begun)
    assert clock.now() == MESSAGE_TIMEOUT


def test_a_byte_a_minute_is_not_for_ever(clock: ManualRuntime) -> None:
    wire = text(b"a" * 100)
    line = Line(clock, (0.0, wire[:1]), *[(50.0, b"%c" % byte) for byte in wire[1:]])
    with pytest.raises(ProtocolError, match="begun and not finished"):
        transport(line, clock).receive()
    assert clock.now() == MESSAGE_LIFETIME


def test_messages_without_a_pause_each_have_their_time(clock: ManualRuntime) -> None:
    frame = text(b"abcdefgh")
    line = Line(clock, (0.0, frame[:5]), *[(50.0, frame[5:] + frame[:5])] * 100)
    end = transport(line, clock)
    assert [end.receive() for _ in range(100)] == [Fragment(b"abcdefgh")] * 100
    assert clock.now() > MESSAGE_LIFETIME


# -- out


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
