"""The connection of a script's session: one websocket after the other, for as long as the session
lives.

Its reader hands on, in order, what the server says and what becomes of the line. It tries again
when a server goes away, and stops when one has said why. Knows no document.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hybridviz.client.urls import Address
from hybridviz.client.websocket import WebSocket, connect
from hybridviz.core.fragments import Outgoing
from hybridviz.core.protocol import ClientProtocol, Message
from hybridviz.errors import (
    HybridVizError,
    MessageTooBig,
    ServerNotFound,
    ServerRefused,
    SessionEnded,
    TokenExpired,
    TransportClosed,
)
from hybridviz.runtime.base import Runtime
from hybridviz.runtime.lock import apart

log = logging.getLogger("hybridviz.client")

FIRST_DELAY = 0.1
"""Seconds before the first attempt to connect again; each further one waits twice as long."""
LONGEST_DELAY = 2.0
GIVE_UP = 60.0
"""Seconds for which a server may be away."""
CLOSE_TIMEOUT = 2.0
"""Seconds that closing waits for the server's own close, so that it reads all that was sent."""

NORMAL, TOO_BIG, REFUSED, RELOAD = 1000, 1009, 1008, TokenExpired.close_code
NOT_WELCOME = (NORMAL, 1002, 1003, 1005, REFUSED, RELOAD)
"""Close codes of servers that hang up before they have greeted."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The line is down; it is tried again."""

    error: HybridVizError


@dataclass(frozen=True, slots=True)
class Back:
    """The line is up again."""


@dataclass(frozen=True, slots=True)
class Over:
    """There will be no line any more; without an error if somebody has ended it on purpose."""

    error: HybridVizError | None


News = Message | Lost | Back | Over


class Connection:
    """The line to one session of a server.

    Args:
        address: where the server is.
        token: makes a token for one attempt.
        headers: further headers of the handshake.
        max_size: largest incoming websocket message, in bytes.
        runtime: runs the reader.
        tell: told all news, in order, by the reader.
    """

    def __init__(
        self,
        address: Address,
        token: Callable[[], str],
        headers: Mapping[str, str],
        max_size: int,
        runtime: Runtime,
        tell: Callable[[News], None],
    ) -> None:
        self._address = address
        self._token = token
        self._headers = headers
        self._max_size = max_size
        self._runtime = runtime
        self._tell = tell
        self._websocket: WebSocket
        self._protocol: ClientProtocol
        self._closing = runtime.event()
        self._finished = runtime.event()
        self._away_since: float | None = None
        self._delay = FIRST_DELAY

    def open(self) -> None:
        """Connect, wait for the server's greeting, and start to read.

        Raises:
            ServerNotFound: nothing answers, or not now.
            ServerRefused: the server does not let us in.
        """
        self._attach()
        apart(self._runtime.spawn, self._read)

    def _attach(self) -> None:
        sock = connect(self._address)
        websocket = WebSocket(sock, self._runtime, self._max_size)
        protocol = ClientProtocol(self._max_size)
        try:
            websocket.shake_hands(self._address, self._token(), self._headers)
            while protocol.feed(websocket.receive()) is None:
                continue
        except TransportClosed as closed:
            websocket.close()
            raise self._turned_away(closed) from None
        except BaseException:
            websocket.close()
            raise
        self._websocket, self._protocol = websocket, protocol
        log.debug("= connected to %s", self._address.url)

    def _turned_away(self, closed: TransportClosed) -> HybridVizError:
        kind = ServerRefused if closed.code in NOT_WELCOME else ServerNotFound
        words = closed.reason or f"it closed the connection ({closed.code})"
        return kind(f"{self._address.url} does not let us in: {words}")

    def settle(self) -> None:
        """Note that all is well: the next drop has the whole patience again."""
        self._away_since, self._delay = None, FIRST_DELAY

    # -- the reader

    def _read(self) -> None:
        try:
            while (over := self._listen()) is None:
                self._tell(Back())
        finally:
            self._websocket.close()
            self._finished.set()
        self._tell(over)

    def _listen(self) -> Over | None:
        """Hand on what comes until the line is down; bring it up again or say why not."""
        try:
            while True:
                message = self._protocol.feed(self._websocket.receive())
                if message is not None:
                    self._tell(message)
        except TransportClosed as closed:
            error = self._explained(closed)
            if closed.code in (NORMAL, SessionEnded.close_code):
                return Over(None)
        except HybridVizError as wrong:
            error = wrong
            self._websocket.say_goodbye(wrong.close_code, str(wrong))
        self._websocket.close()
        if self._closing.is_set():
            return Over(None)
        if not isinstance(error, TransportClosed):
            return Over(error)
        log.info("= lost %s: %s", self._address.url, error)
        self._tell(Lost(error))
        return self._come_back()

    def _explained(self, closed: TransportClosed) -> HybridVizError:
        if closed.code == TOO_BIG:
            return MessageTooBig(f"{self._address.url} takes no message of that size: {closed}")
        if closed.code in (REFUSED, RELOAD):
            return ServerRefused(f"{self._address.url} has closed the session: {closed}")
        return closed

    def _come_back(self) -> Over | None:
        if self._away_since is None:
            self._away_since = self._runtime.now()
        while self._runtime.now() < self._away_since + GIVE_UP:
            if self._closing.wait(self._delay):
                return Over(None)
            self._delay = min(2 * self._delay, LONGEST_DELAY)
            try:
                self._attach()
                return Over(None) if self._closing.is_set() else None
            except ServerNotFound as away:
                log.debug("= not yet: %s", away)
            except HybridVizError as refused:
                return Over(refused)
        return Over(ServerNotFound(f"{self._address.url} has been away for {GIVE_UP:.0f} s"))

    # -- out

    def send(self, message: Outgoing) -> None:
        """Send one message.

        Raises:
            TransportClosed: the line is down.
        """
        self._websocket.send(message)

    def close(self, why: str) -> None:
        """End the line for good; what was sent before is read by the server. Idempotent."""
        if self._closing.is_set():
            return
        self._closing.set()
        self._websocket.say_goodbye(NORMAL, why)
        self._finished.wait(CLOSE_TIMEOUT)
        self._websocket.close()
