"""Large JSON, parsed in pieces: whoever else wants the interpreter gets it in between.

A parser written in C holds the interpreter's lock until it is done, also in a thread of its own.
What makes a message large is nearly always long lists of numbers, or a file as base64. Lists are
cut out, parsed piece by piece and put back; long texts in which nothing is escaped are only copied.
The result is that of parsing the whole, and so are the errors.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import orjson

LARGE = 256 * 1024
"""Bytes from which it is worth while: a smaller text is parsed in about 2 ms."""
PIECE = 64 * 1024
"""Bytes that are parsed at a time."""
STEP = 8 * 1024
"""Bytes between two places where a list or text is looked for; those twice as long are found."""
BEFORE_TEXT = b":,[ "
"""One of these stands before a text, and seldom before the quote that ends one."""
FIRST_PRINTABLE = 0x20
"""What is less must be escaped in a text."""

Run = tuple[int, int]
"""Where the content of a flat list or a text begins and ends."""


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
    outside = list(_outside(payload, runs))
    mark = _unused(outside)
    try:
        skeleton = orjson.loads(b"".join(_marked(outside, mark)))
        values = {f"{mark}{n}": _value(payload, *run) for n, run in enumerate(runs)}
    except ValueError:
        return orjson.loads(payload)  # it tells what is wrong, if anything is, and where
    whole = [skeleton]
    # Each must be there once: else it was a key, or part of a text, or of what another replaces.
    return whole[0] if _fill(whole, values) == sorted(values) else orjson.loads(payload)


def _runs(payload: bytes) -> Iterator[Run]:
    """Find long lists with no list, object or text in them, and long texts without escapes."""
    end = 0
    for place in range(STEP, len(payload), STEP):
        if place < end:
            continue
        first = max(end, place - STEP)
        start = max(payload.rfind(char, first, place) for char in b'[]{}"')
        stop = _stop(payload, start, place) if start >= 0 else -1
        if stop - place >= STEP:
            end = stop
            yield start + 1, stop


def _stop(payload: bytes, start: int, place: int) -> int:
    """Return where the list or text that begins at ``start`` ends, after ``place``; -1 if it is
    none that can be cut out.
    """
    if payload[start] == ord("["):
        stop, unwanted = payload.find(b"]", place), b'[{"'
    elif payload[start] == ord('"') and payload[start - 1] in BEFORE_TEXT:
        stop, unwanted = payload.find(b'"', place), b"\\"
    else:
        return -1
    return stop if all(payload.find(char, start + 1, stop) < 0 for char in unwanted) else -1


def _outside(payload: bytes, runs: list[Run]) -> Iterator[bytes]:
    """Yield what stands before, between and behind the lists and texts."""
    begun = 0
    for start, stop in runs:
        yield payload[begun : start - 1]
        begun = stop + 1
    yield payload[begun:]


def _unused(parts: list[bytes]) -> str:
    """Return a text that does not occur in the parts."""
    mark = "list"
    while any(mark.encode() in part for part in parts):
        mark += "~"
    return mark


def _marked(outside: list[bytes], mark: str) -> Iterator[bytes]:
    """Yield the payload with a marked text in the place of each list and text."""
    yield outside[0]
    for number, part in enumerate(outside[1:]):
        yield f'"{mark}{number}"'.encode()
        yield part


def _value(payload: bytes, start: int, stop: int) -> Any:
    """Parse the content of a list or a text."""
    if payload[start - 1] == ord("["):
        return _list(payload, start, stop)
    content = memoryview(payload)[start:stop]
    if np.frombuffer(content, np.uint8).min() < FIRST_PRINTABLE:
        raise orjson.JSONDecodeError("a control character in a text", "", start)
    return str(content, "utf-8")


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


def _fill(whole: list[Any], values: dict[str, Any]) -> list[str]:
    """Put the values in the places of their marks; return the marks that were found, sorted."""
    found: list[str] = []
    parts: list[Any] = [whole]
    while parts:
        part = parts.pop()
        for key, value in list(part.items() if isinstance(part, dict) else enumerate(part)):
            if isinstance(value, str):
                if value in values:
                    found.append(value)
                    part[key] = values[value]
            elif isinstance(value, list | dict):
                parts.append(value)
    return sorted(found)
