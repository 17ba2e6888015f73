"""Websockets at a real socket: who is let in, which session they show, who is refused how."""

import json
import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import websocket
from bokeh.document import Document
from bokeh.models import Div
from flask import Flask, g
from werkzeug.serving import WSGIRequestHandler, make_server

from hybridviz.core.tokens import make_token
from tests.web.conftest import FakeApp, Serve, broken

KEY = b"key"
SOON = 4_000_000_000
REQUEST = '{"msgid":"1","msgtype":"PULL-DOC-REQ"}'


class Quiet(WSGIRequestHandler):
    """Logs nothing."""

    def log(self, type: str, message: str, *args: object) -> None:
        pass


class Live:
    """A server on a free port.

    Args:
        app: the application.
    """

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
        self.host = f"127.0.0.1:{self._server.server_port}"
        self._opened: list[websocket.WebSocket] = []
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def connect(self, token: str, path: str = "/app/ws", **options: Any) -> websocket.WebSocket:
        """Open a websocket as a program does; ``options`` go to websocket-client."""
        options = {"subprotocols": ["bokeh", token], "suppress_origin": True} | options
        self._opened.append(websocket.WebSocket())
        self._opened[-1].settimeout(10)
        self._opened[-1].connect(f"ws://{self.host}{path}", **options)
        return self._opened[-1]

    def stop(self) -> None:
        for socket in self._opened:
            socket.shutdown()
        self.app.extensions["hybridviz"].close()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def live(serve: Serve) -> Iterator[Callable[..., Live]]:
    made: list[Live] = []

    def make(*apps: FakeApp, **settings: Any) -> Live:
        made.append(Live(serve(*apps, secret_key=KEY.decode(), **settings)))
        return made[-1]

    yield make
    for server in made:
        server.stop()


def pull(socket: websocket.WebSocket) -> dict[str, Any]:
    """Return the document that a new connection shows."""
    assert socket.getsubprotocol() == "bokeh"
    assert json.loads(socket.recv())["msgtype"] == "ACK"
    assert [socket.recv() for _ in range(2)] == ["{}", "{}"]
    for fragment in (REQUEST, "{}", "{}"):
        socket.send(fragment)
    assert json.loads(socket.recv())["msgtype"] == "PULL-DOC-REPLY"
    socket.recv()
    return dict(json.loads(socket.recv())["doc"])


def close_of(socket: websocket.WebSocket) -> tuple[int, str]:
    """Return code and reason of the close frame that comes next."""
    opcode, data = socket.recv_data()
    assert opcode == websocket.ABNF.OPCODE_CLOSE
    return int.from_bytes(data[:2], "big"), data[2:].decode()


def token(session_id: str = "abc", **payload: Any) -> str:
    return make_token(session_id, KEY, SOON, payload)


def fill(document: Document) -> None:
    context = document.session_context
    assert context is not None and context.request is not None
    document.add_root(Div(text=repr(context.request.arguments)))


def test_the_session_is_made_when_its_websocket_comes(live: Callable[..., Live]) -> None:
    fake = FakeApp(fill)
    socket = live(fake).connect(token(arguments={"a": [b"1"]}))
    (root,) = pull(socket)["roots"]
    assert root["attributes"]["text"] == "{'a': [b'1']}"


def test_two_websockets_of_one_session_share_it(live: Callable[..., Live]) -> None:
    fake = FakeApp(fill)
    server = live(fake)
    first, second = server.connect(token()), server.connect(token())
    assert pull(first) == pull(second)
    assert fake.runs == 1


@pytest.mark.parametrize("arguments", [5, [], {"a": 5}, {"a": ["text"]}])
def test_arguments_of_a_wrong_kind_are_left_out(live: Callable[..., Live], arguments: Any) -> None:
    fake = FakeApp(fill)
    socket = live(fake).connect(token(arguments=arguments))
    pull(socket)
    context = fake.documents[0].session_context
    assert context is not None and context.request is not None
    assert context.request.arguments in ({}, {"a": []})


def test_the_app_sees_no_token(live: Callable[..., Live]) -> None:
    fake = FakeApp(fill)
    socket = live(fake).connect(token(), header={"X-A": "1"}, cookie="session=s; color=red")
    pull(socket)
    context = fake.documents[0].session_context
    assert context is not None and context.request is not None
    assert context.request.headers["X-A"] == "1"
    assert token() not in str(context.request)
    assert context.request.cookies == {"color": "red"}


def test_the_request_is_over_before_the_connection(live: Callable[..., Live]) -> None:
    ended = threading.Event()
    server = live(FakeApp(fill))
    server.app.before_request(lambda: setattr(g, "held", True))
    server.app.teardown_request(lambda error: ended.set())
    socket = server.connect(token())
    pull(socket)
    assert ended.wait(10)
    for fragment in (REQUEST, "{}", "{}"):
        socket.send(fragment)
    assert json.loads(socket.recv())["msgtype"] == "PULL-DOC-REPLY"


def test_an_app_that_fails_behind_its_page_shows_that(
    live: Callable[..., Live], caplog: pytest.LogCaptureFixture
) -> None:
    fake = FakeApp(broken)
    server = live(fake)
    socket = server.connect(token())
    doc = pull(socket)
    assert "could not be loaded" in json.dumps(doc)
    assert "ZeroDivisionError: boom" in caplog.text
    assert server.app.extensions["hybridviz"].served["/app"].lazy_title() is None


def test_an_error_that_is_no_apps_closes_the_websocket(live: Callable[..., Live]) -> None:
    def fail(document: Document) -> None:
        raise RuntimeError("s3cret")

    socket = live(FakeApp(fail)).connect(token())
    assert close_of(socket) == (1011, "internal server error")


def test_the_end_of_the_server_closes_with_1001(live: Callable[..., Live]) -> None:
    ended = []
    fake = FakeApp(lambda document: document.on_session_destroyed(ended.append))
    server = live(fake)
    socket = server.connect(token())
    pull(socket)
    server.app.extensions["hybridviz"].close("good night")
    assert close_of(socket) == (1001, "good night")
    assert len(ended) == 1
    with pytest.raises(websocket.WebSocketBadStatusException, match="410"):
        server.connect(token())


OLD = make_token("abc", KEY, 1)


@pytest.mark.parametrize(
    ("given", "path"), [(OLD, "/app/ws"), (token(), "/app/ws?hybridviz-reconnect=1")]
)
def test_a_page_whose_session_is_gone_is_told_to_reload(
    live: Callable[..., Live], given: str, path: str
) -> None:
    fake = FakeApp(fill)
    code, reason = close_of(live(fake).connect(given, path))
    assert code == 4001 and reason.endswith("gone")
    assert fake.runs == 0


@pytest.mark.parametrize("path", ["/app/ws", "/app/ws?hybridviz-reconnect=1"])
def test_a_living_session_lets_old_tokens_in(live: Callable[..., Live], path: str) -> None:
    fake = FakeApp(fill)
    server = live(fake)
    first = server.connect(token())
    pull(first)
    late = server.connect(OLD, path)
    pull(late)
    assert fake.runs == 1


def test_a_program_on_this_machine_needs_no_signature(live: Callable[..., Live]) -> None:
    socket = live(FakeApp(fill)).connect(token().partition(".")[0])
    pull(socket)


def test_documents_have_their_websocket_at_the_root(live: Callable[..., Live]) -> None:
    socket = live(FakeApp(fill)).connect(token(), "/ws")
    assert pull(socket)["roots"] == []


UNSIGNED = token().partition(".")[0]
FOREIGN = {"suppress_origin": False}


@pytest.mark.parametrize(
    ("given", "path", "options", "status", "reason"),
    [
        (token(), "/nope/ws", {}, 404, "no app is served at /nope"),
        (token(), "/app/ws", {"host": "evil.com"}, 403, "host 'evil.com' is not allowed"),
        (token(), "/app/ws", FOREIGN | {"origin": "http://evil.com"}, 403, "origin"),
        (token(), "/app/ws", FOREIGN | {"origin": "null"}, 403, "origin 'null'"),
        (token(), "/app/ws", {"subprotocols": None}, 403, "subprotocol must be bokeh"),
        (token(), "/app/ws", {"subprotocols": ["chat"]}, 403, "subprotocol must be bokeh"),
        (token(), "/app/ws", {"subprotocols": ["bokeh"]}, 403, "bokeh and a token"),
        ("nonsense", "/app/ws", {}, 403, "malformed"),
        (make_token("abc", b"other", SOON), "/app/ws", {}, 403, "not signed with this server"),
        (UNSIGNED, "/app/ws", {"header": ["X-Forwarded-For: 1.2.3.4"]}, 403, "only from this"),
        (UNSIGNED, "/app/ws", FOREIGN, 403, "only from this machine"),
    ],
)
def test_refusals(
    live: Callable[..., Live],
    caplog: pytest.LogCaptureFixture,
    given: str,
    path: str,
    options: dict[str, Any],
    status: int,
    reason: str,
) -> None:
    fake = FakeApp(fill)
    server = live(fake, hosts=("127.0.0.1", "localhost") if "host" in options else ())
    with pytest.raises(websocket.WebSocketBadStatusException) as caught:
        server.connect(given, path, **options)
    assert caught.value.status_code == status
    assert reason in (caught.value.resp_body or b"").decode()
    (record,) = [r for r in caplog.records if r.name == "hybridviz.web"]
    assert record.levelno == logging.WARNING
    assert reason in record.getMessage() and given not in record.getMessage()
    assert fake.runs == 0


def test_an_ordinary_request_is_told_that_it_is_none(live: Callable[..., Live]) -> None:
    server = live(FakeApp(fill))
    assert server.app.test_client().get("/app/ws").status_code == 400


HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    "Sec-WebSocket-Protocol": f"bokeh, {token()}",
}


@pytest.mark.parametrize(
    ("changed", "environ", "reason"),
    [
        ({"Sec-WebSocket-Version": "8"}, {"werkzeug.socket": 1}, "version 13"),
        ({"Sec-WebSocket-Key": None}, {"werkzeug.socket": 1}, "version 13"),
        ({}, {}, "cannot open websockets"),
    ],
)
def test_handshakes_that_are_none(
    serve: Serve, changed: dict[str, Any], environ: dict[str, Any], reason: str
) -> None:
    headers = {name: value for name, value in (HANDSHAKE | changed).items() if value is not None}
    client = serve(FakeApp(fill)).test_client()
    response = client.get("/app/ws", headers=headers, environ_overrides=environ)
    assert response.status_code == 400
    assert reason in response.text
