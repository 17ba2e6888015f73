"""What a session does when its server goes away, comes back, or ends it."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from hybridviz.client import ClientSession, connection, pull_session, push_session, replica
from hybridviz.errors import ServerNotFound, ServerRefused
from tests.client.conftest import APPS, model, some_document, until
from tests.servers import Server

Keep = Callable[[ClientSession], ClientSession]


def drop(session: ClientSession) -> None:
    """Cut the line, as a network does."""
    session._connection._websocket.shut()


@pytest.fixture(params=["serve", "bokeh"])
def mortal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """A server of a test's own, with the app /slider."""
    server = Server(request.param, [APPS / "slider.py"], tmp_path)
    yield server
    server.kill()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Server]:
    """A hybridviz serve of a test's own, without apps."""
    server = Server("serve", [], tmp_path)
    yield server
    server.kill()


def test_a_killed_server_gets_the_document_again(mortal: Server, keep: Keep) -> None:
    session = keep(push_session(some_document(), "killed", mortal.url + "/slider"))
    document, slider = session.document, model(session, "slider")
    seen: list[int] = []
    slider.on_change("value", lambda attr, old, new: seen.append(new))
    mortal.kill()
    until(lambda: not session.connected)
    slider.value = 7
    mortal.start()
    until(lambda: session.connected)
    session.force_roundtrip()
    viewer = keep(pull_session("killed", mortal.url + "/slider"))
    assert session.document is document and model(viewer, "slider").value == 7
    model(viewer, "slider").value = 9
    until(lambda: seen == [7, 9])
    slider.value = 11
    until(lambda: model(viewer, "slider").value == 11)


def test_a_pulled_document_is_pulled_again(mortal: Server, keep: Keep) -> None:
    session = keep(pull_session("pulled", mortal.url + "/slider"))
    document, before = session.document, model(session, "slider")
    mortal.kill()
    until(lambda: not session.connected)
    mortal.start()
    until(lambda: session.connected)
    assert session.document is document and model(session, "slider") is not before
    model(session, "slider").value = 4
    until(lambda: model(session, "label").text == "4")


def test_a_server_that_is_stopped_and_started_is_no_end(own: Server, keep: Keep) -> None:
    session = keep(push_session(some_document(), "stopped", own.url))
    own.stop()
    until(lambda: not session.connected)
    with pytest.raises(Exception, match="connection"):
        session.force_roundtrip()
    own.start()
    until(lambda: session.connected)


def test_the_loop_ends_when_the_session_is_destroyed(own: Server, keep: Keep) -> None:
    session = keep(push_session(some_document(), "ended", own.url))
    deleted: list[int] = []

    def delete() -> None:
        answer = requests.delete(f"{own.url}/api/documents/ended", timeout=10)
        deleted.append(answer.status_code)

    timer = threading.Timer(0.1, delete)
    timer.start()
    session.loop_until_closed()
    timer.join()
    assert deleted == [204] and not session.connected
    assert requests.get(f"{own.url}/api/documents/ended", timeout=10).status_code == 404


def test_a_server_that_stays_away_is_given_up(
    own: Server, keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "GIVE_UP", 0.5)
    session = keep(push_session(some_document(), url=own.url))
    own.kill()
    with pytest.raises(ServerNotFound, match="has been away"):
        session.loop_until_closed()


def test_a_server_that_comes_back_stricter_is_not_asked_again(tmp_path: Path, keep: Keep) -> None:
    server = Server("serve", [], tmp_path)
    try:
        session = keep(push_session(some_document(), url=server.url))
        server.kill()
        server._command += ["--session-ids", "signed"]
        server.start()
        with pytest.raises(ServerRefused, match="not signed"):
            session.loop_until_closed()
    finally:
        server.kill()


def test_closing_ends_the_search(own: Server) -> None:
    session = push_session(some_document(), url=own.url)
    own.kill()
    until(lambda: not session.connected)
    session.close()
    session.loop_until_closed()


def test_a_connection_without_a_document_comes_back(
    ours: Server, keep: Keep, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "hybridviz")
    session = keep(ClientSession("later", ours.url))
    session.connect()
    drop(session)
    until(lambda: "connected again" in caplog.text and session.connected)
    session.push(some_document())
    assert session.connected
    session.close()
    assert "a task failed" not in caplog.text


def test_callbacks_that_raise_do_not_keep_a_pulled_document_from_its_return(
    ours: Server, keep: Keep, caplog: pytest.LogCaptureFixture
) -> None:
    session = keep(pull_session(url=ours.url + "/slider"))
    assert session.document is not None

    def tell(event: Any) -> None:
        print(event.attr)  # roots, which come and go, have none

    session.document.on_change(tell)
    drop(session)
    until(lambda: "no attribute 'attr'" in caplog.text and session.connected)
    model(session, "slider").value = 4
    until(lambda: model(session, "label").text == "4")


def test_a_document_that_cannot_be_taken_at_a_return_ends_the_loop(
    ours: Server, keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = keep(pull_session(url=ours.url + "/slider"))

    def fail(source: object, target: object) -> None:
        raise ZeroDivisionError("while it is moved")

    monkeypatch.setattr(replica, "move_content", fail)
    drop(session)
    with pytest.raises(ZeroDivisionError, match="while it is moved"):
        session.loop_until_closed()
