"""The wire without I/O: which message may come when, what breaks it; and Bokeh reads the same."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from bokeh.document import Document
from bokeh.models import ColumnDataSource
from bokeh.protocol import Protocol
from hypothesis import given
from hypothesis import strategies as st

from hybridviz.core import messages, protocol
from hybridviz.core.changes import encode_document, pull_reply
from hybridviz.core.fragments import Fragment, Outgoing
from hybridviz.core.messages import MessageWriter
from hybridviz.core.protocol import (
    CLIENT_TABLE,
    SERVER_TABLE,
    ClientProtocol,
    Message,
    MessageReader,
    Patch,
    Pull,
    Push,
    ServerInfo,
    ServerProtocol,
    State,
)
from hybridviz.errors import MessageTooBig, ProtocolError

LIMIT = 1024 * 1024
KINDS = {kind for _, kind in (*SERVER_TABLE, *CLIENT_TABLE)} | {"NONSENSE"}
CONTENTS = {"PATCH-DOC": b'{"events":[]}', "PUSH-DOC": b'{"doc":{"roots":[]}}'}


@pytest.fixture
def writer() -> MessageWriter:
    return MessageWriter(iter(f"m{index}" for index in range(10_000)).__next__)


def feed_all(feed: Callable[[Fragment], Any], message: Outgoing) -> Any:
    results = [feed(fragment) for fragment in message.fragments]
    assert all(result is None for result in results[:-1])
    return results[-1]


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("end", [ServerProtocol, ClientProtocol])
def test_every_message_in_every_state(
    writer: MessageWriter, state: State, kind: str, end: type[Any]
) -> None:
    reader = end(LIMIT)
    reader.state = state
    message = writer.write(kind, CONTENTS.get(kind, b"{}"))
    following = end.table.get((state, kind))
    if following is None:
        with pytest.raises(ProtocolError, match="not expected"):
            feed_all(reader.feed, message)
        assert reader.state is state
    else:
        feed_all(reader.feed, message)
        assert reader.state is following


def test_commands(writer: MessageWriter) -> None:
    server = ServerProtocol(LIMIT)
    buffers = [("b1", b"\x00\x01")]
    found = [
        feed_all(server.feed, writer.write("SERVER-INFO-REQ")),
        feed_all(server.feed, writer.write("PULL-DOC-REQ")),
        feed_all(server.feed, writer.write("PATCH-DOC", b'{"events":[{"kind":"x"}]}', buffers)),
        feed_all(server.feed, writer.write("PUSH-DOC", b'{"doc":{"roots":[]}}')),
        feed_all(server.feed, writer.write("OK", reqid="x")),
    ]
    assert found == [
        ServerInfo("m0"),
        Pull("m1"),
        Patch("m2", [{"kind": "x"}], {"b1": b"\x00\x01"}),
        Push("m3", {"roots": []}, {}),
        None,
    ]


@given(
    st.text(min_size=1),
    st.dictionaries(st.text(min_size=1), st.binary(), max_size=4),
    st.none() | st.text(),
)
def test_what_is_written_is_read(kind: str, buffers: dict[str, bytes], reqid: str | None) -> None:
    written = MessageWriter(lambda: "id").write(kind, b'{"a":[1]}', list(buffers.items()), reqid)
    message = feed_all(MessageReader(LIMIT).feed, written)
    assert message == Message(kind, "id", reqid, len(buffers), {"a": [1]}, buffers)


def test_bokeh_reads_what_is_written(writer: MessageWriter) -> None:
    document = Document()
    document.add_root(ColumnDataSource({"x": [1.0]}))
    for message in (
        messages.ack(writer),
        messages.ok(writer, "r"),
        messages.error(writer, "r", "text"),
        messages.server_info(writer, "r", "3.9"),
        pull_reply(encode_document(document, writer.new_id, inline=False), writer, "r"),
    ):
        header, metadata, content = (bytes(f.payload).decode() for f in message.fragments[:3])
        read = Protocol().assemble(header, metadata, content)
        assert read.header["msgid"].startswith("m")
        assert read.header["msgtype"] == json.loads(header)["msgtype"]


def test_what_bokeh_writes_is_read() -> None:
    pull = Protocol().create("PULL-DOC-REQ")
    server = ServerProtocol(LIMIT)
    for text in (pull.header_json, pull.metadata_json):
        assert server.feed(Fragment(text.encode())) is None
    assert server.feed(Fragment(pull.content_json.encode())) == Pull(pull.header["msgid"])


HEADER = b'{"msgid":"a","msgtype":"PATCH-DOC"}'


@pytest.mark.parametrize(
    ("fragments", "reason"),
    [
        ([b"garbage"], "header is not JSON"),
        ([b"[]"], "header is not a JSON object"),
        ([b"{}"], "msgtype must be text"),
        ([b'{"msgtype":"OK"}'], "msgid must be text"),
        ([b'{"msgid":1,"msgtype":"OK"}'], "msgid must be text"),
        ([b'{"msgid":"a","msgtype":"OK","reqid":1}'], "reqid must be text"),
        ([b'{"msgid":"a","msgtype":"OK","num_buffers":-1}'], "num_buffers"),
        ([b'{"msgid":"a","msgtype":"OK","num_buffers":true}'], "num_buffers"),
        ([b'{"msgid":"a","msgtype":"OK","num_buffers":1000000}'], "num_buffers"),
        ([HEADER, b"no"], "metadata is not JSON"),
        ([HEADER, b"{}", b"[" * 100_000], "content is not JSON"),
        ([HEADER, b"{}", b"\xff"], "content is not JSON"),
        ([HEADER, b"{}", b"{}"], "list of events"),
        ([HEADER, b"{}", b'{"events":[1]}'], "list of events"),
        ([b'{"msgid":"a","msgtype":"PUSH-DOC"}', b"{}", b"{}"], "list of roots"),
    ],
)
def test_breaches(fragments: Sequence[bytes], reason: str) -> None:
    server = ServerProtocol(LIMIT)
    with pytest.raises(ProtocolError, match=reason):
        for payload in fragments:
            server.feed(Fragment(payload))


def test_text_and_binary_must_alternate_as_announced() -> None:
    header = b'{"msgid":"a","msgtype":"OK","num_buffers":1}'
    with pytest.raises(ProtocolError, match="text fragment is due"):
        ServerProtocol(LIMIT).feed(Fragment(b"{}", binary=True))
    server = ServerProtocol(LIMIT)
    for payload in (header, b"{}", b"{}", b'{"id":"b"}'):
        server.feed(Fragment(payload))
    assert server.partial
    with pytest.raises(ProtocolError, match="binary fragment is due"):
        server.feed(Fragment(b"text"))


def test_a_message_has_a_limit() -> None:
    reader = MessageReader(100)
    with pytest.raises(MessageTooBig, match="100 bytes"):
        reader.feed(Fragment(b" " * 101))
    assert protocol.MESSAGE_FACTOR > 1
