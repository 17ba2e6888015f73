"""Bad input at the real socket, over both transports: what each is answered, that one line of the
log tells it, and that a bystander in another session notices nothing.
"""

import base64
import json
import os
import re
import struct
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from hybridviz.core.tokens import make_token
from hybridviz.ws.frames import is_legal_close_code
from tests.interop.wire import Refused, Wire, head, page_token, set_value
from tests.servers import Server

HEADER = '{"msgid":"a","msgtype":"PATCH-DOC"}'
MIB = 1024 * 1024

Ids = dict[str, str]
Send = Callable[[Wire, Ids], Any]


def patch_text(content: str) -> Send:
    return lambda wire, ids: wire.text(HEADER, "{}", content)


# What is sent, the close code, and a part of the reason.
CLOSED: dict[str, tuple[Send, int, str]] = {
    "garbage text": (lambda w, i: w.text("garbage"), 1002, "not JSON"),
    "JSON that is no object": (lambda w, i: w.text("[1]"), 1002, "not a JSON object"),
    "binary where text is due": (lambda w, i: w.frame(2, b"{}"), 1002, "text fragment is due"),
    "text where binary is due": (
        lambda w, i: w.text(HEADER[:-1] + ',"num_buffers":1}', "{}", "{}", '{"id":"b"}', "text"),
        1002,
        "binary fragment is due",
    ),
    "content before header": (lambda w, i: w.text('{"events":[]}'), 1002, "msgtype must be text"),
    "fragments out of order": (
        lambda w, i: w.raw(head(0x80, 2) + b"abcd"),
        1002,
        "out of order",
    ),
    "new message inside a fragmented one": (
        lambda w, i: w.raw((head(0x01, 1) + b"a") * 2),
        1002,
        "out of order",
    ),
    "header without msgid": (lambda w, i: w.text('{"msgtype":"OK"}'), 1002, "msgid"),
    "header without msgtype": (lambda w, i: w.text('{"msgid":"a"}'), 1002, "msgtype"),
    "header with a wrong msgid": (lambda w, i: w.text('{"msgid":1,"msgtype":"OK"}'), 1002, "msgid"),
    "header with negative num_buffers": (
        lambda w, i: w.text('{"msgid":"a","msgtype":"OK","num_buffers":-1}'),
        1002,
        "num_buffers",
    ),
    "header with a billion buffers": (
        lambda w, i: w.text('{"msgid":"a","msgtype":"OK","num_buffers":1000000000}'),
        1002,
        "num_buffers",
    ),
    "unknown message type": (lambda w, i: w.message("FROBNICATE"), 1002, "FROBNICATE"),
    "message of a server": (lambda w, i: w.message("PULL-DOC-REPLY"), 1002, "PULL-DOC-REPLY"),
    "patch without events": (patch_text("{}"), 1002, "events"),
    "push without a document": (lambda w, i: w.message("PUSH-DOC"), 1002, "doc"),
    "message of 21 MiB": (
        lambda w, i: w.raw(head(0x81, 21 * MIB) + b"a" * 21 * MIB),
        1009,
        "message is over",
    ),
    "fragments of 21 MiB": (
        lambda w, i: w.raw((head(0x01, 11 * MIB) + b"a" * 11 * MIB) + head(0x80, 11 * MIB)),
        1009,
        "message is over",
    ),
    "invalid UTF-8": (lambda w, i: w.text(b"\xff\xfe"), 1007, "UTF-8"),
    "unmasked frame": (lambda w, i: w.raw(b"\x81\x02{}"), 1002, "masked"),
    "reserved bits": (lambda w, i: w.raw(head(0xC1, 2) + b"ab"), 1002, "reserved"),
    "reserved opcode": (lambda w, i: w.raw(head(0x83, 2) + b"ab"), 1002, "opcode"),
    "long control frame": (lambda w, i: w.raw(head(0x89, 126)), 1002, "control"),
    "illegal close code": (lambda w, i: w.frame(8, struct.pack(">H", 1005)), 1002, "close code"),
    "JSON nested 100,000 deep": (patch_text("[" * 100_000), 1002, "not JSON"),
}

# What is sent, and a part of the text of the ERROR that answers it; the socket stays open.
ERRORS: dict[str, tuple[Callable[[Ids], list[dict[str, Any]]], str]] = {
    "unknown kind of event": (lambda i: [{"kind": "Frob"}], "unknown kind"),
    "event without its model": (lambda i: [{"kind": "ModelChanged"}], "model"),
    "unknown model id": (lambda i: [set_value("p0", 1)], "unknown model"),
    "model id that is no text": (lambda i: [set_value(["p0"], 1)], "event 0"),  # type: ignore
    "unknown property": (lambda i: [set_value(i["slider"], 1, "frob")], "no property"),
    "method for a property": (lambda i: [set_value(i["slider"], 1, "trigger")], "no property"),
    "value of a wrong type": (lambda i: [set_value(i["slider"], "text")], "expected a value"),
    "reference to a missing model": (
        lambda i: [set_value(i["box"], [{"id": "p0"}], "children")],
        "unknown model",
    ),
    "bad event behind a good one": (
        lambda i: [set_value(i["slider"], 999), set_value(i["slider"], "text")],
        "event 1",
    ),
    "stream of wrong columns": (
        lambda i: [
            {"kind": "ColumnsStreamed", "model": {"id": i["source"]}, "attr": "data", "data": {}}
        ],
        "columns",
    ),
    "patch out of bounds": (
        lambda i: [
            {
                "kind": "ColumnsPatched",
                "model": {"id": i["source"]},
                "attr": "data",
                "patches": {"x": [[99, 1.0]]},
            }
        ],
        "out of bounds",
    ),
    "missing buffer": (
        lambda i: [set_value(i["label"], {"type": "bytes", "data": {"id": "b"}}, "text")],
        "event 0",
    ),
    "unknown class": (
        lambda i: [
            set_value(i["box"], [{"type": "object", "name": "Frob", "id": "q"}], "children")
        ],
        "event 0",
    ),
    "value nested 900 deep": (
        lambda i: [set_value(i["label"], json.loads("[" * 900 + "]" * 900), "text")],
        "event 0",
    ),
}


def token_with(**claims: Any) -> str:
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return body + "." + "A" * 43


def key_of(server: Server) -> bytes:
    return (server.directory / "data" / "secret_key").read_bytes().strip()


# What is other than in a good handshake, and a part of the reason.
REFUSED: dict[str, tuple[Callable[[Server], dict[str, Any]], str]] = {
    "no token": (lambda s: {"headers": {"Sec-WebSocket-Protocol": "bokeh"}}, "token"),
    "empty token": (lambda s: {"headers": {"Sec-WebSocket-Protocol": "bokeh, "}}, "token"),
    "malformed token": (lambda s: {"token": "!!!"}, "malformed"),
    "forged token": (
        lambda s: {"token": token_with(session_id="x", session_expiry=2**31)},
        "not signed",
    ),
    "foreign token": (
        lambda s: {"token": make_token("x", b"another server's key", time.time() + 60)},
        "not signed",
    ),
    "token without signature from a browser": (
        lambda s: {"token": token_with(session_id="x", session_expiry=2**31).split(".")[0]},
        "signature",
    ),
    "expired token": (
        lambda s: {"token": make_token("x", key_of(s), time.time() - 1)},
        "expired",
    ),
    "origin with our host as prefix": (
        lambda s: {"headers": {"Origin": f"http://127.0.0.1:{s.port}.evil.com"}},
        "origin",
    ),
    "origin with our host as suffix": (
        lambda s: {"headers": {"Origin": f"http://evil127.0.0.1:{s.port}"}},
        "origin",
    ),
    "origin on another port": (lambda s: {"headers": {"Origin": "http://127.0.0.1:1"}}, "origin"),
    "origin null": (lambda s: {"headers": {"Origin": "null"}}, "origin"),
    "wrong subprotocol": (
        lambda s: {"headers": {"Sec-WebSocket-Protocol": "soap, x"}},
        "subprotocol",
    ),
    "unknown app": (lambda s: {"path": "/nowhere/ws"}, "no app"),
}


@pytest.fixture(scope="module")
def bystander(server: Server) -> Iterator["Bystander"]:
    with Bystander(server.url + "/slider") as bystander:
        yield bystander


class Bystander(Wire):
    """A well-behaved client in a session of its own."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.reply()
        self.ids = self.pull()
        self.value = 0

    def check(self) -> None:
        """Drag the slider and see what its callback does, within a second."""
        self.value += 1
        self.socket.settimeout(1.0)
        self.patch(set_value(self.ids["slider"], self.value))
        while True:
            _, content = self.reply()
            if any(event.get("new") == f"{self.value}" for event in content.get("events", ())):
                return


def opened(server: Server) -> tuple[Wire, Ids]:
    wire = Wire(server.url + "/slider")
    wire.reply()
    return wire, wire.pull()


@pytest.fixture
def log_since(server: Server) -> Callable[[], str]:
    """Tell what the server has logged since the test began."""
    start = len(server.log)
    return lambda: server.log[start:]


def warnings_in(log: str) -> list[str]:
    return [line for line in log.splitlines() if re.search(r"WARNING|ERROR", line)]


@pytest.mark.parametrize("name", CLOSED)
def test_breach_closes(
    server: Server, bystander: Bystander, log_since: Callable[[], str], name: str
) -> None:
    send, code, reason = CLOSED[name]
    wire, ids = opened(server)
    with wire:
        send(wire, ids)
        closed = wire.close_frame()
    bystander.check()
    assert (closed.code, reason in closed.reason) == (code, True), closed
    assert is_legal_close_code(closed.code)
    assert len(warnings_in(log_since())) == 1, log_since()
    assert "Traceback" not in log_since()


@pytest.mark.parametrize("name", ERRORS)
def test_bad_patch_is_answered(
    server: Server, bystander: Bystander, log_since: Callable[[], str], name: str
) -> None:
    make, text = ERRORS[name]
    wire, ids = opened(server)
    with wire:
        kind, content = wire.reply_to(wire.patch(*make(ids)))
        assert (kind, text in content["text"]) == ("ERROR", True), content
        assert content["traceback"] is None
        # Nothing of it was applied, and the socket is as good as before.
        kind, content = wire.reply_to(wire.message("PULL-DOC-REQ"))
        assert kind == "PULL-DOC-REPLY" and "999" not in json.dumps(content)
        assert wire.reply_to(wire.patch(set_value(ids["slider"], 5)))[0] == "OK"
    bystander.check()
    assert "Traceback" not in log_since()


def test_patch_for_a_removed_model_is_a_race(server: Server, bystander: Bystander) -> None:
    wire, ids = opened(server)
    with wire:
        click = {"event_name": "button_click", "event_values": {"model": {"id": ids["button"]}}}
        event = {"type": "event", "name": "button_click", "values": click["event_values"]}
        sent = {"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": event}
        assert wire.reply_to(wire.patch(sent))[0] == "OK"
        assert wire.reply_to(wire.patch(set_value(ids["spare"], "late", "text")))[0] == "OK"
    bystander.check()


def test_half_a_frame_then_silence(impatient_server: Server) -> None:
    wire, _ = opened(impatient_server)
    with wire:
        wire.raw(head(0x81, 100) + b"half")
        closed = wire.close_frame()
    assert closed.code == 1002 and "ping" in closed.reason
    impatient_server.stop()
    assert impatient_server.log.count("the peer is silent") == 1


@pytest.mark.parametrize("name", REFUSED)
def test_handshake_is_refused(
    server: Server, bystander: Bystander, log_since: Callable[[], str], name: str
) -> None:
    make, reason = REFUSED[name]
    try:
        with Wire(server.url + "/slider", **make(server)) as wire:
            closed = wire.close_frame()
            assert closed.code in (1008, 4001) and reason in closed.reason, closed
    except Refused as refused:
        assert refused.status in (403, 404) and reason in refused.text, refused
    bystander.check()
    assert len(warnings_in(log_since())) == 1, log_since()
    assert "Traceback" not in log_since()


def test_origin_is_compared_without_case(server: Server) -> None:
    with Wire(
        server.url + "/slider", headers={"Origin": f"HTTP://127.0.0.1:{server.port}"}
    ) as wire:
        assert wire.reply()[0]["msgtype"] == "ACK"


def test_expired_token_of_a_living_session_is_let_in(server: Server) -> None:
    url = server.url + "/slider"
    with Wire(url, token=make_token("living", key_of(server), time.time() + 60)) as first:
        first.reply()
        with Wire(url, token=make_token("living", key_of(server), time.time() - 60)) as late:
            assert late.reply()[0]["msgtype"] == "ACK"


@pytest.mark.parametrize(
    "path",
    [
        "/static/../../../../etc/passwd",
        "/static/js/../../../../../../etc/passwd",
        "/static/%2e%2e/%2e%2e/etc/passwd",
        "/static//etc/passwd",
        "/_hybridviz/../../setup.py",
    ],
)
def test_static_files_stay_in_their_folder(server: Server, path: str) -> None:
    request = requests.Request("GET", server.url).prepare()
    request.url = server.url + path
    answer = requests.Session().send(request, timeout=10)
    assert answer.status_code == 404


def test_memory_stays_flat(server: Server, bystander: Bystander, soak: bool) -> None:
    """Attempts of all kinds leave nothing behind; sessions they opened expire in their own time."""
    token = page_token(server.url + "/slider?bokeh-session-id=shared")
    url = server.url + "/slider"

    def attempts(count: int) -> None:
        kinds = list(CLOSED.values())
        for index in range(count):
            send, _, _ = kinds[index % len(kinds)]
            with Wire(url, token=token) as wire:
                send(wire, {})
                wire.close_frame()

    attempts(100)
    before = resident(server)
    attempts(2000 if soak else 200)
    bystander.check()
    assert resident(server) - before < 5 * MIB


def resident(server: Server) -> int:
    """Return the resident memory of a server and its children, in bytes."""
    page = os.sysconf("SC_PAGE_SIZE")
    return sum(
        int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * page for pid in server.processes()
    )
