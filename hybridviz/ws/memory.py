"""A transport in memory: two ends that hand each other fragments; for tests of what uses one."""

from collections import deque

from hybridviz.core.fragments import Fragment, Outgoing
from hybridviz.errors import MessageTooBig, ProtocolError, TransportClosed
from hybridviz.runtime.base import Runtime
from hybridviz.ws.transport import MESSAGE_TIMEOUT, UNFINISHED


class MemoryTransport:
    """One end of a pair made by `memory_pair`.

    Args:
        runtime: gives the event.
        max_message_size: largest incoming message in bytes.
    """

    def __init__(self, runtime: Runtime, max_message_size: int) -> None:
        self.peer: MemoryTransport
        self._runtime = runtime
        self._max_message_size = max_message_size
        self._incoming: deque[Fragment] = deque()
        self._arrived = runtime.event()
        self._closed: TransportClosed | None = None

    def receive(self, timeout: float | None = None, begun: bool = False) -> Fragment:
        """See `Transport.receive`. Fragments come whole here, and no message grows too old."""
        patience = MESSAGE_TIMEOUT if begun and timeout is None else timeout
        while not self._incoming:
            if self._closed is not None:
                raise self._closed
            if not self._arrived.wait(patience):
                raise TimeoutError if timeout is not None else ProtocolError(UNFINISHED)
            self._arrived.clear()
        fragment = self._incoming.popleft()
        if len(fragment.payload) > self._max_message_size:
            raise MessageTooBig(f"message is over {self._max_message_size} bytes")
        return fragment

    def send(self, message: Outgoing) -> None:
        """See `Transport.send`."""
        if self._closed is not None:
            raise self._closed
        self.peer._incoming.extend(message.fragments)
        self.peer._arrived.set()

    def close(self, code: int = 1000, reason: str = "") -> None:
        """See `Transport.close`."""
        self.peer._end(TransportClosed(code, reason))
        self._end(TransportClosed(1006, "the connection was closed here"))

    def _end(self, closed: TransportClosed) -> None:
        if self._closed is None:
            self._closed = closed
        self._arrived.set()


def memory_pair(
    runtime: Runtime, max_message_size: int = 20 * 1024 * 1024
) -> tuple[MemoryTransport, MemoryTransport]:
    """Make two ends that are connected to each other."""
    one, other = (MemoryTransport(runtime, max_message_size) for _ in range(2))
    one.peer, other.peer = other, one
    return one, other
