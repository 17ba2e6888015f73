"""A client of the raw wire: it can say what no decent client says, and sees every byte that comes
back.
"""

import base64
import itertools
import json
import os
import re
import socket
import struct
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import requests

from hybridviz.core.fragments import Fragment
from hybridviz.ws.frames import Close, FrameDecoder, Opcode, encode_frame

LIMIT = 64 * 1024 * 1024
TIMEOUT = 10.0


class Refused(Exception):
    """The server answered the handshake with another status than 101."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"{status} {text}")
        self.status = status
        self.text = text


class Wire:
    """One websocket, opened by hand.

    Args:
        url: the app's page, such as ``http://127.0.0.1:5006/slider``.
        token: what it shows; by default that of a new page.
        headers: further or other headers of the handshake; None leaves one out.
        path: other path of the websocket.
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        headers: dict[str, str | None] | None = None,
        path: str | None = None,
    ) -> None:
        parts = urlsplit(url)
        self.token = token if token is not None else page_token(url)
        self.socket = socket.create_connection((parts.hostname, parts.port), TIMEOUT)
        self._decoder = FrameDecoder(LIMIT, masked=False)
        self._found: list[Any] = []
        self._ids = itertools.count()
        fields: dict[str, str | None] = {
            "Host": parts.netloc,
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
            "Sec-WebSocket-Protocol": f"bokeh, {self.token}",
            "Origin": f"http://{parts.netloc}",
            **(headers or {}),
        }
        lines = [f"{name}: {value}" for name, value in fields.items() if value is not None]
        request = f"GET {path or parts.path + '/ws'} HTTP/1.1\r\n" + "\r\n".join(lines) + "\r\n\r\n"
        self.socket.sendall(request.encode("latin-1"))
        self._shake_hands()

    def _shake_hands(self) -> None:
        data = b""
        while b"\r\n\r\n" not in data:
            chunk = self.socket.recv(65536)
            if not chunk:
                raise Refused(0, "no answer")
            data += chunk
        head, _, rest = data.partition(b"\r\n\r\n")
        status = int(head.split()[1])
        if status != 101:
            rest += self._to_the_end()
            self.socket.close()
            raise Refused(status, rest.decode())
        self._found += self._decoder.feed(rest)

    def _to_the_end(self) -> bytes:
        self.socket.settimeout(0.3)
        data = b""
        try:
            while chunk := self.socket.recv(65536):
                data += chunk
        except TimeoutError:
            return data
        return data

    def __enter__(self) -> "Wire":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.socket.close()

    # -- out

    def raw(self, data: bytes) -> None:
        """Send bytes as they are; the server may have closed meanwhile."""
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            return

    def frame(self, opcode: int, payload: bytes) -> None:
        """Send one whole masked frame."""
        self.raw(encode_frame(opcode, payload, b"abcd"))

    def text(self, *texts: str | bytes) -> None:
        """Send text frames, one each."""
        for text in texts:
            self.frame(Opcode.TEXT, text.encode() if isinstance(text, str) else text)

    def message(self, kind: str, content: Any = None, buffers: int = 0) -> str:
        """Send a message and return its id."""
        ident = f"m{next(self._ids)}"
        header = {"msgid": ident, "msgtype": kind} | ({"num_buffers": buffers} if buffers else {})
        self.text(json.dumps(header), "{}", json.dumps(content or {}))
        return ident

    def patch(self, *events: dict[str, Any]) -> str:
        """Send a PATCH-DOC and return its id."""
        return self.message("PATCH-DOC", {"events": list(events)})

    def patches(self, *events: dict[str, Any]) -> list[str]:
        """Send a PATCH-DOC for each event, all in one write; return their ids."""
        idents = [f"m{next(self._ids)}" for _ in events]
        texts: list[str] = []
        for ident, event in zip(idents, events, strict=True):
            header = {"msgid": ident, "msgtype": "PATCH-DOC"}
            texts += (json.dumps(header), "{}", json.dumps({"events": [event]}))
        self.raw(b"".join(encode_frame(Opcode.TEXT, t.encode(), b"abcd") for t in texts))
        return idents

    # -- in

    def next(self) -> Any:
        """Return the next whole frame: a Fragment or a Close. Raises EOFError at the end."""
        while not self._found:
            data = self.socket.recv(1 << 20)
            if not data:
                raise EOFError
            self._found += self._decoder.feed(data)
        return self._found.pop(0)

    def reply(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return header and content of the next message; its buffers are read and dropped."""
        header, _, content = (json.loads(self._fragment().payload) for _ in range(3))
        for _ in range(2 * header.get("num_buffers", 0)):
            self._fragment()
        return header, content

    def _fragment(self) -> Fragment:
        item = self.next()
        if isinstance(item, Close):
            raise AssertionError(f"closed with {item}")
        if not isinstance(item, Fragment):
            return self._fragment()
        return item

    def reply_to(self, ident: str) -> tuple[str, dict[str, Any]]:
        """Return type and content of the answer to a message, passing over what else comes."""
        while True:
            header, content = self.reply()
            if header.get("reqid") == ident:
                return header["msgtype"], content

    def close_frame(self) -> Close:
        """Return the close frame that ends it, passing over what comes before."""
        while True:
            item = self.next()
            if isinstance(item, Close):
                return item

    def pull(self) -> dict[str, str]:
        """Pull the document; return the ids of its models by their names."""
        kind, content = self.reply_to(self.message("PULL-DOC-REQ"))
        assert kind == "PULL-DOC-REPLY"
        return dict(named(content["doc"]))


def page_token(url: str) -> str:
    """Open a page and return its token."""
    answer = requests.get(url, timeout=TIMEOUT)
    found = re.search(r'"token":"([^"]+)"', answer.text)
    assert found, f"{answer.status_code} {answer.text[:300]}"
    return found[1]


def named(value: Any) -> list[tuple[str, str]]:
    """List the models of a document's JSON that have names: name and id."""
    if isinstance(value, dict):
        own = value.get("attributes", {}).get("name") if "id" in value else None
        below = [pair for item in value.values() for pair in named(item)]
        return [(own, value["id"]), *below] if own else below
    return [pair for item in value for pair in named(item)] if isinstance(value, list) else []


def set_value(ident: str, value: Any, attr: str = "value") -> dict[str, Any]:
    """Make the event that a property changed."""
    return {"kind": "ModelChanged", "model": {"id": ident}, "attr": attr, "new": value}


def head(first: int, length: int) -> bytes:
    """Make the head of a masked frame from its first byte and its length."""
    if length < 126:
        return struct.pack(">BB", first, 0x80 | length) + b"abcd"
    return struct.pack(">BBQ", first, 0x80 | 127, length) + b"abcd"
