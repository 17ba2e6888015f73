"""Large JSON parsed in pieces is what it is when parsed whole, and so is what is wrong with it."""

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridviz.core import pieces
from hybridviz.core.pieces import parse

NUMBERS = list(range(12_000)) + [0.5, -1e300, 1e-7] * 4000
LONG = orjson.dumps(NUMBERS)
TEXT = b'"' + b"QmFzZTY0" * 4000 + b'"'
ACCENTS = orjson.dumps("é" * 20_000)
PAD = b'["%s"]' % (b"x" * 90)
"""Short, so that it is not cut out, and few of it make a payload large."""


def same(payload: bytes) -> Any:
    """Parse in both ways, compare, and return the result."""
    assert len(payload) >= pieces.LARGE
    try:
        whole = orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        with pytest.raises(orjson.JSONDecodeError) as found:
            parse(payload)
        assert str(found.value) == str(error)
        return None
    assert parse(payload) == whole
    return whole


def padded(text: bytes) -> bytes:
    """Make a payload of the text large enough to be parsed in pieces."""
    return b'{"pad": [%s], "text": %s}' % (b",".join([PAD] * 3000), text)


PARTS = st.sampled_from(
    [LONG, b"[]", b"1", b'"list0"', b'"\\u006cist0"', b'"a [1,2"', b'{"list1": null}', b"[[1]]"]
    + [TEXT, ACCENTS, b'"ends with:"', b'"\\""', b"{" + TEXT + b": 1}"]
)


@settings(deadline=None, max_examples=60)
@given(st.lists(PARTS, min_size=1, max_size=6), st.integers(0, 5))
def test_any_mixture(parts: list[bytes], place: int) -> None:
    parts.insert(min(place, len(parts)), LONG)
    same(padded(b"[" + b",".join(parts) + b"]"))
    fields = [b'"k%d": %s' % (number, part) for number, part in enumerate(parts)]
    same(padded(b"{" + b",".join(fields) + b"}"))


@pytest.mark.parametrize(
    "broken",
    [
        LONG[:-1] + b",]",
        b"[" + b"," + LONG[1:],
        LONG.replace(b",500,", b",,500,"),
        LONG.replace(b",500,", b",NaN,"),
        LONG.replace(b",500,", b",5 00,"),
        LONG[:-1],
        LONG + b"]",
        b"{" + LONG + b": 1}",
        b'{"a": 1 ' + LONG + b"}",
        b'"text ' + LONG + b' text"',
        b'"' + b"[" + b" 1," * 30_000 + b'"',
        b"[" + b" " * 100_000 + b"]",
        b"[" + b"\n1\n,\n" * 30_000 + b"2]",
        b'{"twice": ' + LONG + b', "twice": ' + LONG + b"}",
        b"[" * 500 + LONG + b"]" * 500,
        b'[true,false,null,"a",' + LONG[1:],
        b"\xff" + LONG,
        b"",
        TEXT[:-1],
        TEXT[1:],
        TEXT.replace(b"Q", b"\n", 1),
        TEXT[:9000] + b"\x1f" + TEXT[9000:],
        TEXT[:9000] + b"\x7f" + TEXT[9000:],
        TEXT[:9000] + b"\\n" + TEXT[9000:],
        TEXT[:9000] + b"\\" + TEXT[9000:],
        TEXT[:-1] + b"\\" + TEXT[-1:],
        TEXT[:9000] + b"\xff" + TEXT[9000:],
        ACCENTS[:9000] + ACCENTS[9001:],
        ACCENTS[:9000] + b"\xed\xa0\x80" + ACCENTS[9000:],
        b'["a:"' + TEXT[1:-1] + b'"b"]',
        b'["a:", ' + LONG[1:-1] + b', "b"]',
        b'"\\:\\"' + TEXT[1:-1] + b'\\""',
        b'{"twice": ' + TEXT + b', "twice": ' + TEXT + b"}",
        b"{" + TEXT + b": " + TEXT + b"}",
        TEXT + b":",
        TEXT + TEXT,
    ],
    ids=range(36),
)
def test_what_is_wrong_or_odd(broken: bytes) -> None:
    same(padded(broken))


def test_long_lists_are_parsed_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    loads = orjson.loads

    def noted(payload: bytes) -> Any:
        sizes.append(len(payload))
        return loads(payload)

    payload = orjson.dumps({"events": [{"new": {"entries": [["x", NUMBERS * 9], ["y", NUMBERS]]}}]})
    monkeypatch.setattr(pieces.orjson, "loads", noted)
    assert parse(payload) == loads(payload)
    assert max(sizes) < 2 * pieces.PIECE < len(payload) / 5


def test_long_texts_are_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    loads = orjson.loads

    def noted(payload: bytes) -> Any:
        sizes.append(len(payload))
        return loads(payload)

    payload = orjson.dumps({"events": [{"value": "QUJD" * 200_000, "name": "é" * 20_000, "n": 1}]})
    monkeypatch.setattr(pieces.orjson, "loads", noted)
    assert parse(payload) == loads(payload)
    assert max(sizes) < 1000
