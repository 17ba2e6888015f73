"""The load generator's websocket reads and writes what wsproto does, however the bytes are cut."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, TextMessage

from benchmarks.websocket import BINARY, TEXT, Message, Websocket, WireError, frame

UPGRADE = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"


@given(st.binary(max_size=300) | st.just(b"x" * 70_000))
def test_frames_are_what_a_server_reads(payload: bytes) -> None:
    server = Connection(ConnectionType.SERVER)
    server.receive_data(frame(BINARY, payload))
    events = [event for event in server.events() if isinstance(event, BytesMessage)]
    assert b"".join(bytes(event.data) for event in events) == payload


def read(wire: bytes, cut: int) -> Message:
    async def receive() -> Message:
        websocket = Websocket()
        for start in range(0, len(wire), cut):
            websocket.data_received(wire[start : start + cut])
        return await websocket.receive()

    return asyncio.run(receive())


def served(*payloads: str | bytes) -> bytes:
    server = Connection(ConnectionType.SERVER)
    events = (TextMessage(p) if isinstance(p, str) else BytesMessage(p) for p in payloads)
    return b"".join(server.send(event) for event in events)


@pytest.mark.parametrize("cut", [1, 7, 100_000])
def test_a_message_with_buffers_is_read(cut: int) -> None:
    header = '{"msgid": "1", "msgtype": "PATCH-DOC", "num_buffers": 2}'
    buffers = ('{"id": "a"}', b"\x00" * 200, '{"id": "b"}', b"y" * 66_000)
    message = read(UPGRADE + served(header, "{}", '{"events": []}', *buffers), cut)
    assert message.type == "PATCH-DOC"
    assert message.json() == {"events": []}
    assert message.buffers == {"a": b"\x00" * 200, "b": b"y" * 66_000}


@pytest.mark.parametrize("wire", [b"HTTP/1.1 403 Forbidden\r\n\r\n", UPGRADE + b"\x88\x02\x03\xe9"])
def test_a_refusal_and_a_close_are_errors(wire: bytes) -> None:
    with pytest.raises(WireError):
        read(wire, len(wire))


def test_a_fragmented_text_is_refused_not_miscounted() -> None:
    with pytest.raises(WireError):
        read(UPGRADE + bytes((TEXT, 0)), 100)
