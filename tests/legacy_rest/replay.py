"""Recorded exchanges of old clients with the servers of their time, sent to a server of today.

What the old server had made up (ids, keys) is replaced, in what follows, by what ours has made up.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

OURS = ("json", "text")


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

    def run(self) -> Iterator[Difference]:
        """Send all requests; yield what is answered otherwise."""
        recording = json.loads(self.path.read_text())
        with requests.Session() as http:
            for exchange in recording["exchanges"]:
                asked, answered = exchange["request"], exchange["response"]
                if not asked["path"].startswith("/bokeh/") or exchange.get("websocket"):
                    continue
                reply = http.request(
                    asked["method"],
                    self.url + self._todays(asked["path"]),
                    data=self._body(asked.get("body") or {}),
                    headers={"content-type": asked["headers"].get("content-type", "")},
                    allow_redirects=False,
                    timeout=60,
                )
                yield from self._compare(asked, answered, reply)

    def _body(self, body: dict[str, Any]) -> bytes | None:
        if "json" in body:
            return self._todays(json.dumps(body["json"])).encode()
        return self._todays(body["text"]).encode() if body.get("text") else None

    def _todays(self, text: str) -> str:
        for old, new in self.known.items():
            text = text.replace(old, new)
        return text

    def _compare(self, asked: Any, answered: Any, reply: requests.Response) -> Iterator[Difference]:
        name = f"{asked['method']} {asked['path']}"
        if reply.status_code != answered["status"]:
            yield Difference(name, answered["status"], f"{reply.status_code} {reply.text[:100]}")
            return
        expected = answered.get("body", {}).get("json")
        if expected is None:
            return
        found = reply.json()
        self._learn(expected, found)
        if shape(expected) != shape(found):
            yield Difference(name, shape(expected), shape(found))

    def _learn(self, expected: Any, found: Any) -> None:
        for docs in zip(_docs(expected), _docs(found), strict=False):
            self.known[docs[0]] = docs[1]
        for name in ("apikey", "readonlyapikey"):
            if isinstance(expected, dict) and name in expected and name in found:
                self.known[expected[name]] = found[name]
        for context in zip(_contexts(expected), _contexts(found), strict=False):
            self.known[context[0]] = context[1]


def _docs(value: Any) -> list[str]:
    docs = value.get("docs") or [] if isinstance(value, dict) else []
    return [doc["docid"] for doc in docs if isinstance(doc, dict)]


def _contexts(value: Any) -> list[str]:
    models = value if isinstance(value, list) else []
    return [m["id"] for m in models if isinstance(m, dict) and m.get("type") == "PlotContext"]


def shape(value: Any) -> Any:
    """Return the names in a JSON value and its types, without its values."""
    if isinstance(value, dict):
        if {"type", "id", "attributes"} <= value.keys():
            return f"model {value['type']}"
        return {name: shape(part) for name, part in value.items()}
    if isinstance(value, list):
        return sorted({json.dumps(shape(part), sort_keys=True) for part in value})
    return "number" if type(value) in (int, float) else type(value).__name__
