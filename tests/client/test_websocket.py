"""When a client gives its server up: not in the middle of a long message that the server takes."""

from typing import Any, cast

import pytest
from wsproto import ConnectionType, WSConnection
from wsproto.connection import ConnectionState
from wsproto.events import AcceptConnection, Request

from hybridviz.client.urls import parse_address
from hybridviz.client.websocket import WebSocket
from hybridviz.core.fragments import Fragment, Outgoing
from hybridviz.errors import TransportClosed
from hybridviz.runtime.threads import ThreadRuntime

SIP = 100  # bytes
LONG = Outgoing((Fragment(b"x" * 20 * SIP, True),))


class SlowLine:
    """A socket to a server that says nothing after its handshake, and takes little at a time: the
    reader notices the silence before each sip.

    Attributes:
        sips: how many it takes until it is stuck.
    """

    def __init__(self, sips: int) -> None:
        self.sips = sips
        self.server = WSConnection(ConnectionType.SERVER)
        self.answer = b""
        self.websocket = WebSocket(cast(Any, self), ThreadRuntime(), 1000)
        self.websocket.shake_hands(parse_address("http://localhost:5006/app"), "token", {})

    def settimeout(self, seconds: float) -> None:
        """A fake waits for nothing."""

    def shutdown(self, how: int) -> None:
        """There is nothing behind it."""

    def recv(self, size: int) -> bytes:
        if not self.answer:
            raise TimeoutError
        answer, self.answer = self.answer, b""
        return answer

    def send(self, data: memoryview) -> int:
        if self.server.state is ConnectionState.CONNECTING:
            self.server.receive_data(bytes(data))
            assert isinstance(next(self.server.events()), Request)
            self.answer = self.server.send(AcceptConnection(subprotocol="bokeh"))
        elif len(data) > SIP:
            self.websocket._ping()
            self.sips -= 1
            if self.sips < 0:
                raise TimeoutError
            return SIP
        return len(data)


def test_a_server_that_takes_a_long_message_is_not_given_up() -> None:
    SlowLine(100).websocket.send(LONG)


def test_one_that_takes_no_more_of_it_is_given_up() -> None:
    with pytest.raises(TransportClosed, match="silent"):
        SlowLine(5).websocket.send(LONG)


def test_one_that_does_not_answer_a_ping_is_given_up() -> None:
    with pytest.raises(TransportClosed, match="silent"):
        SlowLine(0).websocket.receive()
