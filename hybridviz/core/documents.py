"""Whole documents as JSON: the form in which they are pushed, uploaded, stored and read.

The format is that of ``Document.to_json`` in Bokeh 3; arrays are base64 inside the JSON, or buffers
beside it.
"""

import zlib
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

import orjson
from bokeh.core.serialization import Buffer, DeserializationError, Serialized
from bokeh.core.types import ID
from bokeh.document import Document

from hybridviz.core.changes import encode_document
from hybridviz.core.fragments import Payload
from hybridviz.errors import PatchError

UNREADABLE = (
    ArithmeticError,
    AttributeError,
    DeserializationError,
    EOFError,
    ImportError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    zlib.error,
)
"""What Bokeh raises for JSON that it cannot read: arrays are packed with gzip, models may contain
themselves without end, and the last thing tried with columns of a wrong type needs pandas.
"""


GZIP = 31
"""What zlib calls a gzip stream."""
PIECE = 1 << 20
"""Characters of a packed array that are unpacked at a time; a multiple of 4."""


def document_json(document: Document) -> bytes:
    """Return a document as JSON, whole. Call with its session's lock held."""
    return encode_document(document, lambda: "", inline=True)[0]


def read_document(body: bytes | memoryview) -> Document:
    """Make a document of JSON.

    Raises:
        PatchError: it is none; the text says why.
    """
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise PatchError(f"the document is not JSON: {error}") from None
    _unpack(found)
    return decode_document(found)


def _unpack(found: Any) -> None:
    """Replace packed bytes by what they hold, one after the other: of a large document there are
    never two forms at once.

    Raises:
        PatchError: they are not packed as Bokeh does.
    """
    parts = [found]
    while parts:
        part = parts.pop()
        if isinstance(part, list):
            parts.extend(part)
        elif isinstance(part, dict):
            if part.get("type") == "bytes" and isinstance(part.get("data"), str):
                part["data"] = Buffer(ID(""), _unpacked(part.pop("data")))
            else:
                parts.extend(part.values())


def _unpacked(text: str) -> bytes:
    unzip, pieces = zlib.decompressobj(wbits=GZIP), []
    try:
        for start in range(0, len(text), PIECE):
            pieces.append(unzip.decompress(b64decode(text[start : start + PIECE])))
        if not unzip.eof:
            raise PatchError("the document cannot be read: an array ends early")
    except (ValueError, zlib.error) as error:
        raise PatchError(
            f"the document cannot be read: an array is not gzip in base64: {error}"
        ) from None
    del text
    return b"".join(pieces)


def decode_document(doc: Any, buffers: Mapping[str, Payload] | None = None) -> Document:
    """Make a document of parsed JSON.

    Args:
        doc: the JSON.
        buffers: binary buffers by id.

    Raises:
        PatchError: it is no document; the text says why.
    """
    if not isinstance(doc, dict) or not isinstance(doc.get("roots"), list):
        raise PatchError("a document is a JSON object with a list of roots")
    listed = [Buffer(ID(key), bytes(data)) for key, data in (buffers or {}).items()]
    known: Any = Serialized({"version": "", "title": "", **doc}, listed)
    try:
        return Document.from_json(known)
    except UNREADABLE as error:
        reason = str(error).removeprefix("'").removesuffix("'") or type(error).__name__
        raise PatchError(f"the document cannot be read: {reason}") from None
