"""A connection over a transport in memory: its greeting, its errors, its ends."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from bokeh.models import Div, Slider

from hybridviz.core.fragments import Fragment, Outgoing
from hybridviz.core.messages import MessageWriter
from hybridviz.core.pieces import LARGE, parse
from hybridviz.errors import TransportClosed
from hybridviz.runtime.base import Event
from hybridviz.runtime.threads import ThreadRuntime
from hybridviz.sessions import Session
from hybridviz.ws.connection import Connection
from hybridviz.ws.memory import MemoryTransport, memory_pair

LIMIT = 1024 * 1024
WAIT = 5.0


class Peer:
    """The client's end of a connection that is being served."""

    def __init__(self, runtime: ThreadRuntime, session: Session, limit: int = LIMIT) -> None:
        server, self.transport = memory_pair(runtime, limit)
        served = Connection(server, session, runtime, max_message_size=limit, page="page")
        self.task = runtime.spawn(served.run)
        self._ids = iter(range(1000))
        self._writer = MessageWriter(lambda: f"c{next(self._ids)}")

    def text(self, *texts: str) -> None:
        self.transport.send(Outgoing(tuple(Fragment(text.encode(), False) for text in texts)))

    def message(self, kind: str, content: Any = None) -> None:
        self.transport.send(self._writer.write(kind, json.dumps(content or {}).encode(), ()))

    def reply(self) -> tuple[str, Any]:
        header, _, content = (json.loads(self.transport.receive(WAIT).payload) for _ in range(3))
        return header["msgtype"], content

    def closed(self) -> tuple[int, str]:
        """Return code and reason of the close that ends the connection."""
        try:
            while True:
                self.transport.receive(WAIT)
        except TransportClosed as closed:
            assert self.task.join(WAIT)
            return closed.code, closed.reason


@pytest.fixture
def runtime() -> Iterator[ThreadRuntime]:
    runtime = ThreadRuntime()
    yield runtime
    runtime.close()


@pytest.fixture
def session(runtime: ThreadRuntime) -> Session:
    session = Session("id", "/app", runtime)
    slider = Slider(start=0, end=9, value=0, name="slider")
    session.build(lambda session: session.document.add_root(slider))
    return session


@pytest.fixture
def peer(runtime: ThreadRuntime, session: Session) -> Peer:
    peer = Peer(runtime, session)
    assert peer.reply()[0] == "ACK"
    return peer


def change(session: Session, value: int) -> dict[str, Any]:
    slider: Any = session.document.get_model_by_name("slider")
    return {"kind": "ModelChanged", "model": {"id": slider.id}, "attr": "value", "new": value}


def test_commands_are_answered_in_order(peer: Peer, session: Session) -> None:
    peer.message("PULL-DOC-REQ")
    peer.message("PATCH-DOC", {"events": [change(session, 3)]})
    peer.message("SERVER-INFO-REQ")
    kinds = [peer.reply()[0] for _ in range(3)]
    assert kinds == ["PULL-DOC-REPLY", "OK", "SERVER-INFO-REPLY"]


def test_change_by_the_app_is_sent(peer: Peer, session: Session) -> None:
    peer.message("PULL-DOC-REQ")
    peer.reply()
    slider: Any = session.document.get_model_by_name("slider")
    session.run(setattr, slider, "value", 5)
    kind, content = peer.reply()
    assert kind == "PATCH-DOC" and content["events"][0]["new"] == 5


def test_large_messages_are_parsed_beside_the_others(
    runtime: ThreadRuntime, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Any] = []
    offload = runtime.offload

    def noted(call: Any, *args: Any) -> Any:
        calls.append(call)
        return offload(call, *args)

    monkeypatch.setattr(runtime, "offload", noted)
    peer = Peer(runtime, session)
    assert peer.reply()[0] == "ACK"
    numbers = [n / 7 for n in range(30_000)]
    event = {**change(session, 1), "attr": "tags", "new": numbers}
    peer.message("PATCH-DOC", {"events": [event]})
    assert peer.reply()[0] == "OK" and calls == [parse]
    slider: Any = session.document.get_model_by_name("slider")
    assert slider.tags == numbers
    peer.text('{"msgid": "1", "msgtype": "PATCH-DOC"}', "{}", "[" * LARGE)
    assert peer.closed()[0] == 1002


def test_client_that_goes_is_forgotten(peer: Peer, session: Session) -> None:
    peer.transport.close()
    assert peer.task.join(WAIT)
    assert not session.viewers and not session.destroyed


def test_breach_of_the_protocol_closes_with_one_line_in_the_log(
    peer: Peer, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "hybridviz")
    peer.text("no header")
    code, reason = peer.closed()
    assert code == 1002 and reason
    assert not session.viewers
    assert len(caplog.records) == 1 and reason in caplog.text


def test_message_over_the_limit_closes_with_1009(runtime: ThreadRuntime, session: Session) -> None:
    peer = Peer(runtime, session, limit=1000)
    peer.text("x" * 1001)
    assert peer.closed()[0] == 1009


def test_message_that_is_never_finished_closes(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hybridviz.ws.memory.MESSAGE_TIMEOUT", 0.05)
    peer.text('{"msgid": "1", "msgtype": "PULL-DOC-REQ"}')
    assert peer.closed() == (1002, "a message was begun and not finished")


def test_end_of_the_session_closes_with_its_own_code(peer: Peer, session: Session) -> None:
    session.destroy()
    assert peer.closed() == (4002, "the session has ended")


def test_error_of_ours_closes_with_1011_and_tells_no_details(
    peer: Peer, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr(session.commands, "execute", fail)
    peer.message("PULL-DOC-REQ")
    assert peer.closed() == (1011, "internal server error")


class Stuck(MemoryTransport):
    """An end whose sends never get through until it is closed."""

    blocked: Event

    def send(self, message: Outgoing) -> None:
        self.blocked.wait()
        raise TransportClosed(1006, "gone")

    def close(self, code: int = 1000, reason: str = "") -> None:
        self.blocked.set()
        super().close(code, reason)


def test_viewer_that_does_not_read_is_closed_with_1013(
    runtime: ThreadRuntime, session: Session
) -> None:
    server, client = Stuck(runtime, LIMIT), MemoryTransport(runtime, LIMIT)
    server.peer, client.peer, server.blocked = client, server, runtime.event()
    task = runtime.spawn(Connection(server, session, runtime, max_message_size=LIMIT).run)
    while not session.viewers:
        runtime.sleep(0.01)
    session.viewers[0].synced = True
    session.viewers[0].outbox._hard = 10_000
    for index in range(20):
        session.run(session.document.add_root, Div(text=f"{index}" * 1000))
    with pytest.raises(TransportClosed) as closed:
        client.receive(WAIT)
    assert closed.value.code == 1013
    assert task.join(WAIT)
