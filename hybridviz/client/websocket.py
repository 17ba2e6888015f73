"""A client's websocket: wsproto over a plain socket.

Fragments in, messages out, pings answered. Knows no session and no message; `connection` reads it
in one thread and anybody writes.
"""

import socket
import ssl
from collections import deque
from collections.abc import Mapping

from wsproto import ConnectionType, WSConnection
from wsproto.connection import ConnectionState
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Ping,
    Pong,
    RejectConnection,
    RejectData,
    Request,
    TextMessage,
)
from wsproto.utilities import ProtocolError as WireError

from hybridviz.client.urls import DEFAULT_PORT, Address
from hybridviz.core.fragments import Fragment, Outgoing
from hybridviz.errors import MessageTooBig, ServerNotFound, ServerRefused, TransportClosed
from hybridviz.runtime.base import Runtime

READ_SIZE = 256 * 1024
"""Most bytes taken from the kernel at once."""
CONNECT_TIMEOUT = 10.0
"""Seconds for one attempt to connect."""
KEEP_ALIVE = 30.0
"""Seconds of silence after which the server is pinged; after as many again it is given up."""
CLOSE_TIMEOUT = 1.0
"""Seconds that closing waits for a stuck write."""
SILENT = "the server is silent"
REASON_LIMIT = 500
"""Most characters shown of what a server says when it refuses."""


class WebSocket:
    """One websocket to a server.

    Args:
        sock: connected.
        runtime: gives locks.
        max_size: largest incoming fragment, in bytes.
    """

    def __init__(self, sock: socket.socket, runtime: Runtime, max_size: int) -> None:
        sock.settimeout(KEEP_ALIVE)
        self._socket = sock
        self._wire = WSConnection(ConnectionType.CLIENT)
        self._max_size = max_size
        self._events: deque[Event] = deque()
        self._parts: list[bytes] = []
        self._pongs: deque[Pong] = deque()
        self._writing = runtime.lock()
        self._pinged = False
        self._taken = False  # some of a message, since silence was last noticed
        self._gone = False

    # -- the handshake

    def shake_hands(self, address: Address, token: str, headers: Mapping[str, str]) -> None:
        """Open the websocket.

        Raises:
            ServerRefused: the server answered otherwise; the text has its status and words.
            TransportClosed: it did not answer.
        """
        offer = ["bokeh", token]
        further = [(name.encode(), value.encode()) for name, value in headers.items()]
        request = Request(address.netloc, address.target, [], further, offer)
        self._write(self._wire.send(request))
        event = self._next()
        if isinstance(event, RejectConnection):
            raise _refusal(address, event.status_code, self._rest() if event.has_body else "")
        if not isinstance(event, AcceptConnection):
            raise ServerRefused(f"{address.url} does not speak websocket")

    def _rest(self) -> str:
        body, finished = b"", False
        while not finished and len(body) < REASON_LIMIT:
            event = self._next()
            if not isinstance(event, RejectData):
                break
            body, finished = body + event.data, event.body_finished
        return body.decode(errors="replace")

    # -- in

    def receive(self) -> Fragment:
        """Wait for the next fragment.

        Raises:
            TransportClosed: the connection is over.
            MessageTooBig: the fragment is over the limit.
        """
        while True:
            event = self._next()
            if isinstance(event, TextMessage | BytesMessage):
                if (fragment := self._join(event)) is not None:
                    return fragment
            elif isinstance(event, Ping):
                self._pongs.append(event.response())
                self._answer_pings()
            elif isinstance(event, CloseConnection):
                self._say_goodbye(event.response())
                raise TransportClosed(event.code, event.reason or "")

    def _join(self, event: TextMessage | BytesMessage) -> Fragment | None:
        data = event.data.encode() if isinstance(event, TextMessage) else bytes(event.data)
        self._parts.append(data)
        if sum(map(len, self._parts)) > self._max_size:
            raise MessageTooBig(f"the server's message is over {self._max_size} bytes")
        if not event.message_finished:
            return None
        payload, self._parts = b"".join(self._parts), []
        return Fragment(payload, isinstance(event, BytesMessage))

    def _next(self) -> Event:
        while not self._events:
            data = self._read()
            try:
                self._wire.receive_data(data)
                self._events.extend(self._wire.events())
            except WireError as error:
                self._events.append(CloseConnection(1006, f"no words of a websocket: {error}"))
        return self._events.popleft()

    def _read(self) -> bytes:
        while True:
            try:
                data = self._socket.recv(READ_SIZE)
            except TimeoutError:
                self._ping()
                continue
            except OSError as error:
                raise TransportClosed(1006, f"the connection broke: {error}") from None
            if not data:
                raise TransportClosed(1006, "the server has gone")
            self._pinged = False
            return data

    def _ping(self) -> None:
        """Ping a silent server; give it up if it has been silent since the last time, too. In the
        middle of a long message it cannot be pinged: it lives as long as it takes some of that.
        """
        writing = not self._writing.acquire(0)
        try:
            if writing and self._taken:
                self._pinged = self._taken = False
                return
            if self._pinged or self._wire.state is not ConnectionState.OPEN:
                raise TransportClosed(1006, SILENT)
            self._pinged = True
            if not writing:
                self._write(self._wire.send(Ping()))
        finally:
            if not writing:
                self._writing.release()

    # -- out

    def send(self, message: Outgoing) -> None:
        """Write one whole message; wait until the kernel has taken it.

        Raises:
            TransportClosed: the connection is over.
        """
        self._writing.acquire()
        try:
            if self._gone:
                raise TransportClosed(1006, "the connection is over")
            self._write(b"".join(map(self._frame, message.fragments)))
        finally:
            self._writing.release()
        self._answer_pings()

    def _frame(self, fragment: Fragment) -> bytes:
        payload = bytes(fragment.payload)
        return self._wire.send(
            BytesMessage(payload) if fragment.binary else TextMessage(payload.decode())
        )

    def _answer_pings(self) -> None:
        """Write pongs, unless a writer is at work, who does so when it has finished: the reader
        must never wait for a server that waits for us to read.
        """
        while self._pongs and self._writing.acquire(0):
            try:
                if not self._gone and self._wire.state is ConnectionState.OPEN:
                    self._write(self._wire.send(self._pongs.popleft()))
                else:
                    self._pongs.clear()
            finally:
                self._writing.release()

    def _write(self, data: bytes) -> None:
        """Write all; the timeout of the socket is the reader's."""
        rest = memoryview(data)
        try:
            while rest:
                try:
                    rest = rest[self._socket.send(rest) :]
                    self._taken = True
                except TimeoutError:
                    if self._gone:
                        raise TransportClosed(1006, SILENT) from None
        except OSError as error:
            self.shut()
            raise TransportClosed(1006, f"the connection broke: {error}") from None
        except BaseException:
            self.shut()  # half a message is out: nothing can follow it
            raise

    # -- the end

    def say_goodbye(self, code: int, reason: str) -> None:
        """Write a close frame, if that is still possible; go on reading until the server closes."""
        self._say_goodbye(CloseConnection(code, reason))

    def _say_goodbye(self, event: CloseConnection) -> None:
        if not self._writing.acquire(CLOSE_TIMEOUT):
            return
        try:
            if not self._gone:
                self._write(self._wire.send(event))
        except (TransportClosed, WireError):
            self.shut()
        finally:
            self._gone = True
            self._writing.release()

    def shut(self) -> None:
        """End both directions; a reader and a writer who wait are woken."""
        self._gone = True
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it is shut already

    def close(self) -> None:
        """Give the socket back."""
        self.shut()
        self._socket.close()


def connect(address: Address) -> socket.socket:
    """Open a TCP connection, with TLS if the address asks for it.

    Raises:
        ServerNotFound: nothing answers there; the text says how to start a server.
        ServerRefused: its certificate is not good.
    """
    try:
        sock = socket.create_connection((address.host, address.port), CONNECT_TIMEOUT)
    except OSError as error:
        raise ServerNotFound(
            f"nothing answers at {address.url} ({error}); to start a server: {_start(address)}"
        ) from None
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if address.secure:
            context = ssl.create_default_context()
            return context.wrap_socket(sock, server_hostname=address.host)
        return sock
    except OSError as error:
        sock.close()
        raise ServerRefused(f"no TLS with {address.url}: {error}") from None


def _start(address: Address) -> str:
    port = "" if address.port == DEFAULT_PORT else f" --port {address.port}"
    return f"hybridviz serve{port}"


def _refusal(address: Address, status: int, words: str) -> ServerNotFound | ServerRefused:
    text = f"{address.url} answered with status {status}"
    said = "" if "<" in words else " ".join(words.split())[:REASON_LIMIT]
    text = f"{text}: {said}" if said else text
    return ServerNotFound(text) if status >= 500 else ServerRefused(text)
