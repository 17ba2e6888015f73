"""The browser's end of a websocket in memory: handshake, messages, close.

The request passes through Flask as one of a browser would; its answer is what serves the other end,
step by step. Knows no documents.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from hybridviz.core.fragments import Outgoing
from hybridviz.core.protocol import ClientProtocol, Message
from hybridviz.errors import PageRefused, TransportClosed
from hybridviz.runtime.base import Runtime
from hybridviz.ws.accept import IN_PROCESS, SUBPROTOCOL
from hybridviz.ws.memory import memory_pair

MAX_MESSAGE_SIZE = 256 * 1024 * 1024
"""Bytes of the largest websocket message that a browser takes; a limit only against mistakes."""


class Line:
    """One websocket.

    Args:
        http: Flask's test client, with the visitor's cookies.
        url: of the websocket, with the scheme http or https.
        token: of the page.
        clock: the virtual clock.

    Attributes:
        closed: how the connection has ended; None while it is up.

    Raises:
        PageRefused: the server does not let us in.
    """

    def __init__(self, http: Any, url: str, token: str, clock: Runtime) -> None:
        theirs, self._transport = memory_pair(clock, MAX_MESSAGE_SIZE)
        self._protocol = ClientProtocol(MAX_MESSAGE_SIZE)
        self.closed: TransportClosed | None = None
        self._response = http.get(
            url, headers=_handshake(url, token), environ_overrides={IN_PROCESS: theirs}
        )
        if self._response.status_code != 200:
            reason = f"its websocket is refused: {self._response.text.strip()}"
            raise PageRefused(url, self._response.status_code, reason)
        self._steps: Iterator[bytes] = iter(self._response.response)

    def send(self, message: Outgoing) -> None:
        """Send one message.

        Raises:
            TransportClosed: the connection is over.
        """
        self._transport.send(message)

    def turn(self) -> list[Message]:
        """Let the server serve what has come; return what it has sent."""
        next(self._steps, None)
        messages = []
        try:
            with suppress(TimeoutError):
                while True:
                    message = self._protocol.feed(self._transport.receive(0))
                    if message is not None:
                        messages.append(message)
        except TransportClosed as closed:
            self.closed = self.closed or closed
        return messages

    def close(self, code: int = 1000) -> None:
        """End the connection as a browser does when its page goes. Idempotent."""
        if self.closed is None:
            self.closed = TransportClosed(code, "the page was closed")
            self._transport.close(code)
            next(self._steps, None)
        self._response.close()


def _handshake(url: str, token: str) -> dict[str, str]:
    parts = urlsplit(url)
    return {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Origin": f"{parts.scheme}://{parts.netloc}",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "aW4gdGhlIHByb2Nlc3MgIQ==",
        "Sec-WebSocket-Protocol": f"{SUBPROTOCOL}, {token}",
    }
