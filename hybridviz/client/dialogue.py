"""The dialogue with a server: what it says is taken in order, and answers find who asked.

News wait in one queue, which is emptied with the document's lock held: by the pump, or by somebody
who holds the lock and waits for an answer. Knows no document.
"""

import logging
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from hybridviz.client.connection import News
from hybridviz.core.fragments import Outgoing
from hybridviz.core.messages import MessageWriter
from hybridviz.core.protocol import Message
from hybridviz.errors import ChangeRefused
from hybridviz.runtime.base import Event, Runtime
from hybridviz.runtime.lock import SessionLock

log = logging.getLogger("hybridviz.client")


class Reply:
    """An answer that somebody waits for.

    Args:
        done: set when it is there.
        take: makes of it what the asker wants; runs with the lock held.
    """

    def __init__(self, done: Event, take: Callable[[Message], Any]) -> None:
        self.done = done
        self.value: Any = None
        self.error: Exception | None = None
        self._take = take

    def answer(self, message: Message) -> None:
        """Take the server's answer; what goes wrong with it is told to who waits."""
        try:
            if message.kind == "ERROR":
                raise refusal(message)
            self.value = self._take(message)
        except Exception as error:
            self.error = error
        finally:
            self.done.set()

    def fail(self, error: Exception) -> None:
        """Tell that there will be no answer."""
        self.error = error
        self.done.set()


class Dialogue:
    """Questions, answers, and news that answer nothing.

    Args:
        runtime: gives events.
        lock: the document's.
        writer: makes messages.
        send: sends one message, or forgets it if the line is down.
        signal: has the pump call `take_next`.
        hear: takes news that answer nothing, with the lock held.
    """

    def __init__(
        self,
        runtime: Runtime,
        lock: SessionLock,
        writer: MessageWriter,
        send: Callable[[Outgoing], None],
        signal: Callable[[], None],
        hear: Callable[[News], None],
    ) -> None:
        self._runtime = runtime
        self._lock = lock
        self._writer = writer
        self._send = send
        self._signal = signal
        self._hear = hear
        self._news: deque[News] = deque()
        self._arrived = runtime.event()
        self._replies: dict[str, Reply] = {}

    def ask(
        self,
        kind: str,
        take: Callable[[Message], Any],
        content: bytes = b"{}",
        buffers: Sequence[tuple[str, bytes]] = (),
    ) -> Reply:
        """Send a question; call with the lock held."""
        ident = self._writer.new_id()
        reply = self._replies[ident] = Reply(self._runtime.event(), take)
        self._send(self._writer.write(kind, content, buffers, msgid=ident))
        return reply

    def wait(self, reply: Reply) -> Any:
        """Return what was made of an answer; raise what went wrong.

        With the lock held nobody else can hear it, so all news until then are taken here.
        """
        while self._lock.held() and not reply.done.is_set():
            self._arrived.clear()
            if self._news:
                self._take(self._news.popleft())
            elif not reply.done.is_set():
                self._arrived.wait()
        reply.done.wait()
        if reply.error is not None:
            raise reply.error
        return reply.value

    def tell(self, news: News) -> None:
        """Queue news; from any thread."""
        self._news.append(news)
        self._arrived.set()
        self._signal()

    def take_next(self) -> None:
        """Take the news that have waited longest, if any."""
        self._lock.run(self._take_next)

    def _take_next(self) -> None:
        if self._news:
            self._take(self._news.popleft())

    def _take(self, news: News) -> None:
        reqid = news.reqid if isinstance(news, Message) else None
        reply = self._replies.pop(reqid, None) if reqid is not None else None
        if reply is not None and isinstance(news, Message):
            reply.answer(news)
        else:
            self._hear(news)

    def fail(self, error: Exception) -> None:
        """Tell all who wait that there will be no answer."""
        replies, self._replies = self._replies, {}
        for reply in replies.values():
            reply.fail(error)
        self._arrived.set()


def refusal(message: Message) -> ChangeRefused:
    """Return what an ERROR message says."""
    return ChangeRefused(str(message.content.get("text") or "the server gave no reason"))
