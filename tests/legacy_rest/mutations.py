"""Recorded requests, changed at random: bytes, JSON, paths, methods and headers."""

import json
import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

Json = dict[str, Any]


def nested(depth: int) -> Any:
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


ODD: list[Any] = [
    *(None, True, False, 0, -1, 10**25, 1e308, "", "NaN", "Infinity", "\ud800", "\0", "é" * 300),
    *([], {}, [None], [[]], {"": None}, {"type": "Plot"}, {"type": 1, "id": []}, nested(300)),
    *({"type": "Plot", "id": "nothing"}, {"type": "Plot", "id": {}}, {"field": {}}, {"value": []}),
    *([{"type": "Plot", "id": "nothing"}], "x" * 10_000, {"1d": 3}, {"id": "a", "attributes": 1}),
]
SEGMENTS = ["nosuch", "%00", "..%2F..", "%C3%A9", "x" * 300, "legacy:x", "%ED%A0%80", "a:b:c", " "]
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "BREW"]
HEADERS = [
    {"content-type": "text/plain"},
    {"content-type": "application/x-www-form-urlencoded"},
    {"content-type": "multipart/form-data"},
    {"content-encoding": "gzip"},
    {"BOKEH-API-KEY": "wrong"},
    {"BOKEHUSER-API-KEY": "x"},
    {"Authorization": "Bearer"},
    {"Cookie": "hybridviz-user=x"},
    {"temporary-{docid}": "temporary-1"},
    {"temporary-{docid}": "nonsense"},
]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request.

    Attributes:
        method, path, headers: of it.
        body: its bytes.
    """

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


def mutated(asked: Asked, chance: random.Random) -> Asked:
    """Return a request with something changed, mostly its JSON."""
    ways: list[Callable[[Asked, random.Random], Asked]] = [_bytes, _path, _method, _headers]
    way = chance.choice([*ways, *[_json] * 6])
    return way(asked, chance)


def _bytes(asked: Asked, chance: random.Random) -> Asked:
    body = bytearray(asked.body or b"{}")
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(body) or 1)
        kind = chance.randrange(3)
        if kind == 0:
            body[place:] = b""
        elif kind == 1:
            body[place : place + 1] = bytes([chance.randrange(256)])
        else:
            body[place:place] = bytes(chance.randrange(256) for _ in range(3))
    return replace(asked, body=bytes(body))


def _json(asked: Asked, chance: random.Random) -> Asked:
    value = json.loads(asked.body or b"null")
    for _ in range(chance.randint(1, 3)):
        places = list(_places(value))
        if not places:
            value = odd(chance)
            break
        holder, key = chance.choice(places)
        kind = chance.randrange(4)
        if kind == 0:
            del holder[key]
        elif kind == 1 and isinstance(holder, list):
            holder.append(holder[key])
        elif kind == 2:
            holder[key] = chance.choice(places)[0]
            value = json.loads(_whole(value))
        else:
            holder[key] = odd(chance)
    return replace(asked, body=_whole(value))


def odd(chance: random.Random) -> Any:
    """Return an odd value of its own, which may be changed again."""
    return deepcopy(chance.choice(ODD))


def _whole(value: Any) -> bytes:
    try:
        return json.dumps(value).encode()
    except (ValueError, RecursionError):  # a value was put into itself
        return b'[{"type": "Plot", "id": "p", "attributes": {"id": "p", "renderers": [null]}}]'


def _places(value: Any, depth: int = 0) -> Iterator[tuple[Any, Any]]:
    """Yield each place in a value: what holds it, and its key there."""
    if depth < 50 and isinstance(value, dict | list):
        keys = list(value) if isinstance(value, dict) else range(len(value))
        for key in keys:
            yield value, key
            yield from _places(value[key], depth + 1)


def _path(asked: Asked, chance: random.Random) -> Asked:
    parts = asked.path.split("/")
    place = chance.randrange(1, len(parts))
    if chance.random() < 0.7:
        parts[place] = chance.choice(SEGMENTS)
    else:
        parts[place : place + 1] = chance.choice([[], ["", ""], [parts[place]] * 2])
    return replace(asked, path="/".join(parts) if parts[0] == "" else asked.path)


def _method(asked: Asked, chance: random.Random) -> Asked:
    return replace(asked, method=chance.choice(METHODS))


def _headers(asked: Asked, chance: random.Random) -> Asked:
    docid = next((part for part in asked.path.split("/") if len(part) == 36), "x")
    more = {n.format(docid=docid): v for n, v in chance.choice(HEADERS).items()}
    return replace(asked, headers={**asked.headers, **more})
