"""Recorded exchanges of old clients with the servers of their time, sent to a server of today.

What the old server had made up (ids, keys) is replaced, in what follows, by what ours has made up.
Requests and subscriptions are sent in the order of their times.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from tests.legacy_rest.differences import allowed, other_shape
from tests.legacy_rest.replay_channel import ReplayChannel, types_of

Json = dict[str, Any]

SENT = ("content-type", "accept", "client", "origin")
"""Headers that are sent as they were recorded, besides those of Bokeh's own."""
OWN = ("bokeh", "temporary-", "continuum-", "access-control-")


@dataclass(slots=True)
class Difference:
    """An answer that is not as the old server's was."""

    request: str
    expected: Any
    found: Any


@dataclass(slots=True)
class Replay:
    """One recording.

    Args:
        path: its file.
        url: of our server.
    """

    path: Path
    url: str
    known: dict[str, str] = field(default_factory=dict)
    """What the old server made up, and what ours did."""
    http: requests.Session = field(default_factory=requests.Session)
    removed: bool = False
    """Whether we have removed a model that the old server could not."""
    channels: list[ReplayChannel] = field(default_factory=list)

    def run(self) -> Iterator[Difference]:
        """Send everything; yield what is answered otherwise."""
        self.known |= {"localhost:5006": urlsplit(self.url).netloc}
        with self.http:
            for _, step, part in sorted(self._steps(), key=lambda step: step[:1]):
                if step == "subscribe":
                    yield from self._subscribe(*part)
                elif part.get("websocket"):
                    self.channels.append(ReplayChannel(self.url, part["websocket"]["frames"]))
                else:
                    yield from self._exchange(part["request"], part["response"])
            for channel in self.channels:
                yield from (Difference(*row) for row in channel.finish())

    def _steps(self) -> Iterator[tuple[float, str, Any]]:
        """Yield time, kind and content of what is sent."""
        number = -1
        for exchange in json.loads(self.path.read_text())["exchanges"]:
            yield exchange["t"], "exchange", exchange
            if exchange.get("websocket"):
                number += 1
                for frame in exchange["websocket"]["frames"]:
                    if frame["dir"] == "c2s" and frame["opcode"] == "text":
                        yield frame["t"], "subscribe", (number, frame["json"])

    def _subscribe(self, number: int, message: Json) -> Iterator[Difference]:
        channel = self.channels[number]
        todays = json.loads(self._todays(json.dumps(message)))
        expected, found = channel.subscribe(message["topic"], todays)
        if expected != found and "applet" not in self.path.name:
            yield Difference(f"subscribe {message['topic']}", expected, found)

    def _exchange(self, asked: Json, answered: Json) -> Iterator[Difference]:
        headers = {
            self._todays(name): self._todays(value)
            for name, value in asked["headers"].items()
            if name.lower() in SENT or name.lower().startswith(OWN)
        }
        if "Cookie" not in asked["headers"]:
            self.http.cookies.clear()
        path = self._todays(asked["path"])
        reply = self.http.request(
            asked["method"],
            self.url + path,
            data=self._body(asked.get("body") or {}),
            headers={"accept": "*/*", **headers},
            allow_redirects=False,
            timeout=60,
        )
        yield from self._compare(asked, answered, reply)
        self._note_changes(asked["method"], asked["path"], reply)

    def _note_changes(self, method: str, path: str, reply: requests.Response) -> None:
        """Tell the channels of a request that is to be told on them."""
        changes = path.endswith("/bulkupsert") or method in ("PUT", "PATCH")
        if changes and reply.status_code == 200:
            docid = path.split("/")[3]
            copy = reply.request.headers.get(f"temporary-{self._todays(docid)}")
            for channel in self.channels:
                channel.note(f"bokehplot:{copy or docid}")

    def _body(self, body: Json) -> bytes | None:
        if "json" in body:
            return self._todays(json.dumps(body["json"])).encode()
        return self._todays(body["text"]).encode() if body.get("text") else None

    def _todays(self, text: str) -> str:
        for old, new in self.known.items():
            text = text.replace(old, new)
        return text

    def _compare(self, asked: Any, answered: Any, reply: requests.Response) -> Iterator[Difference]:
        name, status = f"{asked['method']} {asked['path']}", reply.status_code
        if status != answered["status"]:
            applet = "applet" in self.path.name
            self.removed |= asked["method"] == "DELETE" and status == 200
            if not allowed(asked["method"], asked["path"], answered["status"], status, applet):
                yield Difference(name, answered["status"], f"{status} {reply.text[:100]}")
            return
        expected = (answered.get("body") or {}).get("json")
        if expected is not None:
            found = reply.json()
            self._learn(expected, found)
            same = shape(expected) == shape(found)
            if not same and not other_shape(asked["method"], asked["path"], self.removed):
                yield Difference(name, shape(expected), shape(found))
        elif status < 300 and asked["method"] != "OPTIONS":
            kinds = _kind(answered["headers"]), _kind(reply.headers)
            if kinds[0] != kinds[1]:
                yield Difference(name, *kinds)

    def _learn(self, expected: Any, found: Any) -> None:
        for docs in zip(_docs(expected), _docs(found), strict=False):
            self.known[docs[0]] = docs[1]
        for name in ("apikey", "readonlyapikey", "userapikey", "docid"):
            if isinstance(expected, dict) and name in expected and name in found:
                self.known[expected[name]] = found[name]
        for context in zip(_contexts(expected), _contexts(found), strict=False):
            self.known[context[0]] = context[1]


def _kind(headers: Any) -> str:
    found = {name.lower(): value for name, value in headers.items()}
    return str(found.get("content-type", "")).partition(";")[0]


def _docs(value: Any) -> list[str]:
    docs = value.get("docs") or [] if isinstance(value, dict) else []
    return [doc["docid"] for doc in docs if isinstance(doc, dict)]


def _contexts(value: Any) -> list[str]:
    if isinstance(value, dict) and "plot_context_ref" in value:
        return [value["plot_context_ref"]["id"]]
    models = value if isinstance(value, list) else []
    return [m["id"] for m in models if isinstance(m, dict) and m.get("type") == "PlotContext"]


def shape(value: Any) -> Any:
    """Return the names in a JSON value and its types, without its values. Attributes of a model are
    not looked into: the old server's classes filled in those that nobody had sent.
    """
    if isinstance(value, dict):
        if {"type", "id", "attributes"} <= value.keys():
            return types_of([value])
        if {"id", "doc"} <= value.keys():
            return "attributes"
        return {name: shape(part) for name, part in value.items()}
    if isinstance(value, list):
        return sorted({json.dumps(shape(part), sort_keys=True) for part in value})
    return "number" if type(value) in (int, float) else type(value).__name__
