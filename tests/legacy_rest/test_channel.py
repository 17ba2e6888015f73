"""The push channel of Bokeh 0.10 on a real server: topics, keys, what is told, and slow ones."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import websocket

from hybridviz.client import pull_session
from hybridviz.legacy_rest.windows import Window
from tests.client.conftest import until
from tests.legacy_rest.conftest import spec
from tests.legacy_rest.test_routes import Old
from tests.servers import Server

Json = dict[str, Any]


class Listener:
    """A client of the push channel.

    Args:
        server: the server.
        headers: of the handshake.
    """

    def __init__(self, server: Server, **headers: str) -> None:
        self.socket = websocket.WebSocket()
        self.socket.settimeout(20)
        self.socket.connect(f"ws://127.0.0.1:{server.port}/bokeh/sub", header=headers)

    def subscribe(self, topic: str, key: str | None = None) -> Json:
        """Subscribe; return the answer."""
        message = {"msgtype": "subscribe", "topic": topic, "auth": key}
        self.socket.send(json.dumps(message))
        return self.hear(topic)

    def hear(self, topic: str) -> Json:
        """Return the next message, which is of a topic."""
        text = self.socket.recv()
        assert isinstance(text, str) and text.startswith(f"{topic}:")
        found: Json = json.loads(text.removeprefix(f"{topic}:"))
        return found


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server("serve", [], tmp_path_factory.mktemp("channel"))
    yield server
    server.kill()


@pytest.fixture
def old(server: Server) -> Old:
    return Old(server)


@pytest.fixture
def listener(server: Server) -> Iterator[Listener]:
    listener = Listener(server, Origin="http://other.example")
    yield listener
    listener.socket.close()


def keys(old: Old) -> tuple[str, str]:
    key = old("GET", f"/bokeh/getdocapikey/{old.id}").json()["apikey"]
    return key, old("GET", f"/bokeh/bokehinfo/{old.id}/").json()["apikey"]


def test_changes_are_told_to_who_has_a_key(old: Old, listener: Listener) -> None:
    old.show()
    topic = f"bokehplot:{old.id}"
    for key in keys(old):
        answer = listener.subscribe(topic, key)
        assert answer["msgtype"] == "status"
        assert answer["status"][:2] == ["subscribesuccess", topic]
    old.push(spec("Slider", "slider", value=5))
    told = listener.hear(topic)
    assert told["msgtype"] == "modelpush"
    assert [(m["id"], m["attributes"]["value"]) for m in told["modelspecs"]] == [("slider", 5)]
    for method in ("PUT", "PATCH"):
        old(method, f"/bokeh/bb/{old.id}/Slider/slider/", {"title": method})
        (model,) = listener.hear(topic)["modelspecs"]
        assert model["attributes"]["title"] == method


def test_what_a_browser_changes_is_told(old: Old, listener: Listener) -> None:
    old.show()
    topic = f"bokehplot:{old.id}"
    listener.subscribe(topic, keys(old)[0])
    with pull_session(old.id, old.url) as session:
        assert session.document is not None
        slider: Any = session.document.get_model_by_name("slider")
        slider.value = 7
        (model,) = listener.hear(topic)["modelspecs"]
        assert (model["id"], model["attributes"]["value"]) == ("slider", 7)


def test_users_are_told_of_their_lists(server: Server, listener: Listener) -> None:
    topic = "bokehuser:defaultuser"
    assert listener.subscribe(topic)["status"][0] == "subscribesuccess"
    old = Old(server)
    assert listener.hear(topic) == {"msgtype": "docchange"}
    old("DELETE", f"/bokeh/doc/{old.id}/")
    assert listener.hear(topic) == {"msgtype": "docchange"}


def test_that_something_was_pushed_is_told_without_it(old: Old, listener: Listener) -> None:
    topic = f"docpush:{old.id}"
    assert listener.subscribe(topic, "wrong")["error_msg"] == "unauthorized"
    listener.subscribe(topic, keys(old)[1])
    old.push(spec("Slider", "slider", value=5))
    assert listener.hear(topic) == {"msgtype": "pushed"}


@pytest.mark.parametrize("key", [None, "", "wrong", 7, {}])
def test_a_wrong_key_is_answered(old: Old, listener: Listener, key: Any) -> None:
    error = {"msgtype": "error", "error_msg": "unauthorized"}
    assert listener.subscribe(f"bokehplot:{old.id}", key) == error
    assert listener.subscribe("bokehplot:none", key) == error
    assert listener.subscribe("debug:debug", "")["msgtype"] == "status"


@pytest.mark.parametrize(
    "message", ["nonsense", "[]", "{}", '{"msgtype": "other", "topic": "a:b", "auth": ""}', "7"]
)
def test_what_is_no_subscription_ends_the_connection(listener: Listener, message: str) -> None:
    listener.socket.send(message)
    frame = listener.socket.recv_frame()
    assert frame.opcode == websocket.ABNF.OPCODE_CLOSE
    assert int.from_bytes(frame.data[:2], "big") == 1002


def test_it_is_a_websocket(old: Old) -> None:
    assert old("GET", "/bokeh/sub").status_code == 400
    assert requests.get(f"{old.url}/bokeh/wsurl/", timeout=30).text.endswith("/bokeh/sub")


def test_copies_are_told_to_their_own_topic(old: Old, listener: Listener) -> None:
    old.show()
    name = "temporary-A1"
    headers = {f"temporary-{old.id}": name}
    listener.subscribe(f"bokehplot:{name}")
    path = f"/bokeh/bb/{old.id}/Slider/slider/"
    old("PUT", path, {"value": 9}, headers=headers).raise_for_status()
    (model,) = listener.hear(f"bokehplot:{name}")["modelspecs"]
    assert model["attributes"]["value"] == 9
    assert old("GET", path, headers=headers).json()["value"] == 9
    assert old("GET", path).json()["value"] == 3
    info = old("GET", f"/bokeh/objinfo/{old.id}/slider", headers=headers).json()
    assert info["all_models"][0]["attributes"]["value"] == 9
    bad = old("PUT", path, {"value": 9}, headers={f"temporary-{old.id}": "other"})
    assert bad.status_code == 400


def slider_of(session: Any) -> Any:
    return session.document.get_model_by_name("slider")


def test_all_who_look_at_a_document_see_the_same(old: Old) -> None:
    old.show()
    window = Window(old.id, "slider").ident
    with pull_session(old.id, old.url) as whole, pull_session(window, old.url) as part:
        assert part.document is not None and len(part.document.roots) == 1
        slider_of(part).value = 6
        until(lambda: slider_of(whole).value == 6 and old.model("slider")["value"] == 6)
        slider_of(whole).value = 7
        until(lambda: slider_of(part).value == 7 and old.model("slider")["value"] == 7)
        old.push(spec("Slider", "slider", value=8))
        until(lambda: slider_of(part).value == slider_of(whole).value == 8)


def test_who_looks_at_a_copy_changes_that_alone(old: Old) -> None:
    old.show()
    copy = Window(old.id, copy="temporary-B2").ident
    path, headers = f"/bokeh/bb/{old.id}/Slider/slider/", {f"temporary-{old.id}": "temporary-B2"}
    with pull_session(old.id, old.url) as whole, pull_session(copy, old.url) as own:
        slider_of(own).value = 6
        until(lambda: old("GET", path, headers=headers).json()["value"] == 6)
        assert (slider_of(whole).value, old.model("slider")["value"]) == (3, 3)
        old("PUT", path, {"value": 5}, headers=headers).raise_for_status()
        until(lambda: slider_of(own).value == 5)
        old.push(spec("Slider", "slider", title="for all"), spec("Range1d", "x", end=9))
        until(lambda: slider_of(own).title == slider_of(whole).title == "for all")
        assert (slider_of(own).value, slider_of(whole).value) == (5, 3)
