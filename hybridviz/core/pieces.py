"""Large JSON, parsed in pieces: whoever else wants the interpreter gets it in between.

A parser written in C holds the interpreter's lock until it is done, also in a thread of its own.
What makes a message large is nearly always long lists of numbers; these are cut out, parsed piece
by piece and put back. The result is that of parsing the whole, and so are the errors.
"""

from collections.abc import Iterator
from typing import Any

import orjson

LARGE = 256 * 1024
"""Bytes from which it is worth while: a smaller text is parsed in about 2 ms."""
PIECE = 64 * 1024
"""Bytes that are parsed at a time."""
STEP = 8 * 1024
"""Bytes between two places where a list is looked for: it must be twice as long to be found."""

Run = tuple[int, int]
"""Where the content of a flat list begins and ends."""


def parse(payload: bytes | memoryview) -> Any:
    """Parse JSON.

    Raises:
        orjson.JSONDecodeError: it is none.
    """
    if len(payload) < LARGE:
        return orjson.loads(payload)
    payload = bytes(payload)
    runs = list(_runs(payload))
    if not runs:
        return orjson.loads(payload)
    mark = _unused(payload)
    try:
        skeleton = orjson.loads(b"".join(_skeleton(payload, runs, mark)))
        lists = {f"{mark}{n}": _list(payload, *run) for n, run in enumerate(runs)}
    except orjson.JSONDecodeError:
        return orjson.loads(payload)  # it tells what is wrong, if anything is, and where
    whole = [skeleton]
    # Each must be there once: else it was a key, or part of a text, or of what another replaces.
    return whole[0] if _fill(whole, lists) == sorted(lists) else orjson.loads(payload)


def _runs(payload: bytes) -> Iterator[Run]:
    """Find long lists with no list, object or text in them."""
    end = 0
    for place in range(STEP, len(payload), STEP):
        if place < end:
            continue
        first = max(end, place - STEP)
        start = max(payload.rfind(char, first, place) for char in b'[]{}"')
        if start < 0 or payload[start] != ord("["):
            continue
        stop = payload.find(b"]", place)
        if stop - place >= STEP and all(payload.find(char, place, stop) < 0 for char in b'[{"'):
            end = stop
            yield start + 1, stop


def _unused(payload: bytes) -> str:
    """Return a text that does not occur in the payload."""
    mark = "list"
    while mark.encode() in payload:
        mark += "~"
    return mark


def _skeleton(payload: bytes, runs: list[Run], mark: str) -> Iterator[bytes]:
    """Yield the payload with a marked text in the place of each list."""
    begun = 0
    for number, (start, stop) in enumerate(runs):
        yield payload[begun : start - 1]
        yield f'"{mark}{number}"'.encode()
        begun = stop + 1
    yield payload[begun:]


def _list(payload: bytes, start: int, stop: int) -> list[Any]:
    """Parse the content of a list."""
    found: list[Any] = []
    while True:
        comma = payload.find(b",", min(start + PIECE, stop), stop)
        end = stop if comma < 0 else comma
        piece = orjson.loads(b"[" + payload[start:end] + b"]")
        if not piece:  # nothing between two commas
            raise orjson.JSONDecodeError("a value is missing", "", start)
        found += piece
        if comma < 0:
            return found
        start = comma + 1


def _fill(whole: list[Any], lists: dict[str, list[Any]]) -> list[str]:
    """Put the lists in the places of their marks; return the marks that were found, sorted."""
    found: list[str] = []
    parts: list[Any] = [whole]
    while parts:
        part = parts.pop()
        for key, value in list(part.items() if isinstance(part, dict) else enumerate(part)):
            if isinstance(value, str):
                if value in lists:
                    found.append(value)
                    part[key] = lists[value]
            elif isinstance(value, list | dict):
                parts.append(value)
    return sorted(found)
