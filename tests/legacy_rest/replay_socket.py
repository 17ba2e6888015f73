"""Recorded exchanges of clients of Bokeh 0.11 with the server of their time, sent to ours.

Every websocket of a recording is opened again and all that its client sent is sent, in the order in
which it was; apps that it names are served with the document that was recorded.
"""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
import websocket

from tests.legacy_rest.replay import Difference, shape
from tests.servers import Server

TIMEOUT = 20
"""Seconds for an answer."""
APP = """
import json
from pathlib import Path

from bokeh.io import curdoc

from hybridviz.legacy_rest.patches import document_of
from hybridviz.legacy_rest.translation import Translator

content = json.loads(Path({path!r}).read_text())
for root in Translator(document_of("app", content)).roots():
    curdoc().add_root(root)
curdoc().title = content["doc"]["title"]
"""
Event = tuple[Any, ...]


class Line:
    """One connection of a recording.

    Args:
        server: ours.
        request: the recorded handshake.
    """

    def __init__(self, server: Server, request: Any) -> None:
        headers = request["headers"]
        origin = headers.get("Origin", "").replace("http://localhost:5006", server.url)
        self.path = request["path"]
        self.told: set[Event] = set()
        self.recorded: set[Event] = set()
        self.socket = websocket.WebSocket()
        self.socket.settimeout(TIMEOUT)
        self.status: int = 101
        url = f"ws://127.0.0.1:{server.port}{self.path}"
        try:
            self.socket.connect(url, origin=origin or None, suppress_origin=not origin)
        except websocket.WebSocketBadStatusException as refused:
            self.status = refused.status_code

    def ask(self, parts: list[str], msgid: str | None) -> Any:
        """Send a message; return type and content of its answer, or "closed"."""
        try:
            for part in parts:
                self.socket.send(part)
            return self._answer(msgid)
        except (websocket.WebSocketConnectionClosedException, ConnectionError):
            return "closed"

    def _answer(self, msgid: str | None) -> Any:
        while True:
            opcode, data = self.socket.recv_data()
            if opcode == websocket.ABNF.OPCODE_CLOSE:
                return "closed"
            header = json.loads(data)
            content = [json.loads(self.socket.recv()) for _ in range(2)][1]
            if msgid is not None and header.get("reqid") == msgid:
                return header["msgtype"], content
            if header["msgtype"] == "PATCH-DOC":
                self.told |= events(content)

    def close(self) -> None:
        self.socket.close(timeout=1)
        self.socket.shutdown()


def events(content: Any) -> set[Event]:
    """Return what a patch tells: kinds of events, types of models, attributes."""
    return {
        (e["kind"], (e.get("model") or e.get("column_source") or {}).get("type"), e.get("attr"))
        for e in content["events"]
    }


def replay(path: Path, directory: Path) -> Iterator[Difference]:
    """Send a recording to a server of its own; yield what is answered otherwise."""
    recording = uncut(json.loads(path.read_text()))
    server = Server("serve", apps(recording, directory), directory)
    lines: dict[int, Line] = {}
    try:
        yield from pages(server, recording)
        for exchange, message in messages(recording):
            number = exchange["conn"]
            if number not in lines:
                lines[number] = Line(server, exchange["request"])
                expected = exchange["response"]["status"]
                if lines[number].status != expected:
                    name = f"handshake {lines[number].path}"
                    yield Difference(name, expected, lines[number].status)
            if lines[number].status == 101:
                yield from turn(lines[number], exchange, message)
        yield from heard(lines.values())
    finally:
        for line in lines.values():
            line.close()
        server.kill()


def turn(line: Line, exchange: Any, message: Any) -> Iterator[Difference]:
    """Take one recorded message: send it if a client did, else remember what it tells."""
    if message["dir"] == "s2c":
        if (message.get("header") or {}).get("msgtype") == "PATCH-DOC":
            line.recorded |= events(message["content"])
        return
    if message.get("opcode") == "close":
        line.close()
    if "header" not in message:
        return
    msgid = (message["header"] or {}).get("msgid")
    parts = [json.dumps(message[part]) for part in ("header", "metadata", "content")]
    parts += [json.dumps(part) for part in message.get("buffers", ())]
    expected, found = answer(exchange, msgid), line.ask(parts, msgid)
    if isinstance(expected, tuple) and isinstance(found, tuple):
        models = types(expected[1]), types(found[1])
        expected = expected[0], shape(expected[1]), sorted(models[0] - models[1])
        found = found[0], shape(found[1]), sorted(models[1] - models[0])
    if expected is not None and found != expected:
        kind = (message["header"] or {}).get("msgtype")
        yield Difference(f"{kind} {json.dumps(message['content'])[:400]}", expected, found)


def types(content: Any) -> set[str]:
    """Return the types of a document's models, which are taken out of it."""
    roots = content.get("doc", {}).get("roots", {})
    return {model["type"] for model in roots.pop("references", ())}


def answer(exchange: Any, msgid: str | None) -> Any:
    """Return type and content of the recorded answer to a message; None if its client has not
    waited for one.
    """
    for message in exchange["websocket"]["messages"]:
        header = message.get("header") or {}
        if message["dir"] == "s2c" and msgid is not None and header.get("reqid") == msgid:
            return header["msgtype"], copy.deepcopy(message["content"])
    closed = [m for m in exchange["websocket"]["messages"] if m.get("opcode") == "close"]
    return "closed" if closed and closed[0]["dir"] == "s2c" else None


def heard(lines: Any) -> Iterator[Difference]:
    """Compare what the connections were told unasked."""
    for line in lines:
        if line.status == 101 and line.socket.connected:
            request = {"msgid": "last", "msgtype": "SERVER-INFO-REQ"}
            line.ask([json.dumps(request), "{}", "{}"], "last")
            for event in sorted(line.recorded - line.told, key=str):
                yield Difference("told", event, None)
            for event in sorted(line.told - line.recorded, key=str):
                yield Difference("told", None, event)


def pages(server: Server, recording: Any) -> Iterator[Difference]:
    """Ask for all that was asked for without a websocket."""
    for exchange in recording["exchanges"]:
        request, status = exchange["request"], exchange["response"].get("status")
        if "websocket" not in exchange and status != 101 and not is_socket(request):
            host = {"Host": "evil.example"} if "evil" in request["headers"]["Host"] else {}
            url = server.url + request["path"]
            found = requests.request(request["method"], url, headers=host, timeout=TIMEOUT)
            if found.status_code != status:
                name = f"{request['method']} {request['path']}"
                yield Difference(name, status, found.status_code)


def is_socket(request: Any) -> bool:
    return urlsplit(request["path"]).path.endswith("/ws") and "Upgrade" in request["headers"]


def messages(recording: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the messages of all websockets, with their exchanges, in the order of their time."""
    found = [
        (message["t"], number, exchange, message)
        for exchange in recording["exchanges"]
        for number, message in enumerate((exchange.get("websocket") or {}).get("messages", ()))
        if "t" in message
    ]
    refused = [
        (0.0, 0, exchange, {"dir": "s2c"})
        for exchange in recording["exchanges"]
        if "websocket" not in exchange and is_socket(exchange["request"])
    ]
    for _, _, exchange, message in sorted([*found, *refused], key=lambda item: item[:2]):
        yield exchange, message


def apps(recording: Any, directory: Path) -> list[Path]:
    """Write an app for each path with a websocket; it shows the document that was recorded."""
    found = []
    for exchange, message in messages(recording):
        name = urlsplit(exchange["request"]["path"]).path.strip("/").partition("/")[0]
        content = message.get("content") or {}
        if name != "ws" and "doc" in content and not (directory / f"{name}.py").exists():
            (directory / f"{name}.json").write_text(json.dumps(content))
            app = directory / f"{name}.py"
            app.write_text(APP.format(path=str(directory / f"{name}.json")))
            found.append(app)
    return found


def uncut(value: Any) -> Any:
    """Return a recording in which what was cut out of long lists is left out."""
    if isinstance(value, dict):
        if "__cut_list__" in value:
            return uncut([*value["head"], *value["tail"]])
        if "__json_constant__" in value:
            return str(value["__json_constant__"])
        return {name: uncut(part) for name, part in value.items()}
    return [uncut(part) for part in value] if isinstance(value, list) else value
