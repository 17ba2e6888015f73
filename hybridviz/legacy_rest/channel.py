"""The push channel of Bokeh 0.10: clients subscribe to topics and are told what happens there.

Each message is text: the topic, a colon, JSON. Nobody waits for a slow subscriber (`sender`).
Source: bokeh/server/websocket of 0.10.0.
"""

import logging
from hmac import compare_digest
from typing import Any
from uuid import uuid4

import orjson

from hybridviz.core.fragments import Fragment, Outgoing
from hybridviz.errors import DocumentNotFound, ProtocolError
from hybridviz.legacy_rest.library import Library
from hybridviz.legacy_rest.raw import RawDocument, pushed
from hybridviz.legacy_rest.sender import Sender
from hybridviz.runtime.base import Runtime
from hybridviz.ws.transport import Transport

log = logging.getLogger("hybridviz.legacy")

PLOT, USER, PUSHED = "bokehplot:", "bokehuser:", "docpush:"
"""Kinds of topics: changes of a document, of a user's list; and, ours, that there was a change."""
COPY = f"{PLOT}temporary"
"""How topics of visitors' copies begin, which are known to who made them."""
MAX_TOPICS = 1000
"""Most topics of one subscriber."""
MAX_TOPIC = 400
"""Longest topic, in characters."""


class Channel:
    """All subscribers by their topics.

    Args:
        library: the documents, whose keys let in.
        runtime: what runs connections.
    """

    def __init__(self, library: Library, runtime: Runtime) -> None:
        self.runtime = runtime
        self._library = library
        self._topics: dict[str, set[Subscriber]] = {}

    def __contains__(self, topic: str) -> bool:
        """Return whether anybody listens to a topic."""
        return topic in self._topics

    def serve(self, transport: Transport) -> None:
        """Serve one subscriber until it ends."""
        subscriber = Subscriber(self, transport)
        try:
            subscriber.run()
        finally:
            for topic in subscriber.topics:
                self._topics[topic].discard(subscriber)
                if not self._topics[topic]:
                    del self._topics[topic]

    def tell(self, topic: str, content: Any) -> None:
        """Tell all subscribers of a topic; does not wait for them."""
        found = self._topics.get(topic)
        if found:
            message = _message(topic, content)
            for subscriber in tuple(found):
                subscriber.put(message)

    def tell_change(self, raw: RawDocument, copy: str, idents: list[str]) -> None:
        """Tell of changed models.

        Args:
            raw: the document as it is now, or as a visitor's copy has it.
            copy: the name of the copy, or nothing.
            idents: the models; none means all that the document shows.
        """
        topic = f"{PLOT}{copy or raw.id}"
        if topic in self:
            self.tell(topic, pushed(raw, idents))
        if not copy:
            self.tell(f"{PUSHED}{raw.id}", {"msgtype": "pushed"})

    def subscribe(self, subscriber: "Subscriber", topic: str) -> None:
        """Have a subscriber told of a topic."""
        subscriber.topics.add(topic)
        self._topics.setdefault(topic, set()).add(subscriber)

    def lets_in(self, topic: str, key: Any) -> bool:
        """Return whether a key opens a topic: that of a document needs one of its keys."""
        kind = next((kind for kind in (PLOT, PUSHED) if topic.startswith(kind)), None)
        if kind is None or topic.startswith(COPY):
            return True
        try:
            raw = self._library.find(topic.removeprefix(kind))
        except DocumentNotFound:
            return False
        shown = key.encode() if isinstance(key, str) else b""
        keys = (raw.apikey, raw.readonlyapikey)
        return any(known and compare_digest(known.encode(), shown) for known in keys)


class Subscriber:
    """One connection; see `Channel.serve`."""

    def __init__(self, channel: Channel, transport: Transport) -> None:
        self.topics: set[str] = set()
        self._channel = channel
        self._transport = transport
        self._ident = str(uuid4())
        self._sender = Sender(transport, channel.runtime, f"subscriber {self._ident}")
        self.put = self._sender.put

    def run(self) -> None:
        """Answer and tell, until either end has enough."""
        with self._sender.serving():
            while True:
                self._answer(*_subscription(self._transport.receive()))

    def _answer(self, topic: str, key: Any) -> None:
        if topic not in self.topics and len(self.topics) >= MAX_TOPICS:
            raise ProtocolError(f"a subscriber has at most {MAX_TOPICS} topics")
        if not self._channel.lets_in(topic, key):
            log.warning("! subscriber %s shows no key of %s", self._ident, topic)
            self.put(_message(topic, {"msgtype": "error", "error_msg": "unauthorized"}))
            return
        self._channel.subscribe(self, topic)
        status = ["subscribesuccess", topic, self._ident]
        self.put(_message(topic, {"msgtype": "status", "status": status}))


def _message(topic: str, content: Any) -> Outgoing:
    return Outgoing((Fragment(f"{topic}:".encode() + orjson.dumps(content)),))


def _subscription(fragment: Fragment) -> tuple[str, Any]:
    """Return topic and key of a client's message.

    Raises:
        ProtocolError: it is no subscription.
    """
    try:
        message = orjson.loads(fragment.payload)
        kind, topic = message["msgtype"], message["topic"]
    except (ValueError, TypeError, KeyError):
        raise ProtocolError("a client sends JSON with msgtype, topic and auth") from None
    if kind != "subscribe" or not isinstance(topic, str) or not 0 < len(topic) <= MAX_TOPIC:
        raise ProtocolError("a client subscribes to a topic, and nothing else")
    return topic, message.get("auth")
