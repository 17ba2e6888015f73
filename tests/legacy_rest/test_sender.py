"""Clients that do not read, or do not go on: they are given up, and delay nobody."""

from collections.abc import Callable
from typing import Any

import pytest

from hybridviz.core.fragments import Fragment, Outgoing
from hybridviz.errors import TransportClosed
from hybridviz.legacy_rest import sender
from hybridviz.legacy_rest.channel import Channel
from hybridviz.legacy_rest.dialect import OldClient
from hybridviz.legacy_rest.library import Library
from hybridviz.legacy_rest.raw import Json
from hybridviz.legacy_rest.rooms import Client, Room
from hybridviz.runtime.threads import ThreadRuntime
from hybridviz.stores.memory import MemoryStore
from hybridviz.ws.memory import memory_pair
from hybridviz.ws.transport import UNFINISHED, Transport
from tests.client.conftest import until


class Stuck:
    """A transport whose peer says something once and never reads."""

    def __init__(self, runtime: Any, said: bytes) -> None:
        self.closed: tuple[int, str] | None = None
        self._said = [said]
        self._gone = runtime.event()

    def receive(self, timeout: float | None = None, begun: bool = False) -> Fragment:
        if self._said:
            return Fragment(self._said.pop())
        self._gone.wait()
        raise TransportClosed

    def send(self, message: Outgoing) -> None:
        self._gone.wait()
        raise TransportClosed

    def close(self, code: int = 1000, reason: str = "") -> None:
        self.closed = self.closed or (code, reason)
        self._gone.set()


PULL = b'{"msgid": "1", "msgtype": "PULL-DOC-REQ"}'
SUBSCRIBE = b'{"msgtype": "subscribe", "topic": "bokehuser:a", "auth": null}'
Ends = tuple[Any, Stuck, Callable[[], object]]


def subscriber() -> Ends:
    runtime = ThreadRuntime()
    channel, stuck = _channel(runtime), Stuck(runtime, SUBSCRIBE)
    serving = runtime.spawn(channel.serve, stuck)
    until(lambda: "bokehuser:a" in channel)
    return serving, stuck, lambda: channel.tell("bokehuser:a", {"msgtype": "docchange"})


def _channel(runtime: ThreadRuntime) -> Channel:
    return Channel(Library(MemoryStore(1_000_000, lambda: 0.0), runtime), runtime)


class Dialect:
    """What a client of Bokeh 0.11 knows of its dialect."""

    def __init__(self, runtime: ThreadRuntime) -> None:
        self.runtime = runtime
        self.max_size = 1000


class Empty(Room):
    """A room without a document."""

    def pull(self) -> Json:
        return {}

    def push(self, content: Any) -> None: ...

    def patch(self, content: Any, sender: Client) -> None: ...


def old_client() -> Ends:
    runtime, room = ThreadRuntime(), Empty()
    stuck = Stuck(runtime, PULL)
    client = connected(runtime, room, stuck)
    room.enter(client)
    serving = runtime.spawn(client.run)
    return serving, stuck, lambda: room.tell({"events": [], "references": []})


def connected(runtime: ThreadRuntime, room: Room, transport: Transport) -> OldClient:
    dialect: Any = Dialect(runtime)
    return OldClient(dialect, room, transport, "it", True)


@pytest.mark.parametrize("limit", ["MAX_MESSAGES", "MAX_WAITING"])
@pytest.mark.parametrize("connect", [subscriber, old_client])
def test_who_does_not_read_is_given_up(
    connect: Callable[[], Ends], limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, limit, 5)
    serving, stuck, tell = connect()
    for _ in range(10):
        tell()
    assert serving.join(20)
    assert stuck.closed == (1013, "too slow")


def test_who_does_not_end_a_message_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hybridviz.ws.memory.MESSAGE_TIMEOUT", 0.05)
    runtime = ThreadRuntime()
    server, peer = memory_pair(runtime)
    serving = runtime.spawn(connected(runtime, Empty(), server).run)
    peer.send(Outgoing((Fragment(PULL),)))
    assert serving.join(20)
    with pytest.raises(TransportClosed) as closed:
        while True:  # the greeting comes before
            peer.receive()
    assert (closed.value.code, closed.value.reason) == (1002, UNFINISHED)
