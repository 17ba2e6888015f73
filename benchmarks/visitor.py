"""A visitor: loads a page, opens its websocket, pulls the document, moves the slider.

Every answer's content is checked here, so that no scenario can count work that was not done.
"""

import asyncio
import gzip
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from struct import Struct
from typing import Any

import numpy as np

from benchmarks.measure import Target
from benchmarks.websocket import Message, Websocket

POINTS = 200
_FLOAT = Struct("<d")
_TOKEN = re.compile(rb'"token":\s*"([^"]+)"')


class WrongAnswer(Exception):
    """The server's answer does not hold what it must."""


async def get(target: Target, path: str) -> bytes:
    """GET one path on a connection of its own, as a new visitor does; return the body.

    Raises:
        WrongAnswer: the status is not 200.
    """
    reader, writer = await asyncio.open_connection(target.host, target.port)
    try:
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: {target.host}:{target.port}\r\n"
            "Accept: text/html\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n".encode()
        )
        answer = await reader.read(-1)
    finally:
        writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    status = head.partition(b"\r\n")[0]
    if b" 200 " not in status:
        raise WrongAnswer(f"GET {path}: {status!r}")
    return _decoded(head.lower(), body)


def _decoded(head: bytes, body: bytes) -> bytes:
    if b"transfer-encoding: chunked" in head:
        body = b"".join(_chunks(body))
    return gzip.decompress(body) if b"content-encoding: gzip" in head else body


def _chunks(body: bytes) -> Iterator[bytes]:
    while body:
        size, _, rest = body.partition(b"\r\n")
        length = int(size, 16)
        yield rest[:length]
        body = rest[length + 2 :]


async def page_token(target: Target, app: str) -> str:
    """Load an app's page; return the token in it.

    Raises:
        WrongAnswer: the page holds no token.
    """
    found = _TOKEN.search(await get(target, f"/{app}"))
    if found is None:
        raise WrongAnswer(f"page of {app} without a token")
    return found[1].decode()


@dataclass(slots=True)
class Visitor:
    """A browser tab on a document with a Slider named ``slider`` and a source named ``source``.

    Args:
        websocket: open, and the document pulled.
        token: of its session; others join with it.
        models: id of each named model.
        points: length of the source's columns.
        value: where the slider stands.
    """

    websocket: Websocket
    token: str
    models: dict[str, str]
    points: int = POINTS
    value: int = 0

    @classmethod
    async def open(
        cls, target: Target, app: str, token: str | None = None, points: int = POINTS
    ) -> "Visitor":
        """Open a session of ``app``, or join that of ``token``, and pull its document."""
        token = token or await page_token(target, app)
        websocket = await Websocket.connect(target.host, target.port, socket_path(app), token)
        ack = await websocket.receive()
        if ack.type != "ACK":
            raise WrongAnswer(f"{ack.type} instead of ACK")
        request = websocket.send("PULL-DOC-REQ", {})
        reply = await websocket.receive()
        while reply.type != "PULL-DOC-REPLY":
            reply = await websocket.receive()
        if reply.header["reqid"] != request:
            raise WrongAnswer("PULL-DOC-REPLY to another request")
        models = dict(_named(reply.json()["doc"]["roots"]))
        if not {"slider", "source"} <= models.keys():
            raise WrongAnswer(f"{app}: document lacks the slider or the source")
        return cls(websocket, token, models, points)

    def change(self, model: str, buffers: Sequence[bytes] = (), **attributes: object) -> str:
        """Set properties of the model of that name, without waiting; return the message's id.

        Args:
            model: its name.
            buffers: of the message, see `Websocket.send`.
            attributes: name and JSON of each property.
        """
        events = [
            {"kind": "ModelChanged", "model": {"id": self.models[model]}, "attr": name, "new": new}
            for name, new in attributes.items()
        ]
        return self.websocket.send("PATCH-DOC", {"events": events}, buffers)

    def drag(self) -> str:
        """Move the slider one step on, without waiting; return the message's id."""
        self.value += 1
        return self.change("slider", value=self.value)

    async def slide(self) -> None:
        """Move the slider and wait for both answers: its OK and the data that its callback made."""
        request, confirmed, updated = self.drag(), False, False
        while not (confirmed and updated):
            message = await self.websocket.receive()
            if message.type == "OK":
                confirmed = message.header["reqid"] == request or confirmed
            elif message.type == "PATCH-DOC":
                updated = self.read(message) == self.value or updated
            else:
                raise WrongAnswer(f"{message.type}: {message.content[:200]!r}")

    async def update(self) -> int:
        """Wait for the source's next data; return the value they were made for."""
        while True:
            message = await self.websocket.receive()
            if message.type == "PATCH-DOC" and (value := self.read(message)) is not None:
                return value

    async def told(self, model: str, attribute: str) -> Any:
        """Wait until a property of the model of that name changes; return the JSON of its value."""
        while True:
            message = await self.websocket.receive()
            if message.type not in ("PATCH-DOC", "OK"):
                raise WrongAnswer(f"{message.type}: {message.content[:200]!r}")
            for event in message.json().get("events", ()):
                if event.get("attr") == attribute and event["model"]["id"] == self.models[model]:
                    return event["new"]

    def read(self, message: Message) -> int | None:
        """Return the value for which the data in a PATCH-DOC were made, or None if it holds none.

        Raises:
            WrongAnswer: a column is not what the app makes of the value, every byte of it.
        """
        value = None
        for event in message.json()["events"]:
            if event.get("attr") == "data" and event["model"]["id"] == self.models["source"]:
                data = event["data"] if "data" in event else event["new"]
                columns = {name: raw(json, message.buffers) for name, json in data["entries"]}
                value = int(_FLOAT.unpack_from(columns["y"])[0])
                if columns["y"] != column(value, self.points):
                    raise WrongAnswer(f"the data of {value} are wrong")
                if "x" in columns and columns["x"] != column(0, self.points):
                    raise WrongAnswer(f"the x of {value} is wrong")
        return value

    def close(self) -> None:
        """Close the tab."""
        self.websocket.close()


def socket_path(app: str) -> str:
    """Return the path of an app's websocket; the app without a name is at the root."""
    return f"/{app}/ws".replace("//", "/")


@lru_cache(maxsize=64)
def column(value: int, points: int) -> bytes:
    """Return the column ``value + arange(points)`` as it goes over the wire."""
    return (np.arange(float(points)) + value).tobytes()


def raw(encoded: dict[str, Any], buffers: dict[str, bytes]) -> bytes:
    """Return the bytes of an ndarray of Bokeh's JSON, which came as a buffer of the same message.

    Raises:
        WrongAnswer: it holds no float64.
    """
    if encoded["dtype"] != "float64" or encoded["order"] != "little":
        raise WrongAnswer(f"{encoded['dtype']}, {encoded['order']} instead of float64, little")
    return buffers[encoded["array"]["data"]["id"]]


def _named(json: Any) -> Iterator[tuple[str, str]]:
    """Walk a document's JSON for the name and id of every named model."""
    if isinstance(json, list):
        for item in json:
            yield from _named(item)
    elif isinstance(json, dict):
        attributes = json.get("attributes")
        if json.get("type") == "object" and attributes and "name" in attributes:
            yield attributes["name"], json["id"]
        for item in json.values():
            yield from _named(item)
