"""What every transport does: two ends in memory, a socket pair, and TCP."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from threading import Thread
from typing import Any

import pytest

from hybridviz.core.fragments import Fragment, Outgoing
from hybridviz.errors import (
    FrameError,
    MessageTooBig,
    PayloadError,
    ProtocolError,
    TransportClosed,
)
from hybridviz.runtime.threads import ThreadRuntime
from hybridviz.ws.frames import Close, FrameDecoder, Opcode, Ping, encode_close, encode_frame
from hybridviz.ws.memory import memory_pair
from hybridviz.ws.sockets import SocketTransport

LIMIT = 16 * 1024 * 1024
KEY = b"abcd"

Pair = tuple[Any, Any]


@pytest.fixture
def runtime() -> Iterator[ThreadRuntime]:
    runtime = ThreadRuntime()
    yield runtime
    runtime.close()


def sockets(kind: str, stack: ExitStack) -> tuple[socket.socket, socket.socket]:
    if kind == "socketpair":
        ours, theirs = socket.socketpair()
    else:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        theirs = socket.create_connection(listener.getsockname())
        ours, _ = listener.accept()
    return stack.enter_context(ours), stack.enter_context(theirs)


@pytest.fixture(params=["memory", "socketpair", "tcp"])
def pair(request: pytest.FixtureRequest, runtime: ThreadRuntime) -> Iterator[Pair]:
    """A server's end and a client's."""
    with ExitStack() as stack:
        if request.param == "memory":
            yield memory_pair(runtime, LIMIT)
            return
        ours, theirs = sockets(request.param, stack)
        yield (
            SocketTransport(ours, runtime, max_message_size=LIMIT, keep_alive=None),
            SocketTransport(theirs, runtime, max_message_size=LIMIT, keep_alive=None, client=True),
        )


def outgoing(*payloads: bytes, binary: bool = False) -> Outgoing:
    return Outgoing(tuple(Fragment(payload, binary) for payload in payloads))


def test_text_and_binary_go_both_ways(pair: Pair) -> None:
    for one, other in (pair, pair[::-1]):
        one.send(Outgoing((Fragment("é".encode()), Fragment(b"\xff\x00", True))))
        assert other.receive(5) == Fragment("é".encode())
        assert other.receive(5) == Fragment(b"\xff\x00", True)


def test_ten_megabytes(pair: Pair) -> None:
    payload = bytes(range(256)) * 40_000
    for one, other in (pair, pair[::-1]):
        sender = Thread(target=one.send, args=(outgoing(payload, binary=True),))
        sender.start()
        assert other.receive(20).payload == payload
        sender.join(5)


def test_order_of_many(pair: Pair) -> None:
    server, client = pair
    messages = [outgoing(b"%d" % index, b"x") for index in range(500)]
    sender = Thread(target=lambda: [client.send(message) for message in messages])
    sender.start()
    received = [bytes(server.receive(5).payload) for _ in range(1000)]
    sender.join(5)
    assert received == [part for index in range(500) for part in (b"%d" % index, b"x")]


def test_messages_of_two_threads_do_not_mix(pair: Pair) -> None:
    server, client = pair
    parts = [b"a" * 100_000, b"b" * 100_000]
    senders = [
        Thread(target=lambda part=part: [client.send(outgoing(part, part)) for _ in range(10)])
        for part in parts
    ]
    for sender in senders:
        sender.start()
    for _ in range(20):
        assert server.receive(10) == server.receive(10)
    for sender in senders:
        sender.join(5)


def test_a_message_over_the_limit(pair: Pair) -> None:
    server, client = pair
    sender = Thread(target=send_quietly, args=(client, outgoing(b"a" * (LIMIT + 1))))
    sender.start()
    with pytest.raises(MessageTooBig):
        server.receive(5)
    server.close(1009, "too big")
    sender.join(5)


def send_quietly(end: Any, message: Outgoing) -> None:
    try:
        end.send(message)
    except TransportClosed as closed:
        assert closed.code == 1006


def test_timeout(pair: Pair) -> None:
    with pytest.raises(TimeoutError):
        pair[0].receive(0.01)


def test_a_message_that_does_not_go_on(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in ("memory", "sockets"):
        monkeypatch.setattr(f"hybridviz.ws.{kind}.MESSAGE_TIMEOUT", 0.01)
    with pytest.raises(ProtocolError, match="begun and not finished"):
        pair[0].receive(begun=True)


def test_close_code_and_reason_are_seen(pair: Pair) -> None:
    server, client = pair
    seen: list[TransportClosed] = []
    reader = Thread(target=lambda: seen.append(closed_by(client)))
    reader.start()
    server.close(1013, "too slow")
    server.close(1000, "a second time")
    reader.join(5)
    assert (seen[0].code, seen[0].reason) == (1013, "too slow")
    with pytest.raises(TransportClosed):
        server.send(outgoing(b"late"))
    with pytest.raises(TransportClosed):
        server.receive(1)


def closed_by(end: Any) -> TransportClosed:
    with pytest.raises(TransportClosed) as caught:
        end.receive(5)
    return caught.value


def test_close_wakes_a_reader(pair: Pair) -> None:
    server, client = pair
    seen: list[TransportClosed] = []
    reader = Thread(target=lambda: seen.append(closed_by(server)))
    reader.start()
    other = Thread(target=closed_by, args=(client,))
    other.start()
    server.close(1001, "bye")
    reader.join(5)
    other.join(5)
    assert len(seen) == 1


# -- sockets only


@pytest.fixture(params=["socketpair", "tcp"])
def raw(request: pytest.FixtureRequest) -> Iterator[tuple[socket.socket, socket.socket]]:
    with ExitStack() as stack:
        ours, theirs = sockets(request.param, stack)
        theirs.settimeout(5)
        yield ours, theirs


def transport(sock: socket.socket, runtime: ThreadRuntime, **options: Any) -> SocketTransport:
    return SocketTransport(sock, runtime, max_message_size=LIMIT, **{"keep_alive": None, **options})


def frames(sock: socket.socket, count: int) -> list[Any]:
    decoder = FrameDecoder(LIMIT, masked=False)
    found: list[Any] = []
    while len(found) < count:
        data = sock.recv(65536)
        assert data, f"the end came after {found}"
        found += decoder.feed(data)
    return found


def test_ping_is_answered(raw: Any, runtime: ThreadRuntime) -> None:
    ours, theirs = raw
    theirs.sendall(encode_frame(Opcode.PING, b"p", KEY) + encode_frame(Opcode.TEXT, b"t", KEY))
    assert transport(ours, runtime).receive(5) == Fragment(b"t")
    assert theirs.recv(100) == encode_frame(Opcode.PONG, b"p")


def test_silence_is_pinged_and_then_given_up(raw: Any, runtime: ThreadRuntime) -> None:
    ours, theirs = raw
    with pytest.raises(TransportClosed, match="silent"):
        transport(ours, runtime, keep_alive=0.02).receive()
    ping, closed = frames(theirs, 2)
    assert ping == Ping(b"") and closed == Close(1002, "keep-alive ping was not answered")


def test_a_pong_keeps_alive(raw: Any, runtime: ThreadRuntime) -> None:
    ours, theirs = raw
    seen: list[Any] = []
    end = transport(ours, runtime, keep_alive=0.2)
    reader = Thread(target=lambda: seen.append(end.receive()))
    reader.start()
    for _ in range(3):
        assert frames(theirs, 1) == [Ping(b"")]
        theirs.sendall(encode_frame(Opcode.PONG, b"", KEY))
    theirs.sendall(encode_frame(Opcode.TEXT, b"still here", KEY))
    reader.join(5)
    assert seen == [Fragment(b"still here")]


def test_bytes_that_came_with_the_handshake(raw: Any, runtime: ThreadRuntime) -> None:
    end = transport(raw[0], runtime, received=encode_frame(Opcode.TEXT, b"early", KEY))
    assert end.receive(5) == Fragment(b"early")


def test_close_of_the_peer_is_echoed(raw: Any, runtime: ThreadRuntime) -> None:
    ours, theirs = raw
    theirs.sendall(encode_close(4321, "bye", KEY))
    with pytest.raises(TransportClosed, match="bye") as caught:
        transport(ours, runtime).receive(5)
    assert caught.value.code == 4321 and frames(theirs, 1) == [Close(4321, "")]


def test_end_of_the_stream(raw: Any, runtime: ThreadRuntime) -> None:
    ours, theirs = raw
    theirs.shutdown(socket.SHUT_RDWR)
    with pytest.raises(TransportClosed) as caught:
        transport(ours, runtime).receive(5)
    assert caught.value.code == 1006


@pytest.mark.parametrize(
    ("wire", "error"),
    [(b"\x81\x00", FrameError), (encode_frame(Opcode.TEXT, b"\xff", KEY), PayloadError)],
)
def test_breach_is_raised_and_its_code_can_be_told(
    raw: Any, runtime: ThreadRuntime, wire: bytes, error: type[FrameError]
) -> None:
    ours, theirs = raw
    end = transport(ours, runtime)
    theirs.sendall(wire)
    with pytest.raises(error) as caught:
        end.receive(5)
    theirs.shutdown(socket.SHUT_WR)
    end.close(caught.value.close_code, "breach")
    assert frames(theirs, 1) == [Close(error.close_code, "breach")]


@pytest.mark.parametrize(
    ("payload", "error"),
    [(b"a" * (LIMIT + 1), MessageTooBig), (b"\xff" + b"a" * (LIMIT - 1), PayloadError)],
    ids=["too big", "not UTF-8"],
)
def test_the_rest_of_a_breach_is_read(
    raw: Any,
    runtime: ThreadRuntime,
    monkeypatch: pytest.MonkeyPatch,
    payload: bytes,
    error: type[FrameError],
) -> None:
    monkeypatch.setattr("hybridviz.ws.sockets.CLOSE_TIMEOUT", 20.0)
    ours, theirs = raw
    all_sent: list[bool] = []

    def send() -> None:
        theirs.sendall(encode_frame(Opcode.TEXT, payload, KEY))
        theirs.shutdown(socket.SHUT_WR)
        all_sent.append(True)

    sender = Thread(target=send)
    sender.start()
    end = transport(ours, runtime)
    with pytest.raises(error) as caught:
        end.receive(5)
    end.close(caught.value.close_code, "breach")
    sender.join(5)
    assert all_sent and frames(theirs, 1) == [Close(error.close_code, "breach")]


def test_close_wakes_a_writer_whose_peer_does_not_read(
    raw: Any, runtime: ThreadRuntime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hybridviz.ws.sockets.CLOSE_TIMEOUT", 0.05)
    end = transport(raw[0], runtime)
    writer = Thread(target=send_quietly, args=(end, outgoing(b"a" * LIMIT)))
    writer.start()
    writer.join(0.2)
    assert writer.is_alive()
    end.close(1013, "too slow")
    writer.join(5)
    assert not writer.is_alive()
