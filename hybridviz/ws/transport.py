"""What a connection needs of a socket. Implementations: ``sockets`` (frames over a raw socket, for
gevent-websocket and for threaded servers) and ``memory`` (a pair of queues, for tests).

One contract suite (tests/contracts/test_transport.py) holds for all of them.
"""

from typing import Protocol

from hybridviz.core.fragments import Fragment, Outgoing

MESSAGE_TIMEOUT = 60.0
"""Seconds of silence in the middle of a message, from its first byte on, after which its peer is
given up. Pongs do not count: browsers send them for pages that do nothing any more.
"""
MESSAGE_LIFETIME = 3600.0
"""Seconds in which a message that has begun must be whole, however steadily it comes: for so long a
peer that sends a byte a minute can hold what the limits of size let a message hold.
"""
UNFINISHED = "a message was begun and not finished"


class Transport(Protocol):
    """One websocket after its handshake. One greenlet or thread receives, one sends; ``close`` may
    be any.
    """

    def receive(self, timeout: float | None = None, begun: bool = False) -> Fragment:
        """Wait for the next whole websocket message.

        Control frames, fragmentation and keep-alive are dealt with inside: while it waits, a ping
        goes out after each ``keep_alive`` seconds of silence, and a peer that leaves one unanswered
        as long is given up. A message that has begun must go on (MESSAGE_TIMEOUT) and must end
        (MESSAGE_LIFETIME).

        Args:
            timeout: seconds to wait at most, ``None`` for ever.
            begun: whether earlier fragments of the same message have been received.

        Raises:
            TimeoutError: no whole message arrived in ``timeout`` seconds.
            TransportClosed: the peer closed, vanished, or is silent.
            ProtocolError: a message does not go on, or does not end.
            FrameError: the peer broke RFC 6455 or the size limit; the caller closes with its
                ``close_code``.
        """

    def send(self, message: Outgoing) -> None:
        """Write all fragments of one message in one go; block until the kernel took them.

        Raises:
            TransportClosed: the connection is over.
        """

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Send a close frame (reason cut to 123 bytes of UTF-8) and end the connection; idempotent.

        Wakes a waiting ``receive`` with TransportClosed, and a ``send`` that waits for a peer that
        does not read.
        """
