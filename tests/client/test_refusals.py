"""Servers that say no, and servers that are not there: each with its own error and its reason."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bokeh.document import Document
from bokeh.models import ColumnDataSource

from hybridviz.client import ClientSession, pull_session, push_session
from hybridviz.errors import ChangeRefused, MessageTooBig, ServerNotFound, ServerRefused
from tests.client.conftest import some_document
from tests.servers import Server, free_port

Keep = Callable[[ClientSession], ClientSession]
MANY = np.zeros(4_000_000)  # 32 MB; a server takes 20


def test_nothing_listens() -> None:
    port = free_port()
    with pytest.raises(ServerNotFound) as caught:
        push_session(some_document(), url=f"http://localhost:{port}")
    text = str(caught.value)
    assert f"hybridviz serve --port {port}" in text and "\n" not in text


def test_a_script_tries_again_upon_the_error_of_bokeh(tmp_path: Path, keep: Keep) -> None:
    port, document = free_port(), some_document()
    url = f"http://127.0.0.1:{port}"
    session = ClientSession(websocket_url=url)
    with pytest.raises(OSError, match="nothing answers"):
        push_session(document, url=url)
    with pytest.raises(ConnectionError, match="nothing answers"):
        session.connect()
    server = Server("serve", [], tmp_path, port=port)
    try:
        session.connect()
        assert keep(session).connected and keep(push_session(document, url=url)).connected
    finally:
        server.kill()


def test_something_else_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        import threading

        def hang_up() -> None:
            with listener.accept()[0] as peer:
                peer.recv(10_000)
                peer.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises((ServerRefused, ServerNotFound)):
            push_session(some_document(), url=f"http://127.0.0.1:{listener.getsockname()[1]}")
        thread.join()


def test_no_such_app(ours: Server) -> None:
    with pytest.raises(ServerRefused, match="no app is served at /nowhere"):
        pull_session(url=ours.url + "/nowhere")


def test_an_app_that_is_not_there_at_bokehs_server(server: Server) -> None:
    with pytest.raises(ServerRefused, match="404|no app is served"):
        pull_session(url=server.url + "/nowhere")


def test_unsigned_ids_are_refused_and_signed_ones_taken(tmp_path: Path, keep: Keep) -> None:
    key = "a secret of at least some length"
    server = Server("serve", [], tmp_path, options=["--session-ids", "signed"], secret_key=key)
    try:
        with pytest.raises(ServerRefused, match="not signed"):
            push_session(some_document(), url=server.url)
        assert keep(push_session(some_document(), url=server.url, secret_key=key)).connected
    finally:
        server.kill()


def test_a_push_from_elsewhere_needs_a_token(ours: Server) -> None:
    with pytest.raises(ServerRefused, match="only from this machine"):
        push_session(some_document(), url=ours.url, headers={"X-Forwarded-For": "192.0.2.1"})


@pytest.mark.parametrize("background", [False, True])
def test_a_document_that_is_too_big(server: Server, background: bool) -> None:
    document = Document()
    document.add_root(ColumnDataSource({"x": MANY}))
    with pytest.raises(MessageTooBig, match="1009"):
        push_session(document, url=server.url + "/slider", background=background)


def test_a_change_that_is_too_big_ends_the_loop(ours: Server, keep: Keep) -> None:
    document = Document()
    source = ColumnDataSource({"x": []})
    document.add_root(source)
    session = keep(push_session(document, url=ours.url))
    source.data = {"x": MANY}
    with pytest.raises(MessageTooBig, match="1009"):
        session.loop_until_closed()


def test_a_server_that_sends_too_much(ours: Server, keep: Keep) -> None:
    document = Document()
    document.add_root(ColumnDataSource({"x": np.zeros(100_000)}))
    keep(push_session(document, "much", ours.url))
    with pytest.raises(MessageTooBig):
        pull_session("much", ours.url, max_message_size=1000)


def test_a_refused_document_is_told_with_the_servers_words(
    ours: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hybridviz.client.replica import Replica

    def encoded(self: Replica) -> Any:
        self.live = True
        return (
            b'{"doc":{"version":"3.9","title":"t","roots":[{"type":"object","name":"No","id":"1"}]}}',
            [],
        )

    monkeypatch.setattr(Replica, "encoded", encoded)
    with pytest.raises(ChangeRefused, match="No"):
        push_session(some_document(), url=ours.url)


def test_a_refused_change_is_told_at_the_next_round_trip(
    ours: Server, keep: Keep, caplog: pytest.LogCaptureFixture
) -> None:
    session = keep(push_session(some_document(), url=ours.url))
    event = b'{"events":[{"kind":"ModelChanged","model":{"id":"no"},"attr":"x","new":1}]}'
    session._replica.lock.run(session._send, session._replica.writer.write("PATCH-DOC", event))
    with pytest.raises(ChangeRefused, match="unknown model 'no'"):
        session.force_roundtrip()
    assert "unknown model" in caplog.text
    session.force_roundtrip()


def test_an_io_loop_is_ignored_with_a_warning(ours: Server, keep: Keep) -> None:
    with pytest.warns(UserWarning, match="io_loop"):
        keep(push_session(some_document(), url=ours.url, io_loop=object()))


def test_the_document_of_an_app_is_not_taken(ours: Server) -> None:
    from hybridviz.runtime.manual import ManualRuntime
    from hybridviz.sessions import Session

    theirs = Session("id", "/app", ManualRuntime())
    with pytest.raises(ValueError, match="app's session"):
        push_session(theirs.document, url=ours.url)
