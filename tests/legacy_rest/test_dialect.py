"""Clients of Bokeh 0.11 on a real server, by the frames that they send."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests
import websocket

from hybridviz.client import pull_session
from tests.client.conftest import until
from tests.legacy_rest.conftest import ref, small, spec
from tests.servers import Server

SLIDER = Path(__file__).parent.parent / "interop" / "apps" / "slider.py"
Json = dict[str, Any]


class OldSocket:
    """The websocket of a client of Bokeh 0.11.

    Args:
        server: the server.
        ident: id of the session.
        path: of the app.
        headers: further ones of the handshake.
    """

    def __init__(
        self, server: Server, ident: str, path: str = "", headers: tuple[str, ...] = ()
    ) -> None:
        query = f"bokeh-protocol-version=1.0&bokeh-session-id={ident}"
        url = f"ws://127.0.0.1:{server.port}{path}/ws?{query}"
        self.socket = websocket.WebSocket()
        self.socket.settimeout(20)
        try:
            self.socket.connect(url, suppress_origin=True, header=list(headers))
        except websocket.WebSocketException:
            self.socket.shutdown()
            raise

    def receive(self) -> tuple[Json, Json]:
        """Return header and content of the next message."""
        header, _, content = (json.loads(self.socket.recv()) for _ in range(3))
        return header, content

    def hear(self, kind: str) -> Json:
        """Return the next event of a kind that a patch tells."""
        while True:
            header, content = self.receive()
            assert header["msgtype"] == "PATCH-DOC"
            found = [event for event in content["events"] if event["kind"] == kind]
            if found:
                return dict(found[0])

    def send(self, kind: str, content: Any) -> str:
        """Send a message; return its id."""
        ident = str(uuid4())
        for part in ({"msgid": ident, "msgtype": kind}, {}, content):
            self.socket.send(json.dumps(part))
        return ident

    def ask(self, kind: str, content: Any) -> tuple[str, Json]:
        """Send a message; return type and content of its answer."""
        request = self.send(kind, content)
        while True:
            header, answer = self.receive()
            if header.get("reqid") == request:
                return header["msgtype"], answer


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server("serve", [SLIDER], tmp_path_factory.mktemp("dialect"))
    yield server
    server.kill()


@pytest.fixture
def join(server: Server) -> Iterator[Callable[..., OldSocket]]:
    opened: list[OldSocket] = []

    def call(ident: str, **options: Any) -> OldSocket:
        opened.append(OldSocket(server, ident, **options))
        assert opened[-1].receive()[0]["msgtype"] == "ACK"
        return opened[-1]

    yield call
    for client in opened:
        client.socket.close()
        client.socket.shutdown()  # which close() leaves out once the server has closed


def pushed(roots: list[str] | None = None) -> Json:
    references = [
        {**model, "attributes": {k: v for k, v in model["attributes"].items() if k != "doc"}}
        for model in small()
    ]
    doc = {"root_ids": roots or ["plot", "slider"], "references": references}
    return {"doc": {"version": "0.11.1", "title": "Old", "roots": doc}}


def changed(ident: str, attr: str, new: Any, kind: str = "Slider") -> Json:
    event = {"kind": "ModelChanged", "model": ref(kind, ident), "attr": attr, "new": new}
    return {"events": [event], "references": []}


@pytest.fixture
def ident() -> str:
    return str(uuid4())


def test_a_document_is_pushed_and_pulled_back(join: Callable[..., OldSocket], ident: str) -> None:
    client = join(ident)
    assert client.ask("SERVER-INFO-REQ", {})[1]["version_info"]["server"] == "0.11.1"
    assert client.ask("PULL-DOC-REQ", {})[1]["doc"]["roots"]["root_ids"] == []
    assert client.ask("PUSH-DOC", pushed()) == ("OK", {})
    kind, content = join(ident).ask("PULL-DOC-REQ", {})
    assert kind == "PULL-DOC-REPLY"
    roots = content["doc"]["roots"]
    assert (content["doc"]["title"], roots["root_ids"]) == ("Old", ["plot", "slider"])
    assert {model["id"] for model in roots["references"]} == {m["id"] for m in small()}
    assert all("doc" not in model["attributes"] for model in roots["references"])


def test_todays_viewers_and_old_clients_see_each_others_changes(
    join: Callable[..., OldSocket], server: Server, ident: str
) -> None:
    client, other = join(ident), join(ident)
    client.ask("PUSH-DOC", pushed())
    with pull_session(ident, server.url) as session:
        assert session.document is not None
        slider: Any = session.document.get_model_by_name("slider")
        source: Any = session.document.get_model_by_name("source")
        assert session.document.title == "Old"
        assert client.ask("PATCH-DOC", changed("slider", "value", 6))[0] == "OK"
        until(lambda: slider.value == 6)
        assert other.hear("ModelChanged")["new"] == 6
        stream = {
            "kind": "ColumnsStreamed",
            "column_source": ref("ColumnDataSource", "source"),
            "data": {"x": [4], "y": [7]},
            "rollover": 2,
        }
        client.ask("PATCH-DOC", {"events": [stream], "references": []})
        until(lambda: list(source.data["x"]) == [3, 4])
        slider.value = 9
        assert [client.hear("ModelChanged")] == changed("slider", "value", 9)["events"]


def test_roots_and_titles(join: Callable[..., OldSocket], server: Server, ident: str) -> None:
    client = join(ident)
    client.ask("PUSH-DOC", pushed(["plot"]))
    with pull_session(ident, server.url) as session:
        patch = {
            "events": [
                {"kind": "RootAdded", "model": ref("Div", "new")},
                {"kind": "RootRemoved", "model": ref("Plot", "plot")},
                {"kind": "TitleChanged", "title": "Newer"},
            ],
            "references": [spec("Paragraph", "new", text="hello")],
        }
        assert client.ask("PATCH-DOC", patch)[0] == "OK"
        document: Any = session.document
        until(lambda: document.title == "Newer" and len(document.roots) == 1)
        assert document.roots[0].text == "hello"


def test_pushing_again_replaces_what_viewers_see(
    join: Callable[..., OldSocket], server: Server, ident: str
) -> None:
    client = join(ident)
    client.ask("PUSH-DOC", pushed())
    with pull_session(ident, server.url) as session:
        document: Any = session.document
        assert client.ask("PUSH-DOC", pushed(["slider"]))[0] == "OK"
        until(lambda: [root.id for root in document.roots] == ["slider"])


def test_what_was_pushed_is_removed_until_it_is_pushed_again(
    join: Callable[..., OldSocket], server: Server, ident: str
) -> None:
    client = join(ident)
    client.ask("PUSH-DOC", pushed())
    assert f"/bokeh/doc/{ident}/remove" in requests.get(f"{server.url}/bokeh/", timeout=30).text
    requests.delete(f"{server.url}/bokeh/doc/{ident}/", timeout=30).raise_for_status()
    kind, error = client.ask("PATCH-DOC", changed("slider", "value", 6))
    assert (kind, "push it again" in error["text"]) == ("ERROR", True)
    assert client.ask("PULL-DOC-REQ", {})[1]["doc"]["roots"]["root_ids"] == []
    assert client.ask("PUSH-DOC", pushed()) == ("OK", {})
    assert client.ask("PATCH-DOC", changed("slider", "value", 6)) == ("OK", {})


def test_who_looks_before_anything_is_pushed_sees_it_then(
    join: Callable[..., OldSocket], server: Server, ident: str
) -> None:
    with pull_session(ident, server.url) as session:
        document: Any = session.document
        assert document.roots == []
        client = join(ident)
        assert client.ask("PUSH-DOC", pushed())[0] == "OK"
        until(lambda: document.get_model_by_name("slider") is not None)
        assert [root.id for root in document.roots] == ["plot", "slider"]
        document.get_model_by_name("slider").value = 5
        assert client.hear("ModelChanged")["new"] == 5


@pytest.mark.parametrize(
    ("kind", "content", "reason"),
    [
        ("PUSH-DOC", {}, "a document has roots"),
        ("PUSH-DOC", {"doc": {"roots": {"root_ids": 1, "references": 2}}}, "are lists"),
        ("PUSH-DOC", {"doc": {"roots": {"root_ids": [], "references": [1]}}}, "a model is"),
        ("PATCH-DOC", {}, "a patch has a list of events"),
        ("PATCH-DOC", {"events": []}, "one of references"),
        ("PATCH-DOC", {"events": [{}], "references": []}, "the event is incomplete"),
        ("PATCH-DOC", {"events": [7], "references": []}, "the event is incomplete"),
        ("PATCH-DOC", {"events": [{"kind": "Boom"}], "references": []}, "no event 'Boom'"),
        ("PATCH-DOC", changed("none", "value", 1), "there is no model 'none'"),
    ],
)
def test_what_is_refused_is_answered_and_changes_nothing(
    join: Callable[..., OldSocket], ident: str, kind: str, content: Any, reason: str
) -> None:
    client = join(ident)
    client.ask("PUSH-DOC", pushed())
    before = client.ask("PULL-DOC-REQ", {})
    answer, error = client.ask(kind, content)
    assert answer == "ERROR"
    assert reason in error["text"]
    assert client.ask("PULL-DOC-REQ", {}) == before


def test_unknown_messages_end_the_connection(join: Callable[..., OldSocket], ident: str) -> None:
    client = join(ident)
    client.send("DANCE", {})
    opcode, data = client.socket.recv_data()
    assert opcode == websocket.ABNF.OPCODE_CLOSE
    assert b"DANCE" in data


@pytest.mark.parametrize(
    ("ident", "path", "headers"),
    [
        ("", "", ()),
        ("x" * 300, "", ()),
        ("x", "/nothing", ()),
        ("x", "", ("Origin: http://evil.example",)),
    ],
)
def test_who_is_turned_away(
    server: Server, ident: str, path: str, headers: tuple[str, ...]
) -> None:
    try:
        client = OldSocket(server, ident, path, headers)
    except websocket.WebSocketBadStatusException:
        return
    opcode, _ = client.socket.recv_data()
    client.socket.shutdown()
    assert opcode == websocket.ABNF.OPCODE_CLOSE


def test_a_stranger_may_read_and_not_write(join: Callable[..., OldSocket], ident: str) -> None:
    join(ident).ask("PUSH-DOC", pushed())
    stranger = join(ident, headers=("X-Forwarded-For: 203.0.113.9",))
    assert stranger.ask("PULL-DOC-REQ", {})[0] == "PULL-DOC-REPLY"
    kind, error = stranger.ask("PATCH-DOC", changed("slider", "value", 1))
    assert (kind, "upload token" in error["text"]) == ("ERROR", True)


def test_clients_of_later_versions_are_told_what_to_do(
    join: Callable[..., OldSocket], ident: str
) -> None:
    client = join(ident)  # those up to 1.4 shake hands in the same way
    content = pushed()
    content["doc"]["version"] = "0.12.16"
    kind, error = client.ask("PUSH-DOC", content)
    assert kind == "ERROR"
    assert "not of 0.12.16: run the script by 'hybridviz run'" in error["text"]
    assert client.ask("PULL-DOC-REQ", {})[1]["doc"]["roots"]["root_ids"] == []


def test_a_message_may_come_in_many_frames(join: Callable[..., OldSocket], ident: str) -> None:
    client = join(ident)
    content = json.dumps(pushed())
    for part in (json.dumps({"msgid": "1", "msgtype": "PUSH-DOC"}), "{}", content):
        pieces = [part[start : start + 500] for start in range(0, len(part), 500)]
        for number, piece in enumerate(pieces):
            opcode = websocket.ABNF.OPCODE_TEXT if number == 0 else websocket.ABNF.OPCODE_CONT
            last = int(number == len(pieces) - 1)
            client.socket.send_frame(websocket.ABNF(last, 0, 0, 0, opcode, 1, piece.encode()))
    while client.receive()[0]["msgtype"] != "OK":
        continue
    assert len(client.ask("PULL-DOC-REQ", {})[1]["doc"]["roots"]["root_ids"]) == 2


def test_sessions_of_apps_speak_old_names(
    join: Callable[..., OldSocket], server: Server, ident: str
) -> None:
    client, other = join(ident, path="/slider"), join(ident, path="/slider")
    other.ask("PULL-DOC-REQ", {})
    roots = client.ask("PULL-DOC-REQ", {})[1]["doc"]["roots"]
    models = {m["attributes"].get("name", m["type"]): m for m in roots["references"]}
    assert {model["type"] for model in models.values()} == {
        "VBox",
        "Slider",
        "Paragraph",
        "Button",
    }
    slider, label = models["slider"]["id"], models["label"]["id"]
    assert client.ask("PATCH-DOC", changed(slider, "value", 6))[0] == "OK"
    told = other.hear("ModelChanged"), other.hear("ModelChanged")
    assert {(event["model"]["id"], event["new"]) for event in told} == {(slider, 6), (label, "6")}
    with pull_session(ident, f"{server.url}/slider") as session:
        today: Any = session.document
        assert today.get_model_by_name("slider").value == 6
        today.title = "Renamed"
        assert client.hear("TitleChanged")["title"] == "Renamed"
        today.get_model_by_name("slider").value = 8
        assert client.hear("ModelChanged")["new"] in (8, "8")
    click = changed(models["button"]["id"], "clicks", 1, "Button")
    assert client.ask("PATCH-DOC", click)[0] == "OK"
    children = next(event for event in iter(lambda: other.hear("ModelChanged"), None))
    while children["attr"] != "children":
        children = other.hear("ModelChanged")
    assert len(children["new"]) == 3  # the app's callback has removed one of four


def test_an_app_at_the_root_is_an_app(tmp_path: Path, ident: str) -> None:
    server = Server("serve", [f"/={SLIDER}"], tmp_path)
    try:
        client = OldSocket(server, ident)
        assert client.receive()[0]["msgtype"] == "ACK"
        roots = client.ask("PULL-DOC-REQ", {})[1]["doc"]["roots"]
        assert "Slider" in {model["type"] for model in roots["references"]}
        client.socket.close()
    finally:
        server.kill()


def test_roots_that_old_clients_add_to_apps(join: Callable[..., OldSocket], ident: str) -> None:
    client = join(ident, path="/slider")
    before = client.ask("PULL-DOC-REQ", {})[1]["doc"]["roots"]["root_ids"]
    patch = {
        "events": [{"kind": "RootAdded", "model": ref("Paragraph", "new")}],
        "references": [spec("Paragraph", "new", text="hello")],
    }
    assert client.ask("PATCH-DOC", patch)[0] == "OK"
    roots = client.ask("PULL-DOC-REQ", {})[1]["doc"]["roots"]
    assert roots["root_ids"] == [*before, "new"]
    assert client.ask("PUSH-DOC", pushed())[0] == "ERROR"
    assert client.ask("PATCH-DOC", changed("none", "value", 1))[0] == "ERROR"
