"""Who may open a websocket: checked before 101 is said, by what the handshake shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import request

from hybridviz.config import Settings
from hybridviz.core.handshake import check_host, check_origin, check_unsigned, token_of
from hybridviz.core.tokens import TokenClaims, read_token
from hybridviz.errors import (
    AppNotFound,
    ProtocolError,
    SessionDestroyed,
    TokenExpired,
    TokenRefused,
    UserRefused,
)
from hybridviz.legacy_rest.old_clients import OLD, SPOKEN
from hybridviz.sessions import Request
from hybridviz.web.documents.access import Access
from hybridviz.web.served import FOREIGN, ServedApp, check_user
from hybridviz.web.space import EMBEDDED
from hybridviz.web.user_mark import MARK, user_mark
from hybridviz.web.visit import Visitors, arguments_in, arguments_of, check_id, payload_in
from hybridviz.ws.accept import can_upgrade

MAX_OLD_ID = 240
"""Longest session id of a client of Bokeh 0.11."""

RECONNECT = "hybridviz-reconnect"
"""The argument by which our page says that it has shown this session before."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """A websocket that may be opened.

    Attributes:
        served: its app.
        ident: id of its session.
        seen: the request of its page.
        token: its token.
        may_push: whether it may replace the whole document.
    """

    served: ServedApp
    ident: str
    seen: Request
    token: str
    may_push: bool


@dataclass(frozen=True, slots=True)
class AdmittedOld:
    """A websocket that a client of Bokeh 0.11 may open.

    Attributes:
        served: its app, or the document space.
        ident: id of its session.
        seen: its request; None in the document space.
        may_push: whether it may replace the whole document.
    """

    served: ServedApp
    ident: str
    seen: Request | None
    may_push: bool


class Handshakes:
    """Lets the present request open a websocket, or raises what it is told instead.

    Args:
        served: apps by their routes, with the document space.
        settings: allow-lists.
        key: the secret that signs tokens.
        clock: Unix time in seconds.
        visitors: makes of a request what apps see of it.
        access: knows who may push documents.
    """

    def __init__(
        self,
        served: Mapping[str, ServedApp],
        settings: Settings,
        key: bytes,
        clock: Callable[[], float],
        visitors: Visitors,
        access: Access,
    ) -> None:
        self._served = served
        self._settings = settings
        self._key = key
        self._clock = clock
        self._visitors = visitors
        self._access = access
        self._over = False

    def end(self) -> None:
        """Let nobody in any more."""
        self._over = True

    def check_open(self) -> None:
        """Check what holds for all websockets: this server opens some, and by the name of the host.

        Raises:
            ProtocolError: no websocket can be made of the request.
            SessionDestroyed: the server is shutting down.
            HostRefused: the request names another host.
        """
        _check_handshake()
        if self._over:
            raise SessionDestroyed("the server is shutting down")
        check_host(request.headers.get("Host"), self._settings.hosts, request.scheme)

    def admit(self, route: str, any_origin: bool) -> Admitted:
        """Admit a page, or a program that does as pages do.

        Args:
            route: the app's, whose parts are in the token.
            any_origin: let in pages of all sites, by the token that embeds a document there.

        Raises:
            HybridVizError: it is not let in; the text says why.
        """
        self.check_open()
        if not any_origin:
            self._check_origin()
        served = self._served_at(route)
        token = token_of(request.headers.get("Sec-WebSocket-Protocol"))
        claims = read_token(token, self._key, self._clock())
        may_push = not any_origin and self._access.may_write(request)
        if any_origin:
            _check_embedded(claims, served)
        else:
            self._check_right(claims, served)
        if served.registry.get(claims.session_id) is None:
            _check_fresh(claims)
        seen = self._visit(served, claims)
        return Admitted(served, claims.session_id, seen, token, may_push)

    def admit_old(self, route: str) -> AdmittedOld:
        """Admit a client of Bokeh 0.11, which has no token: it names a session.

        Raises:
            HybridVizError: it is not let in; the text says why.
        """
        self.check_open()
        self._check_origin()
        if request.args[OLD] != SPOKEN:
            raise ProtocolError(f"clients of Bokeh 0.11 speak version {SPOKEN} of their protocol")
        ident = request.args.get("bokeh-session-id", "")
        if not 0 < len(ident) <= MAX_OLD_ID:
            raise TokenRefused("the session has no id")
        check_id(ident, self._key, self._settings.session_ids)
        served = self._served_at(route)
        if served.is_space:
            self._access.check_read(request)
            self._access.check_space(ident)
            return AdmittedOld(served, ident, None, self._access.may_old_write(request))
        if not self._access.shows_upload_token(request):
            # A BokehJS of that time has no token either; its origin has been checked above.
            names = [name for name in request.headers.keys() if name.lower() != "origin"]
            check_unsigned(request.environ.get("REMOTE_ADDR"), names)
        user = self._visitors.user(served.rule)
        seen = self._visitors.seen(request, user, arguments_of(request))
        return AdmittedOld(served, ident, seen, may_push=False)

    def _check_origin(self) -> None:
        origins = self._settings.allow_websocket_origin or self._settings.hosts
        check_origin(request.headers.get("Origin"), origins, request.headers.get("Host"))

    def _served_at(self, route: str) -> ServedApp:
        if route not in self._served:
            raise AppNotFound(f"no app is served at {route}")
        return self._served[route]

    def _check_right(self, claims: TokenClaims, served: ServedApp) -> None:
        """Check the right to a session of an app or to a document. A token of its page is that
        right. With one that does not say what it opens, as programs make them, documents need more.

        Raises:
            TokenRefused: the token is of another page, or not signed and not of this machine.
            RightNeeded, TooManyFailures: the request may not open the document.
        """
        if claims.signed and claims.opens == served.opens:
            return
        if not claims.signed:
            self._check_unsigned(claims.session_id)
        elif claims.opens:
            raise TokenRefused(
                "the token is of another app's page: open the page of this one to have one"
            )
        if served.is_space:
            self._access.check_read(request)
            self._access.check_space(claims.session_id)

    def _check_unsigned(self, ident: str) -> None:
        if not self._access.shows_upload_token(request):
            check_unsigned(request.environ.get("REMOTE_ADDR"), request.headers.keys())
        check_id(ident, self._key, self._settings.session_ids)

    def _visit(self, served: ServedApp, claims: TokenClaims) -> Request:
        """Return the request of the page that opens the websocket, or what this one tells of it.

        Raises:
            UserRequired: somebody must be logged in.
            UserRefused: somebody else has opened the page.
        """
        user = self._visitors.user(served.rule)
        marked = claims.payload.get(MARK) if claims.signed else None
        if marked is not None and marked != user_mark(user, self._key):
            raise UserRefused(FOREIGN)
        seen = served.visits.take(claims.session_id) or self._visitors.seen(
            request, user, arguments_in(claims), payload_in(claims)
        )
        check_user(seen, user)
        return seen


def _check_handshake() -> None:
    """Check whether server and client can make a websocket of this request.

    Raises:
        ProtocolError: one cannot.
    """
    if not can_upgrade(request.environ):
        raise ProtocolError("this server cannot open websockets")
    version = request.headers.get("Sec-WebSocket-Version")
    if version != "13" or "Sec-WebSocket-Key" not in request.headers:
        raise ProtocolError("this is no websocket handshake of version 13")


def _check_embedded(claims: TokenClaims, served: ServedApp) -> None:
    """Check whether a token was made for a page of whatever site, by who has shown the right to the
    document. Other scripts give tokens to everybody, and here no origin is checked.

    Raises:
        TokenRefused: it is another one, or an app is served where documents would be.
    """
    if not (claims.signed and claims.opens == EMBEDDED and served.is_space):
        raise TokenRefused("pages of other sites need the token that /bokeh/embed.js brings")


def _check_fresh(claims: TokenClaims) -> None:
    """Check whether a token may open a session that is not there; else its page must be reloaded.

    Raises:
        TokenExpired: the token is too old, or its page has shown a session that is gone: models of
            a new one would not fit that page.
    """
    if claims.expired:
        raise TokenExpired("the token has expired and its session is gone")
    if RECONNECT in request.args:
        raise TokenExpired("the session of this page is gone")
