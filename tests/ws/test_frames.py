"""Frames against wsproto, in both directions, and everything a peer may not do."""

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsproto.frame_protocol import FrameDecoder as OracleDecoder
from wsproto.frame_protocol import FrameProtocol
from wsproto.frame_protocol import Opcode as OracleOpcode

from hybridviz.core.fragments import Fragment, Outgoing
from hybridviz.errors import FrameError, MessageTooBig, PayloadError
from hybridviz.ws.frames import (
    LARGE,
    Close,
    FrameDecoder,
    Opcode,
    Ping,
    Pong,
    encode_close,
    encode_frame,
    encode_message,
    is_legal_close_code,
    mask,
)

LIMIT = 1024 * 1024
KEY = b"\x01\xfe\x80\x7f"
PAYLOADS = st.binary(max_size=300) | st.integers(0, 70_000).map(lambda size: b"\xa5" * size)


def chunks(data: bytes, cuts: list[int]) -> list[bytes]:
    """Cut bytes as a network might."""
    places = sorted({cut % (len(data) + 1) for cut in cuts})
    return [data[a:b] for a, b in zip([0, *places], [*places, len(data)], strict=True)]


def decode(data: bytes, *, masked: bool = True, cuts: tuple[int, ...] = ()) -> list[Any]:
    decoder = FrameDecoder(LIMIT, masked=masked)
    return [item for chunk in chunks(data, list(cuts)) for item in decoder.feed(chunk)]


@given(st.lists(PAYLOADS, min_size=1, max_size=4), st.lists(st.integers(0, 10**6), max_size=6))
def test_fragments_of_wsproto_are_joined(parts: list[bytes], cuts: list[int]) -> None:
    client = FrameProtocol(client=True, extensions=[])
    wire = b"".join(
        client.send_data(part, fin=index == len(parts) - 1) for index, part in enumerate(parts)
    )
    assert decode(wire, cuts=tuple(cuts)) == [Fragment(b"".join(parts), True)]


@given(st.text(max_size=300), PAYLOADS, st.booleans())
def test_wsproto_reads_what_is_encoded(text: str, payload: bytes, masked: bool) -> None:
    message = Outgoing((Fragment(text.encode()), Fragment(payload, binary=True)))
    oracle = OracleDecoder(client=not masked)
    oracle.receive_bytes(b"".join(encode_message(message, masked=masked)))
    found: dict[OracleOpcode, bytes] = {}
    while (frame := oracle.process_buffer()) is not None:
        found[frame.opcode] = found.get(frame.opcode, b"") + bytes(frame.payload)
    assert found.get(OracleOpcode.TEXT, b"") == text.encode()
    assert found.get(OracleOpcode.BINARY, b"") == payload


@given(
    st.integers(-3, 70_000),
    st.booleans(),
    st.booleans(),
    st.lists(st.integers(0, 300_000), max_size=8),
)
def test_large_payloads_are_read_as_they_arrive(
    more: int, masked: bool, text: bool, cuts: list[int]
) -> None:
    payload = ("é" * LARGE).encode()[1 - text :][: (LARGE + more) // 2 * 2]
    opcode = Opcode.TEXT if text else Opcode.BINARY
    key = KEY if masked else None
    wire = encode_frame(opcode, payload, key) + encode_frame(Opcode.PING, b"p", key)
    found = decode(wire * 2, masked=masked, cuts=tuple(cuts))
    assert found == [Fragment(payload, not text), Ping(b"p")] * 2


def test_a_large_binary_payload_is_a_view_of_its_own() -> None:
    wire = encode_frame(Opcode.BINARY, b"abcdefgh" * LARGE, KEY)
    found, other = (fragment.payload for fragment in decode(wire * 2))
    assert isinstance(found, memoryview) and found == other == b"abcdefgh" * LARGE
    found[0] = 0
    assert other == b"abcdefgh" * LARGE


@pytest.mark.parametrize("place", [0, LARGE - 1, LARGE, 2 * LARGE - 1])
@pytest.mark.parametrize("step", [1000, LARGE, 10 * LARGE])
def test_large_text_must_be_utf8(place: int, step: int) -> None:
    payload = bytearray(b"a" * 2 * LARGE)
    payload[place] = 0xC3
    wire = encode_frame(Opcode.TEXT, bytes(payload), KEY)
    with pytest.raises(PayloadError):
        decode(wire, cuts=tuple(range(0, len(wire), step)))


def test_large_fragments_are_joined_and_limited() -> None:
    half = encode_frame(Opcode.TEXT, ("é" * LARGE).encode()[:-1], KEY).replace(b"\x81", b"\x01", 1)
    rest = encode_frame(Opcode.CONTINUATION, "é".encode()[1:] + b"b" * LARGE, KEY)
    assert decode(half + rest) == [Fragment(("é" * LARGE).encode() + b"b" * LARGE)]
    start = encode_frame(Opcode.TEXT, b"b" * LARGE, KEY).replace(b"\x81", b"\x01", 1)
    more = encode_frame(Opcode.CONTINUATION, b"b" * LARGE, KEY).replace(b"\x80", b"\x00", 1)
    with pytest.raises(MessageTooBig):
        decode(start + more * 20)


def test_control_frames_come_between_fragments() -> None:
    wire = (
        encode_frame(Opcode.TEXT, b"a", KEY).replace(b"\x81", b"\x01", 1)
        + encode_frame(Opcode.PING, b"p", KEY)
        + encode_frame(Opcode.PONG, b"q", KEY)
        + encode_frame(Opcode.CONTINUATION, b"b", KEY)
        + encode_close(1000, "bye", KEY)
    )
    expected = [Ping(b"p"), Pong(b"q"), Fragment(b"ab"), Close(1000, "bye")]
    assert decode(wire) == decode(wire, cuts=tuple(range(len(wire)))) == expected


def head(first: int, length: int, masked: bool = True) -> bytes:
    flag = 0x80 if masked else 0
    if length < 126:
        return bytes((first, flag | length)) + (KEY if masked else b"")
    return struct.pack(">BBQ", first, flag | 127, length) + (KEY if masked else b"")


@pytest.mark.parametrize(
    ("wire", "error", "reason"),
    [
        (head(0xC1, 0), FrameError, "reserved"),
        (head(0x83, 0), FrameError, "opcode 3"),
        (head(0x8B, 0), FrameError, "opcode 11"),
        (head(0x81, 0, masked=False), FrameError, "masked"),
        (head(0x80, 0), FrameError, "out of order"),
        (head(0x01, 0) + head(0x81, 0), FrameError, "out of order"),
        (head(0x89, 126), FrameError, "short and whole"),
        (head(0x09, 0), FrameError, "short and whole"),
        (head(0x82, 1 << 63), FrameError, "negative"),
        (head(0x82, LIMIT + 1), MessageTooBig, "over"),
        (head(0x02, LIMIT) + b"a" * LIMIT + head(0x80, 1), MessageTooBig, "over"),
        (encode_frame(Opcode.TEXT, b"\xff", KEY), PayloadError, "UTF-8"),
        (encode_frame(Opcode.CLOSE, b"\x03", KEY), FrameError, "two bytes"),
        (encode_frame(Opcode.CLOSE, struct.pack(">H", 1006), KEY), FrameError, "illegal"),
        (encode_frame(Opcode.CLOSE, struct.pack(">H", 1000) + b"\xff", KEY), PayloadError, "UTF-8"),
    ],
)
def test_breaches(wire: bytes, error: type[FrameError], reason: str) -> None:
    with pytest.raises(error, match=reason) as caught:
        decode(wire)
    assert type(caught.value) is error
    assert is_legal_close_code(caught.value.close_code)


@pytest.mark.parametrize(
    "wire",
    [
        head(0x83, 0),
        head(0x82, LIMIT + 1),
        encode_frame(Opcode.TEXT, b"\xff", KEY),
        encode_frame(Opcode.TEXT, b"\xff" * 2 * LARGE, KEY)[:LARGE],
    ],
    ids=["opcode", "size", "text", "half a large text"],
)
def test_what_comes_after_a_breach_is_discarded(wire: bytes) -> None:
    decoder = FrameDecoder(LIMIT)
    with pytest.raises(FrameError) as caught:
        list(decoder.feed(wire))
    # Also while the error is kept, and with it what its frames knew.
    assert caught.value and not list(decoder.feed(encode_frame(Opcode.TEXT, b"late", KEY)))


def test_a_client_refuses_masked_frames() -> None:
    with pytest.raises(FrameError, match="masked"):
        decode(head(0x81, 0), masked=False)


def test_close_without_a_code() -> None:
    assert decode(encode_frame(Opcode.CLOSE, b"", KEY)) == [Close(1005, "")]


def test_long_reason_is_cut_at_a_character() -> None:
    (closed,) = decode(encode_close(1013, "é" * 100, KEY))
    assert closed == Close(1013, "é" * 61)


@given(st.binary(max_size=2000), st.binary(min_size=4, max_size=4))
def test_masking_is_its_own_inverse(payload: bytes, key: bytes) -> None:
    expected = bytes(byte ^ key[index % 4] for index, byte in enumerate(payload))
    assert mask(payload, key) == expected and mask(expected, key) == payload


def test_frames_are_built_once_and_large_payloads_not_copied() -> None:
    large = b"a" * LARGE
    message = Outgoing((Fragment(b"{}"), Fragment(large, True), Fragment(b"{}")))
    first = encode_message(message)
    assert encode_message(message) is first
    assert len(first) == 3 and isinstance(first[1], memoryview) and first[1].obj is large
