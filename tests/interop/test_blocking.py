"""At real servers: whatever one session waits for, the others go on; and what its callbacks do from
greenlets, threads and coroutines reaches its browser.
"""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.interop.conftest import APPS, KINDS
from tests.interop.wire import TIMEOUT, Wire, named, set_value
from tests.servers import Server


@pytest.fixture(scope="module", params=KINDS)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    apps = sorted((APPS / "blocking").glob("*.py"))
    server = Server(request.param, apps, tmp_path_factory.mktemp("server"))
    yield server
    server.stop()


class Visitor:
    """A client of one of the apps here: it sends orders and reads what the label says.

    Args:
        server: the server.
        app: the app's name.
        session: id of the session to join; by default its own.
    """

    def __init__(self, server: Server, app: str, session: str = "") -> None:
        query = f"?bokeh-session-id={session}" if session else ""
        self._wire = Wire(f"{server.url}/{app}{query}", path=f"/{app}/ws")
        self._models = self._wire.pull()

    def order(self, text: str) -> None:
        self._wire.patch(set_value(self._models["order"], text))

    def flood(self, count: int) -> None:
        """Send so many orders at once, and wait until all are carried out."""
        orders = (set_value(self._models["order"], f"{number}") for number in range(count))
        for ident in self._wire.patches(*orders):
            assert self._wire.reply_to(ident)[0] == "OK"

    def told(self, *, kind: str = "ModelChanged") -> Any:
        """Return the next event of a kind that the server sends."""
        while True:
            header, content = self._wire.reply()
            assert header["msgtype"] != "ERROR", content
            events = content["events"] if header["msgtype"] == "PATCH-DOC" else []
            for event in events:
                if event["kind"] == kind:
                    return event

    def label(self) -> str:
        """Return the next text of the label."""
        event = self.told()
        assert event["model"] == {"id": self._models["label"]}
        return str(event["new"])

    def __enter__(self) -> "Visitor":
        return self

    def __exit__(self, *exception: object) -> None:
        self._wire.socket.close()


def assert_others_go_on(server: Server) -> None:
    """Fail, by the wire's time limit, if a new visitor of another app gets no answer."""
    with Visitor(server, "quick") as other:
        for index in range(3):
            other.order(str(index))
            assert other.label() == f"echo {index}"


@pytest.mark.parametrize(
    ("order", "answer"),
    [
        ("waits", "waited"),
        ("offloads", "offloaded"),
        ("sleeps", "slept"),
        ("unlocks", "came back"),
    ],
)
def test_callback_that_waits_delays_nobody(
    server: Server, tmp_path: Path, order: str, answer: str
) -> None:
    go = tmp_path / "go"
    with Visitor(server, "orders") as visitor:
        visitor.order(f"{order}:{go}")
        assert_others_go_on(server)
        go.touch()
        assert visitor.label() == answer


def test_script_that_is_slow_to_load_delays_nobody(server: Server, tmp_path: Path) -> None:
    go = tmp_path / "go"
    with ThreadPoolExecutor(1) as pool:
        page = pool.submit(requests.get, f"{server.url}/slow?until={go}", timeout=TIMEOUT)
        assert_others_go_on(server)
        assert not page.done()
        go.touch()
        assert page.result().status_code == 200


def test_session_without_the_lock_takes_other_events(server: Server, tmp_path: Path) -> None:
    """Only an unlocked callback leaves its own session free."""
    go = tmp_path / "go"
    with Visitor(server, "orders") as visitor:
        visitor.order(f"unlocks:{go}")
        visitor.order("ticks:")
        assert visitor.label() == "ticked"
        go.touch()
        assert visitor.label() == "came back"


def test_next_tick_can_be_asked_for_by_an_os_thread(server: Server) -> None:
    with Visitor(server, "orders") as visitor:
        visitor.order("ticks:")
        assert visitor.label() == "ticked"


def test_callback_that_raises_is_logged_and_the_session_lives_on(server: Server) -> None:
    with Visitor(server, "orders", "unlucky") as visitor:
        visitor.order("raises:reason")
        visitor.order("ticks:")
        assert visitor.label() == "ticked"
    assert "unlucky" in server.log
    assert "ValueError: raised for reason" in server.log
    assert "orders.py" in server.log


def test_new_models_reach_all_viewers_whole(server: Server) -> None:
    with Visitor(server, "orders", "shared") as one, Visitor(server, "orders", "shared") as two:
        one.order("adds:here I am")
        for visitor in (one, two):
            root = visitor.told(kind="RootAdded")["model"]
            assert "added" in dict(named(root))


def test_who_sends_much_at_once_lets_others_have_their_turn(server: Server) -> None:
    with Visitor(server, "flood") as watcher, Visitor(server, "flood") as sender:
        watcher.order("watch")
        sender.flood(3000)
        watcher.order("tell")
        told = re.fullmatch(r"3000 orders, at most (\d+) at once", watcher.label())
        assert told is not None and 0 < int(told[1]) < 500
