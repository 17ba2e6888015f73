"""A request, as much of it as outlives it: whose session it asks for, and what apps may see of it.

Called by pages and sockets; the only place that reads ``bokeh-*`` arguments and headers.
"""

import secrets
from typing import Any

from flask import Request as FlaskRequest

from hybridviz.core.tokens import TokenClaims, read_token
from hybridviz.errors import TokenExpired, TokenRefused
from hybridviz.sessions import Request

SECRET_HEADERS = frozenset(
    ("authorization", "cookie", "proxy-authorization", "sec-websocket-protocol")
)
"""Headers that apps do not see: they let their bearer in."""
MAX_SESSION_ID = 256
"""Longest session id, in characters."""

Arguments = dict[str, list[bytes]]


def names_session(request: FlaskRequest) -> bool:
    """Return whether a request is for a certain session."""
    return bool({"bokeh-session-id", "bokeh-token"} & request.args.keys()) or (
        "Bokeh-Session-Id" in request.headers
    )


def session_id_of(request: FlaskRequest, key: bytes, now: float) -> str:
    """Return the id of the session that a page shall show; a new random one unless it is given.

    Args:
        request: the page's.
        key: the secret that signs tokens.
        now: Unix time in seconds.

    Raises:
        TokenRefused: the id is given twice or is no good, or the token is not ours.
        TokenExpired: the token is too old.
    """
    ident = request.args.get("bokeh-session-id")
    header = request.headers.get("Bokeh-Session-Id")
    token = request.args.get("bokeh-token")
    given = [text for text in (ident, header, token) if text is not None]
    if len(given) > 1:
        raise TokenRefused("a session may be named only once, by its id or by a token")
    if token is not None:
        return _id_of_token(read_token(token, key, now))
    if not given:
        return secrets.token_urlsafe(33)
    if not 0 < len(given[0]) <= MAX_SESSION_ID:
        raise TokenRefused(f"a session id has from 1 to {MAX_SESSION_ID} characters")
    return given[0]


def _id_of_token(claims: TokenClaims) -> str:
    if not claims.signed:
        raise TokenRefused("the token is not signed")
    if claims.expired:
        raise TokenExpired("the token has expired; open the page without it")
    return claims.session_id


def arguments_of(request: FlaskRequest) -> Arguments:
    """Return a page's query arguments as Bokeh's apps know them, without those for the server."""
    if not request.query_string:
        return {}
    return {
        name: [value.encode() for value in values]
        for name, values in request.args.lists()
        if not name.startswith("bokeh-")
    }


def arguments_in(claims: TokenClaims) -> Arguments:
    """Return the arguments that the page's token has carried to its websocket."""
    found = claims.payload.get("arguments")
    if not isinstance(found, dict):
        return {}
    return {name: _bytes_only(values) for name, values in found.items()}


def _bytes_only(values: Any) -> list[bytes]:
    listed = values if isinstance(values, list) else []
    return [value for value in listed if isinstance(value, bytes)]


def snapshot(
    request: FlaskRequest, route: str, arguments: Arguments, session_cookie: str
) -> Request:
    """Return what an app may see of a request; it outlives it.

    Args:
        request: the page's or the websocket's.
        route: URL path of the app.
        arguments: the page's query arguments.
        session_cookie: name of the cookie that apps must not see, as it lets its bearer in.
    """
    headers = {n: value for n, value in request.headers if n.lower() not in SECRET_HEADERS}
    cookies = {n: value for n, value in request.cookies.items() if n != session_cookie}
    return Request(arguments, headers, cookies, route)
