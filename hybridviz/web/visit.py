"""A request, as much of it as outlives it: whose session it asks for, and what apps may see of it.

Called by pages and sockets; the only place that reads ``bokeh-*`` arguments and headers.
"""

import secrets
from collections.abc import Iterable
from typing import Any

from flask import Request as FlaskRequest

from hybridviz.config import Settings
from hybridviz.core.tokens import TokenClaims, is_signed_id, read_token, sign_id
from hybridviz.errors import TokenExpired, TokenRefused
from hybridviz.sessions import Request
from hybridviz.web.auth.admission import Admission, Rule
from hybridviz.web.user_mark import MARK

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


UNSIGNED, EXTERNAL = "unsigned", "external-signed"
"""Values of the setting ``session_ids``."""


def check_id(ident: str, key: bytes, mode: str) -> None:
    """Check a session id that a client has chosen.

    Raises:
        TokenRefused: it must be signed and is not.
    """
    if mode != UNSIGNED and not is_signed_id(ident, key):
        raise TokenRefused("the session id is not signed with this server's key")


def new_id(key: bytes, mode: str) -> str:
    """Return a random session id, signed if the setting ``session_ids`` asks for that."""
    fresh = secrets.token_urlsafe(33)
    return fresh if mode == UNSIGNED else sign_id(fresh, key)


def named_id(request: FlaskRequest, key: bytes, now: float, mode: str = UNSIGNED) -> str | None:
    """Return the id of the session that a request for a page names; None if it names none.

    Args:
        request: the page's.
        key: the secret that signs tokens.
        now: Unix time in seconds.
        mode: the setting ``session_ids``.

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
        if mode == EXTERNAL:
            raise TokenRefused("this page must be opened with a signed session id")
        return None
    if not 0 < len(given[0]) <= MAX_SESSION_ID:
        raise TokenRefused(f"a session id has from 1 to {MAX_SESSION_ID} characters")
    check_id(given[0], key, mode)
    return given[0]


def _id_of_token(claims: TokenClaims) -> str:
    if not claims.signed:
        raise TokenRefused("the token is not signed")
    if claims.expired:
        raise TokenExpired("the token has expired; open the page without it")
    return claims.session_id


def arguments_of(request: FlaskRequest) -> Arguments:
    """Return a page's query arguments as Bokeh's apps know them, without those for the server, and
    the variable parts of its path.
    """
    parts = {name: [str(value).encode()] for name, value in (request.view_args or {}).items()}
    if not request.query_string:
        return parts
    found = {
        name: [value.encode() for value in values]
        for name, values in request.args.lists()
        if not name.startswith("bokeh-")
    }
    return found | parts


def arguments_in(claims: TokenClaims) -> Arguments:
    """Return the arguments that the page's token has carried to its websocket."""
    found = claims.payload.get("arguments")
    if not isinstance(found, dict):
        return {}
    return {name: _bytes_only(values) for name, values in found.items()}


def _bytes_only(values: Any) -> list[bytes]:
    listed = values if isinstance(values, list) else []
    return [value for value in listed if isinstance(value, bytes)]


def payload_in(claims: TokenClaims) -> dict[str, Any]:
    """Return what the app's ``process_request`` has put into the page's token."""
    ours = ("arguments", MARK)
    return {name: value for name, value in claims.payload.items() if name not in ours}


class Visible:
    """What apps may see of a request's headers or cookies.

    Args:
        include: names that they see, and no others; empty for all but the excluded.
        exclude: names that they do not see.
        secret: names that they see only if they are included.
    """

    def __init__(self, include: Iterable[str], exclude: Iterable[str], secret: Iterable[str]):
        self._include = {name.lower() for name in include}
        self._exclude = {name.lower() for name in (*exclude, *secret)}

    def of(self, items: Iterable[tuple[str, str]]) -> dict[str, str]:
        """Return the items that may be seen."""
        return {name: value for name, value in items if self._shows(name.lower())}

    def _shows(self, name: str) -> bool:
        return name in self._include if self._include else name not in self._exclude


class Visitors:
    """Makes of a request of Flask's what an app may see of it, which outlives it.

    Args:
        settings: allow-lists and deny-lists.
        session_cookie: name of the cookie that apps must not see, as it lets its bearer in.
        admission: lets people in.
    """

    def __init__(self, settings: Settings, session_cookie: str, admission: Admission) -> None:
        self._admission = admission
        self._headers = Visible(settings.include_headers, settings.exclude_headers, SECRET_HEADERS)
        self._cookies = Visible(
            settings.include_cookies, settings.exclude_cookies, [session_cookie]
        )

    def user(self, rule: Rule | None = None) -> Any:
        """Return who sends the request that is being answered; None for nobody, who may.

        Args:
            rule: the app's.

        Raises:
            UserRequired: somebody must be logged in.
            UserRefused: the user may not see the app.
            AuthModuleFailed: the auth module raised.
        """
        return self._admission.user(rule)

    def seen(
        self,
        request: FlaskRequest,
        user: Any,
        arguments: Arguments,
        payload: dict[str, Any] | None = None,
    ) -> Request:
        """Return what an app may see.

        Args:
            request: the page's or the websocket's.
            user: who sends it.
            arguments: the page's query arguments and the variable parts of its path.
            payload: what ``process_request`` has returned.
        """
        headers = self._headers.of(request.headers)
        cookies = self._cookies.of(request.cookies.items())
        path = request.path.removesuffix("/ws").removesuffix("/autoload.js") or "/"
        logout_url = self._admission.logout_url()
        return Request(arguments, headers, cookies, path, payload or {}, user, logout_url)
