"""A session and its clients without sockets, on a virtual clock: each client has a document of its
own, which it changes and which follows the server's, with a delay of its own in each direction.
"""

from collections import deque
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import orjson
from bokeh.core.serialization import Buffer, Serialized, Serializer
from bokeh.core.types import ID
from bokeh.document import Document
from bokeh.document.events import DocumentPatchedEvent
from bokeh.protocol.messages.patch_doc import patch_doc

from hybridviz.bokeh_internals import viewers_know, viewers_know_all
from hybridviz.core.fragments import Fragment
from hybridviz.core.messages import MessageWriter
from hybridviz.core.patch import decode_patch
from hybridviz.core.protocol import ClientProtocol, Message, ServerProtocol
from hybridviz.runtime.manual import ManualRuntime
from hybridviz.sessions import Session, Viewer

LIMIT = 20 * 1024 * 1024


class Line:
    """One direction of a connection: what is sent arrives in order, after a delay."""

    def __init__(self, runtime: ManualRuntime, arrive: Callable[[Fragment], None]) -> None:
        self._runtime = runtime
        self._arrive = arrive
        self._sent: deque[Fragment] = deque()
        self._free = 0.0

    def send(self, fragments: Any, delay: float) -> None:
        """Let fragments arrive ``delay`` seconds from now, but not before earlier ones."""
        now = self._runtime.now()
        self._free = max(self._free, now + delay)
        for fragment in fragments:
            self._sent.append(fragment)
            self._runtime.call_later(self._free - now, self._next)

    def _next(self) -> None:
        self._arrive(self._sent.popleft())


class Client:
    """A client that applies what the server sends and sends what is changed in its document.

    Args:
        session: the session it joins.
        runtime: the virtual clock.
        delay: tells the seconds that the next message takes.
    """

    def __init__(
        self, session: Session, runtime: ManualRuntime, delay: Callable[[], float] = lambda: 0.0
    ) -> None:
        self.session = session
        self.document = Document()
        self.received: list[tuple[float, Message]] = []
        self.closed: tuple[int, str] | None = None
        self._runtime = runtime
        self._delay = delay
        self._ids = 0
        self._writer = MessageWriter(self._next_id)
        self._protocol = ClientProtocol(LIMIT)
        self._server = ServerProtocol(LIMIT)
        self._up = Line(runtime, self._at_server)
        self._down = Line(runtime, self._at_client)
        self.viewer: Viewer = session.join(self._close)
        self.document.on_change(self._changed)
        self._ask("PULL-DOC-REQ")

    def _next_id(self) -> str:
        self._ids += 1
        return f"c{self._ids}"

    def _close(self, code: int, reason: str) -> None:
        self.closed = (code, reason)

    def _ask(self, kind: str, content: bytes = b"{}", buffers: Any = ()) -> None:
        self._up.send(self._writer.write(kind, content, buffers).fragments, self._delay())

    def send_events(self, *events: dict[str, Any]) -> None:
        """Send a PATCH-DOC made by hand."""
        self._ask("PATCH-DOC", orjson.dumps({"events": events}))

    def _changed(self, event: Any) -> None:
        if event.setter is self or not isinstance(event, DocumentPatchedEvent):
            return
        message = patch_doc.create([event])
        buffers = [(buffer.id, buffer.to_bytes()) for buffer in message.buffers]
        self._ask("PATCH-DOC", message.content_json.encode(), buffers)

    def _at_server(self, fragment: Fragment) -> None:
        command = self._server.feed(fragment)
        if command is not None:
            self.session.commands.execute(command, self.viewer)

    def deliver(self) -> None:
        """Put on the line what the server has for this client."""
        outbox = self.viewer.outbox
        while outbox.waiting:
            for message in outbox.take():
                self._down.send(message.fragments, self._delay())
            if outbox.waiting:
                self.session.tell_stale(self.viewer)

    def _at_client(self, fragment: Fragment) -> None:
        message = self._protocol.feed(fragment)
        if message is None:
            return
        self.received.append((self._runtime.now(), message))
        buffers = [Buffer(ID(ident), data) for ident, data in message.buffers.items()]
        if message.kind == "PULL-DOC-REPLY":
            self.document.remove_on_change(self._changed)
            pulled: Any = Serialized(message.content["doc"], buffers)
            self.document.replace_with_json(pulled)
            viewers_know_all(self.document)
            self.document.on_change(self._changed)
        elif message.kind == "PATCH-DOC":
            self._apply(message)

    def _apply(self, message: Message) -> None:
        patch = decode_patch(self.document, message.content["events"], message.buffers, self)
        for step in patch.steps:
            step.apply()
        viewers_know(self.document, patch.created)

    def model(self, name: str) -> Any:
        """Return the client's own copy of the model of that name."""
        return self.document.get_model_by_name(name)

    def kinds(self) -> list[str]:
        """Return the types of the messages that have arrived."""
        return [message.kind for _, message in self.received]


class World:
    """A session, its clients and the clock.

    Args:
        build: fills the session's document.
        clients: how many join.
        delay: tells the seconds that a message takes.
    """

    open: ClassVar[list["World"]] = []

    def __init__(
        self,
        build: Callable[[Document], None],
        clients: int = 1,
        delay: Callable[[], float] = lambda: 0.0,
    ) -> None:
        World.open.append(self)
        self.runtime = ManualRuntime()
        self.session = Session("id", "/app", self.runtime)
        self.session.build(lambda session: build(session.document))
        self.clients = [Client(self.session, self.runtime, delay) for _ in range(clients)]
        self.run(1.0)

    @classmethod
    def close_all(cls) -> None:
        """End what the clocks of all worlds run, coroutines too."""
        while cls.open:
            cls.open.pop().runtime.close()

    @property
    def document(self) -> Document:
        return self.session.document

    def run(self, seconds: float, step: float = 0.01) -> None:
        """Let time pass; the writers look at their outboxes after every step."""
        for _ in range(max(round(seconds / step), 1)):
            self.runtime.advance(step)
            for client in self.clients:
                client.deliver()

    def settle(self) -> None:
        """Let time pass until nothing can be on its way any more."""
        self.run(6.0, 0.05)


def state(document: Document) -> Any:
    """Return all that a document says, set or by default, its models by their ids."""
    models = {
        model.id: {
            name: _plain(Serializer(references=set(document.models)), value)
            for name, value in model.properties_with_values().items()
        }
        for model in document.models
    }
    return {"title": document.title, "roots": [root.id for root in document.roots], **models}


def _plain(serializer: Serializer, value: Any) -> Any:
    """Encode a value, a column as a list: some ends keep a list where others keep an array."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, dict):
        return {key: _plain(serializer, item) for key, item in value.items()}
    return serializer.encode(value)
