"""Websockets: who may open one, and the way from a Flask view to a `Connection`.

The view only checks. What runs for as long as the socket lives is the response's iterable, which
the server takes up when Flask has ended its request context, ``g`` and teardown functions.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Any

from flask import Response, request

from hybridviz.config import Settings
from hybridviz.core.handshake import check_host, check_origin, check_unsigned, token_of
from hybridviz.core.tokens import TokenClaims, read_token
from hybridviz.errors import (
    AppNotFound,
    HandshakeRefused,
    HybridVizError,
    ProtocolError,
    SessionDestroyed,
    TokenExpired,
    TokenRefused,
    UserRefused,
)
from hybridviz.legacy_rest.old_clients import OLD, SPOKEN, OldClients
from hybridviz.runtime.base import Runtime
from hybridviz.runtime.stages import ACCEPT, Tally
from hybridviz.sessions import Request
from hybridviz.web.documents.access import Access
from hybridviz.web.served import FOREIGN, SPACE, ServedApp, check_user
from hybridviz.web.user_mark import MARK, user_mark
from hybridviz.web.visit import Visitors, arguments_in, arguments_of, check_id, payload_in
from hybridviz.ws.accept import IN_PROCESS, accept, can_upgrade, has_shaken_hands
from hybridviz.ws.connection import Connection
from hybridviz.ws.transport import Transport

log = logging.getLogger("hybridviz.web")

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


class SocketResponse(Response):
    """What serves a websocket, or closes it, while it is iterated over."""


class Sockets:
    """The views of websockets, and how many are open.

    Args:
        served: apps by their routes, with the document space.
        settings: allow-lists and limits.
        runtime: what runs connections.
        key: the secret that signs tokens.
        clock: Unix time in seconds.
        visitors: makes of a request what apps see of it.
        access: knows who may push documents.
        old: serves clients of Bokeh 0.11.

    Attributes:
        refused: websockets that were not let in, by the names of the errors.
    """

    def __init__(
        self,
        served: Mapping[str, ServedApp],
        settings: Settings,
        runtime: Runtime,
        key: bytes,
        clock: Callable[[], float],
        visitors: Visitors,
        access: Access,
        old: OldClients,
    ) -> None:
        self._old = old
        self._served = served
        self._settings = settings
        self._runtime = runtime
        self._key = key
        self._clock = clock
        self._visitors = visitors
        self._access = access
        self._open: set[Transport] = set()
        self.refused = Tally()
        self._closed = False

    def __len__(self) -> int:
        return len(self._open)

    def refuse(self) -> None:
        """Let nobody in any more."""
        self._closed = True

    def close(self, code: int, reason: str) -> None:
        """Close those that are open; does not wait for them."""
        for transport in tuple(self._open):
            self._runtime.spawn(transport.close, code, reason)

    def unknown(self, name: str) -> Response:
        """Refuse a websocket for an app that is not there."""
        return self.view(f"/{name}")

    def view(self, route: str, any_origin: bool = False, **parts: Any) -> Response:
        """Answer a websocket request for the app at ``route``, whose parts are in the token.

        Args:
            route: the app's.
            any_origin: let in pages of other sites, if they have a token that we have signed.
        """
        began = perf_counter()
        try:
            if OLD in request.args:
                return self._serving(self._admit_old(route))
            admitted = self._admit(route, any_origin)
        except HybridVizError as error:
            log.warning("! websocket %s of %s refused: %s", route, request.remote_addr, error)
            return self._refuse(error)
        return SocketResponse(self._serve(request.environ, admitted, began))

    def answered(self, response: Response) -> Response:
        """Tell the client when something else has answered its websocket, such as a limit or a
        redirect of the application's: after 101 only a close can.
        """
        is_ours = isinstance(response, SocketResponse)
        if is_ours or request.url_rule is None or not request.url_rule.websocket:
            return response
        if not has_shaken_hands(request.environ):
            return response
        error = HandshakeRefused(f"the application answered {response.status}")
        log.warning("! websocket %s of %s refused: %s", request.path, request.remote_addr, error)
        return self._refuse(error)

    def other(self, serve: Callable[[Transport], None]) -> Response:
        """Answer a websocket that is not Bokeh's, of a page of any origin: ``serve`` asks for keys.

        Args:
            serve: serves the connection until it ends.
        """
        try:
            self._check_open()
        except HybridVizError as error:
            log.warning(
                "! websocket %s of %s refused: %s", request.path, request.remote_addr, error
            )
            return self._refuse(error)
        return self._serving(serve)

    def _serving(self, serve: Callable[[Transport], None]) -> Response:
        return SocketResponse(self._serve_other(request.environ, serve))

    def _admit(self, route: str, any_origin: bool) -> Admitted:
        self._check_open()
        if not any_origin:
            self._check_origin()
        if route not in self._served:
            raise AppNotFound(f"no app is served at {route}")
        token = token_of(request.headers.get("Sec-WebSocket-Protocol"))
        claims = read_token(token, self._key, self._clock())
        may_push = not any_origin and self._access.may_write(request)
        if not claims.signed:
            if any_origin:
                raise TokenRefused("pages of other sites need a token of this server's")
            if not self._access.shows_upload_token(request):
                check_unsigned(request.environ.get("REMOTE_ADDR"), request.headers.keys())
            check_id(claims.session_id, self._key, self._settings.session_ids)
            if route == SPACE:
                self._access.check_space(claims.session_id)
        served = self._served[route]
        if served.registry.get(claims.session_id) is None:
            _check_fresh(claims)
        seen = self._visit(served, claims)
        return Admitted(served, claims.session_id, seen, token, may_push)

    def _admit_old(self, route: str) -> Callable[[Transport], None]:
        """Return what serves a client of Bokeh 0.11, which has no token: it names a session."""
        self._check_open()
        self._check_origin()
        if request.args[OLD] != SPOKEN:
            raise ProtocolError(f"clients of Bokeh 0.11 speak version {SPOKEN} of their protocol")
        ident = request.args.get("bokeh-session-id", "")
        if not 0 < len(ident) <= MAX_OLD_ID:
            raise TokenRefused("the session has no id")
        check_id(ident, self._key, self._settings.session_ids)
        if route == SPACE:
            self._access.check_read(request)
            self._access.check_space(ident)
            may_push = self._access.may_old_write(request)
            return partial(self._old.serve, ident=ident, may_push=may_push)
        if route not in self._served:
            raise AppNotFound(f"no app is served at {route}")
        if not self._access.shows_upload_token(request):
            # A BokehJS of that time has no token either; its origin has been checked above.
            names = [name for name in request.headers.keys() if name.lower() != "origin"]
            check_unsigned(request.environ.get("REMOTE_ADDR"), names)
        served = self._served[route]
        user = self._visitors.user(served.rule)
        seen = self._visitors.seen(request, user, arguments_of(request))
        return partial(self._serve_old_app, served, ident, seen)

    def _serve_old_app(
        self, served: ServedApp, ident: str, seen: Request, transport: Transport
    ) -> None:
        session = served.join(ident, seen)
        self._old.serve_app(transport, session, served.registry.expire_later)

    def _check_open(self) -> None:
        _check_handshake()
        if self._closed:
            raise SessionDestroyed("the server is shutting down")
        check_host(request.headers.get("Host"), self._settings.hosts, request.scheme)

    def _check_origin(self) -> None:
        origins = self._settings.allow_websocket_origin or self._settings.hosts
        check_origin(request.headers.get("Origin"), origins, request.headers.get("Host"))

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

    def _refuse(self, error: HybridVizError) -> Response:
        """Refuse by status while that can be done; by close code if 101 went first, or if our page
        must see it.
        """
        self.refused.add(type(error).__name__)
        if has_shaken_hands(request.environ) or isinstance(error, TokenExpired):
            return SocketResponse(self._turn_away(request.environ, error))
        return Response(f"{error}\n", error.status, mimetype="text/plain")

    def _accept(self, environ: dict[str, Any]) -> Transport:
        return accept(
            environ,
            self._runtime,
            max_message_size=self._settings.websocket_max_message_size,
            keep_alive=self._settings.keep_alive,
        )

    def _turn_away(self, environ: dict[str, Any], error: HybridVizError) -> Iterator[bytes]:
        self._accept(environ).close(error.close_code, str(error))
        yield from ()

    def _serve_other(
        self, environ: dict[str, Any], serve: Callable[[Transport], None]
    ) -> Iterator[bytes]:
        transport = self._accept(environ)
        self._open.add(transport)
        try:
            serve(transport)
        except HybridVizError as error:
            transport.close(error.close_code, str(error))
        finally:
            self._open.discard(transport)
            transport.close(1011, "internal server error")  # without effect if it is closed
        yield from ()

    def _serve(self, environ: dict[str, Any], admitted: Admitted, began: float) -> Iterator[bytes]:
        transport = self._accept(environ)
        self._open.add(transport)
        try:
            session = admitted.served.join(admitted.ident, admitted.seen)
            ACCEPT.add(perf_counter() - began)
            connection = Connection(
                transport,
                session,
                self._runtime,
                max_message_size=self._settings.websocket_max_message_size,
                page=admitted.token,
                may_push=admitted.may_push,
            )
            if IN_PROCESS in environ:
                yield from (b"" for _ in connection.steps())
            else:
                connection.run()
        except HybridVizError as error:
            self.refused.add(type(error).__name__)
            transport.close(error.close_code, str(error))
        finally:
            self._open.discard(transport)
            transport.close(1011, "internal server error")  # without effect if it is closed
        yield from ()


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
