"""What waits to be sent over the websocket of one old client, and the loop that sends it.

Nobody waits for a slow client: when too much waits for it, it is given up. Knows no contents; used
by `channel` and `dialect`.
"""

import logging
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from hybridviz.core.fragments import Outgoing
from hybridviz.errors import HybridVizError, TransportClosed
from hybridviz.runtime.base import Runtime
from hybridviz.ws.transport import Transport

log = logging.getLogger("hybridviz.legacy")

MAX_WAITING = 32 * 1024 * 1024
"""Most bytes that wait for one client, besides one message."""
MAX_MESSAGES = 2000
"""Most messages that do."""
LAST_WORDS = 1.0
"""Seconds that a connection may take to send what waits at its end."""
TOO_SLOW = 1013


class Sender:
    """One connection's.

    Args:
        transport: the websocket.
        runtime: runs the loop.
        name: of the client, for the log.
    """

    def __init__(self, transport: Transport, runtime: Runtime, name: str) -> None:
        self._transport = transport
        self._runtime = runtime
        self._name = name
        self._waiting: deque[Outgoing] = deque()
        self._size = 0
        self._filled = runtime.event()
        self._ended = False

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Send while the block reads. Whatever ends the block, what waits is sent and the websocket
        is closed, with the code and the reason of the failure.
        """
        writing = self._runtime.spawn(self._write)
        code, reason = 1000, ""
        try:
            yield
        except TransportClosed as closed:
            log.debug("= %s has left: %s", self._name, closed)
        except HybridVizError as error:
            code, reason = error.close_code, str(error)
            log.warning("! %s: %s", self._name, reason)
        finally:
            self._ended = True
            self._filled.set()
            writing.join(LAST_WORDS)
            self._transport.close(code, reason)

    def put(self, message: Outgoing) -> None:
        """Have a message sent, after those that wait; if these are too many, give up."""
        if self._ended:
            return
        if self._size > MAX_WAITING or len(self._waiting) >= MAX_MESSAGES:
            self._give_up()
            return
        self._waiting.append(message)
        self._size += message.size
        self._filled.set()

    def _give_up(self) -> None:
        self._ended = True
        self._waiting.clear()
        self._filled.set()
        log.warning("! %s does not read and is given up", self._name)
        self._runtime.spawn(self._transport.close, TOO_SLOW, "too slow")

    def _write(self) -> None:
        try:
            while not self._ended or self._waiting:
                self._filled.wait()
                self._filled.clear()
                while self._waiting:
                    message = self._waiting.popleft()
                    self._transport.send(message)
                    self._size -= message.size
        except TransportClosed as closed:
            self._ended = True
            log.debug("> %s cannot be written to: %s", self._name, closed)
