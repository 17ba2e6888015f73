"""The Bokeh 3.x protocol without I/O: fragments become messages, and a table says which may come
when.

A server protocol turns a client's messages into commands; a client protocol hands on a server's.
Neither knows documents: contents stay JSON here. The way out is in ``messages``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

import orjson

from hybridviz.core.fragments import Fragment, Payload
from hybridviz.errors import MessageTooBig, ProtocolError

MAX_BUFFERS = 10_000
"""Most buffers of one message. A document has one per array; a header must not make us wait for a
billion.
"""

Loads = Callable[[Any], Any]


@dataclass(slots=True)
class Message:
    """One whole message that arrived."""

    kind: str
    msgid: str
    reqid: str | None
    num_buffers: int
    content: dict[str, Any] = field(default_factory=dict)
    buffers: dict[str, Payload] = field(default_factory=dict)


class Expect(Enum):
    """Which fragment of a message comes next."""

    HEADER = "header"
    METADATA = "metadata"
    CONTENT = "content"
    BUFFER_HEADER = "buffer_header"
    BUFFER = "buffer"


class MessageReader:
    """Puts messages together, fragment by fragment.

    Args:
        max_size: largest sum of the sizes of one message's fragments, in bytes.
        loads: parses JSON; raises orjson.JSONDecodeError.
    """

    def __init__(self, max_size: int, loads: Loads = orjson.loads) -> None:
        self._max_size = max_size
        self._loads = loads
        self._expect = Expect.HEADER
        self._size = 0
        self._message: Message
        self._buffer_id = ""

    @property
    def partial(self) -> bool:
        """Whether a message has begun and not ended."""
        return self._expect is not Expect.HEADER

    def feed(self, fragment: Fragment) -> Message | None:
        """Take the next fragment; return the message if that ends it.

        Raises:
            ProtocolError: the fragment is not what must come next.
            MessageTooBig: the message is over the limit.
        """
        self._size += len(fragment.payload)
        if self._size > self._max_size:
            raise MessageTooBig(f"message is over {self._max_size} bytes")
        if fragment.binary is not (self._expect is Expect.BUFFER):
            due = "binary" if self._expect is Expect.BUFFER else "text"
            raise ProtocolError(f"a {due} fragment is due ({self._expect.value})")
        if self._expect is Expect.BUFFER:
            self._message.buffers[self._buffer_id] = fragment.payload
            return self._next_buffer()
        if self._expect is Expect.METADATA and fragment.payload == b"{}":
            self._expect = Expect.CONTENT  # there is never anything in it
            return None
        return self._take_text(parse_object(fragment.payload, self._expect.value, self._loads))

    def _take_text(self, data: dict[str, Any]) -> Message | None:
        if self._expect is Expect.HEADER:
            self._message = _from_header(data)
            self._expect = Expect.METADATA
        elif self._expect is Expect.METADATA:
            self._expect = Expect.CONTENT
        elif self._expect is Expect.CONTENT:
            self._message.content = data
            return self._next_buffer()
        else:
            self._buffer_id = _text_field(data, "id", "buffer header")
            self._expect = Expect.BUFFER
        return None

    def _next_buffer(self) -> Message | None:
        if len(self._message.buffers) < self._message.num_buffers:
            self._expect = Expect.BUFFER_HEADER
            return None
        self._expect = Expect.HEADER
        self._size = 0
        return self._message


def parse_object(
    payload: bytes | memoryview, what: str, loads: Loads = orjson.loads
) -> dict[str, Any]:
    """Parse a JSON object.

    Raises:
        ProtocolError: it is no JSON, or no object; the text names ``what``.
    """
    try:
        data = loads(payload)
    except orjson.JSONDecodeError as error:
        raise ProtocolError(f"{what} is not JSON: {error}") from None
    if not isinstance(data, dict):
        raise ProtocolError(f"{what} is not a JSON object")
    return data


def _from_header(header: dict[str, Any]) -> Message:
    reqid = _text_field(header, "reqid", "header") if header.get("reqid") is not None else None
    count = header.get("num_buffers", 0)
    if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count <= MAX_BUFFERS:
        raise ProtocolError(f"header field num_buffers must be from 0 to {MAX_BUFFERS}")
    kind = _text_field(header, "msgtype", "header")
    return Message(kind, _text_field(header, "msgid", "header"), reqid, count)


def _text_field(data: dict[str, Any], name: str, what: str) -> str:
    value = data.get(name)
    if not isinstance(value, str):
        raise ProtocolError(f"{what} field {name} must be text")
    return value


MESSAGE_FACTOR = 8
"""A message may be this many times the limit of one websocket message: one per column of a big
source.
"""


class State(Enum):
    """Where a connection stands."""

    OPENING = auto()  # the server has not greeted yet
    READY = auto()  # greeted; the client has no document yet
    SYNCED = auto()  # both ends have the document and hear of its changes


SERVER_TABLE: dict[tuple[State, str], State] = {
    (State.READY, "SERVER-INFO-REQ"): State.READY,
    (State.READY, "PULL-DOC-REQ"): State.SYNCED,
    (State.READY, "PUSH-DOC"): State.SYNCED,
    (State.READY, "PATCH-DOC"): State.SYNCED,
    (State.READY, "OK"): State.READY,
    (State.READY, "ERROR"): State.READY,
    (State.SYNCED, "SERVER-INFO-REQ"): State.SYNCED,
    (State.SYNCED, "PULL-DOC-REQ"): State.SYNCED,
    (State.SYNCED, "PUSH-DOC"): State.SYNCED,
    (State.SYNCED, "PATCH-DOC"): State.SYNCED,
    (State.SYNCED, "OK"): State.SYNCED,
    (State.SYNCED, "ERROR"): State.SYNCED,
}
"""What a server accepts: (state, message type) to the state that follows."""

CLIENT_TABLE: dict[tuple[State, str], State] = {
    (State.OPENING, "ACK"): State.READY,
    (State.READY, "SERVER-INFO-REPLY"): State.READY,
    (State.READY, "PULL-DOC-REPLY"): State.SYNCED,
    (State.READY, "OK"): State.SYNCED,
    (State.READY, "ERROR"): State.READY,
    (State.READY, "PATCH-DOC"): State.READY,
    (State.SYNCED, "SERVER-INFO-REPLY"): State.SYNCED,
    (State.SYNCED, "PULL-DOC-REPLY"): State.SYNCED,
    (State.SYNCED, "OK"): State.SYNCED,
    (State.SYNCED, "ERROR"): State.SYNCED,
    (State.SYNCED, "PATCH-DOC"): State.SYNCED,
}
"""What a client accepts. PUSH-DOC and PATCH-DOC are its own first words; the OK to them makes it
synced. ``bokeh serve`` tells a client of changes from the first moment, before it has a
document.
"""


class _Protocol:
    """A reader, a state and its table."""

    table: dict[tuple[State, str], State]

    def __init__(self, state: State, max_size: int, loads: Loads = orjson.loads) -> None:
        self.state = state
        self._reader = MessageReader(max_size * MESSAGE_FACTOR, loads)

    @property
    def partial(self) -> bool:
        """Whether a message has begun and not ended."""
        return self._reader.partial

    def _step(self, fragment: Fragment) -> Message | None:
        message = self._reader.feed(fragment)
        if message is None:
            return None
        following = self.table.get((self.state, message.kind))
        if following is None:
            state = self.state.name.lower()
            raise ProtocolError(f"message type {message.kind!r} is not expected here ({state})")
        self.state = following
        return message


@dataclass(frozen=True, slots=True)
class Pull:
    """The client wants the document."""

    msgid: str


@dataclass(frozen=True, slots=True)
class Push:
    """The client replaces the document."""

    msgid: str
    doc: dict[str, Any]
    buffers: dict[str, Payload]


@dataclass(frozen=True, slots=True)
class Patch:
    """The client changed the document."""

    msgid: str
    events: list[dict[str, Any]]
    buffers: dict[str, Payload]


@dataclass(frozen=True, slots=True)
class ServerInfo:
    """The client asks for the server's versions."""

    msgid: str


Command = Pull | Push | Patch | ServerInfo


class ServerProtocol(_Protocol):
    """The server's end: fragments in, commands out.

    Args:
        max_size: largest websocket message, in bytes.
        loads: parses JSON; raises orjson.JSONDecodeError.
    """

    table = SERVER_TABLE

    def __init__(self, max_size: int, loads: Loads = orjson.loads) -> None:
        super().__init__(State.READY, max_size, loads)

    def feed(self, fragment: Fragment) -> Command | None:
        """Take a client's next fragment; return the command that it completes, if any.

        Raises:
            ProtocolError: the client broke the protocol; the connection must be closed.
        """
        message = self._step(fragment)
        if message is None:
            return None
        match message.kind:
            case "PATCH-DOC":
                return Patch(message.msgid, _events(message.content), message.buffers)
            case "PULL-DOC-REQ":
                return Pull(message.msgid)
            case "PUSH-DOC":
                return Push(message.msgid, _doc(message.content), message.buffers)
            case "SERVER-INFO-REQ":
                return ServerInfo(message.msgid)
        return None


class ClientProtocol(_Protocol):
    """The client's end: fragments in, whole messages out.

    Args:
        max_size: largest websocket message, in bytes.
    """

    table = CLIENT_TABLE

    def __init__(self, max_size: int) -> None:
        super().__init__(State.OPENING, max_size)

    def feed(self, fragment: Fragment) -> Message | None:
        """Take the server's next fragment; return the message that it completes, if any.

        Raises:
            ProtocolError: the server broke the protocol.
        """
        return self._step(fragment)


def _events(content: dict[str, Any]) -> list[dict[str, Any]]:
    events = content.get("events")
    if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
        raise ProtocolError("PATCH-DOC content must have a list of events")
    return events


def _doc(content: dict[str, Any]) -> dict[str, Any]:
    doc = content.get("doc")
    if not isinstance(doc, dict) or not isinstance(doc.get("roots"), list):
        raise ProtocolError("PUSH-DOC content must have a doc with a list of roots")
    return doc
