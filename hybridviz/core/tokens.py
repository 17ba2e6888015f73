"""Session tokens, in Bokeh's own format: what a page shows to open the websocket of its session.

Knows no request and no clock: keys and times come in as arguments. Pages write tokens, websockets
read them; ``bokeh.client`` writes its own, which carry no signature.
"""

import binascii
import hashlib
import hmac
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from hybridviz.errors import TokenRefused

PACKED = "__bk__zlib_"
"""The field in which Bokeh keeps what else a token carries, as compressed JSON."""
OPENS = "hybridviz-opens"
"""The field that says what a token opens; Bokeh passes over it."""
MAX_TOKEN = 8 * 1024
"""Longest token, in bytes: servers refuse longer headers anyway."""
MAX_PAYLOAD = 64 * 1024
"""Most bytes that a compressed payload may become."""


@dataclass(frozen=True, slots=True)
class TokenClaims:
    """What a token says.

    Attributes:
        session_id: the session it opens.
        expires: Unix time in seconds.
        signed: whether it is signed with our key; the caller decides whom to believe without.
        expired: whether it was too old when it was read.
        opens: what it opens, as who made it has said, such as the route of an app; empty if nobody
            has. Worth nothing without a signature.
        payload: what else it carries, such as ``arguments``: names to lists of bytes.
    """

    session_id: str
    expires: float
    signed: bool
    expired: bool
    opens: str = ""
    payload: dict[str, Any] = field(default_factory=dict)


def make_token(
    session_id: str,
    key: bytes,
    expires: float,
    payload: Mapping[str, Any] | None = None,
    opens: str = "",
) -> str:
    """Return a signed token.

    Args:
        session_id: the session it opens.
        key: the secret that signs it.
        expires: Unix time in seconds until which it opens a new session.
        payload: JSON values and bytes that shall be read back with it.
        opens: the one thing that it opens; empty to leave that to who reads it.
    """
    claims: dict[str, Any] = {"session_id": session_id, "session_expiry": int(expires)}
    if opens:
        claims[OPENS] = opens
    if payload:
        claims[PACKED] = _encode64(zlib.compress(orjson.dumps(payload, default=_bytes_to_json), 9))
    body = _encode64(orjson.dumps(claims))
    return f"{body}.{_signature(body, key)}"


def plain_token(session_id: str, expires: float) -> str:
    """Return a token without signature, as ``bokeh.client`` makes it.

    Args:
        session_id: the session it opens.
        expires: Unix time in seconds until which it opens a new session.
    """
    return _encode64(orjson.dumps({"session_id": session_id, "session_expiry": int(expires)}))


def read_token(token: str, key: bytes, now: float) -> TokenClaims:
    """Check a token's signature and return what it says.

    Args:
        token: as the client sent it.
        key: the secret it should be signed with.
        now: Unix time in seconds.

    Raises:
        TokenRefused: it is malformed or forged.
    """
    if len(token) > MAX_TOKEN:
        raise TokenRefused("the token is too long")
    body, dot, signature = token.partition(".")
    if dot and not hmac.compare_digest(_signature(body, key).encode(), signature.encode()):
        raise TokenRefused("the token is not signed with this server's key")
    try:
        return _claims(_decode64(body), bool(dot), now)
    except (binascii.Error, zlib.error, ValueError, KeyError, TypeError, RecursionError):
        raise TokenRefused("the token is malformed") from None


def sign_id(ident: str, key: bytes) -> str:
    """Return a session id with its signature, in the form of ``bokeh.util.token``."""
    return f"{ident}.{_signature(ident, key)}"


def is_signed_id(ident: str, key: bytes) -> bool:
    """Return whether a session id carries its signature."""
    base, _, signature = ident.rpartition(".")
    return hmac.compare_digest(_signature(base, key).encode(), signature.encode()) and bool(base)


def _claims(body: bytes, signed: bool, now: float) -> TokenClaims:
    claims = _object(body)
    session_id, expires = claims.pop("session_id"), claims.pop("session_expiry")
    if not isinstance(session_id, str) or not session_id:
        raise ValueError("session_id must be text")
    opens = claims.pop(OPENS, "")
    if not isinstance(opens, str):
        raise ValueError("what a token opens must be text")
    packed = claims.pop(PACKED, None)
    if packed is not None:
        claims.update(_bytes_from_json(_object(_decompress(_decode64(packed)))))
    return TokenClaims(session_id, float(expires), signed, now > expires, opens, claims)


def _object(data: bytes) -> dict[str, Any]:
    value = orjson.loads(data)
    if not isinstance(value, dict):
        raise ValueError("a token is a JSON object")
    return value


def _decompress(data: bytes) -> bytes:
    reader = zlib.decompressobj()
    plain = reader.decompress(data, MAX_PAYLOAD)
    if not reader.eof:
        raise ValueError("the payload is cut or too long")
    return plain


def _signature(body: str, key: bytes) -> str:
    return _encode64(hmac.digest(key, body.encode(), hashlib.sha256))


def _encode64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _bytes_to_json(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"bytes": _encode64(value)}
    raise TypeError(f"a token cannot carry {type(value).__name__}")


def _bytes_from_json(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {"bytes"}:
            return _decode64(value["bytes"])
        return {name: _bytes_from_json(item) for name, item in value.items()}
    return [_bytes_from_json(item) for item in value] if isinstance(value, list) else value
