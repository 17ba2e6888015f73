"""Websockets: the way from a Flask view to a `Connection`.

The view only checks (`handshakes`). What runs for as long as the socket lives is the response's
iterable, which the server takes up when Flask has ended its request context, ``g`` and teardown
functions.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from time import perf_counter
from typing import Any

from flask import Response, request

from hybridviz.config import Settings
from hybridviz.errors import HandshakeRefused, HybridVizError, TokenExpired
from hybridviz.legacy_rest.old_clients import OLD, OldClients
from hybridviz.runtime.base import Runtime
from hybridviz.runtime.stages import ACCEPT, Tally
from hybridviz.sessions import Request
from hybridviz.web.handshakes import Admitted, AdmittedOld, Handshakes
from hybridviz.web.served import ServedApp
from hybridviz.ws.accept import IN_PROCESS, accept, has_shaken_hands
from hybridviz.ws.connection import Connection
from hybridviz.ws.transport import Transport

log = logging.getLogger("hybridviz.web")

Serve = Callable[[Transport], Iterable[object] | None]
"""Serves a connection until it ends, or returns its steps, which a client in the process takes."""


class SocketResponse(Response):
    """What serves a websocket, or closes it, while it is iterated over."""


class Sockets:
    """The views of websockets, and how many are open.

    Args:
        handshakes: tells who may open one.
        settings: limits.
        runtime: what runs connections.
        old: serves clients of Bokeh 0.11.

    Attributes:
        refused: websockets that were not let in, by the names of the errors.
    """

    def __init__(
        self, handshakes: Handshakes, settings: Settings, runtime: Runtime, old: OldClients
    ) -> None:
        self._handshakes = handshakes
        self._settings = settings
        self._runtime = runtime
        self._old = old
        self._open: set[Transport] = set()
        self.refused = Tally()

    def __len__(self) -> int:
        return len(self._open)

    def refuse(self) -> None:
        """Let nobody in any more."""
        self._handshakes.end()

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
            any_origin: let in pages of all sites, by the token that embeds a document there.
        """
        began = perf_counter()
        try:
            if OLD in request.args:
                return self._serving(self._for_old(self._handshakes.admit_old(route)))
            admitted = self._handshakes.admit(route, any_origin)
        except HybridVizError as error:
            return self._refuse(error)
        in_process = IN_PROCESS in request.environ
        return self._serving(partial(self._serve_page, admitted, in_process, began))

    def answered(self, response: Response) -> Response:
        """Tell the client when something else has answered its websocket, such as a limit or a
        redirect of the application's: after 101 only a close can.
        """
        is_ours = isinstance(response, SocketResponse)
        if is_ours or request.url_rule is None or not request.url_rule.websocket:
            return response
        if not has_shaken_hands(request.environ):
            return response
        return self._refuse(HandshakeRefused(f"the application answered {response.status}"))

    def other(self, serve: Serve) -> Response:
        """Answer a websocket that is not Bokeh's, of a page of any origin: ``serve`` asks for keys.

        Args:
            serve: serves the connection until it ends.
        """
        try:
            self._handshakes.check_open()
        except HybridVizError as error:
            return self._refuse(error)
        return self._serving(serve)

    def _serving(self, serve: Serve) -> Response:
        return SocketResponse(self._serve(request.environ, serve))

    def _for_old(self, admitted: AdmittedOld) -> Serve:
        """Return what serves a client of Bokeh 0.11."""
        if admitted.seen is None:
            return partial(self._old.serve, ident=admitted.ident, may_push=admitted.may_push)
        return partial(self._serve_old_app, admitted.served, admitted.ident, admitted.seen)

    def _serve_old_app(
        self, served: ServedApp, ident: str, seen: Request, transport: Transport
    ) -> None:
        session = served.join(ident, seen)
        self._old.serve_app(transport, session, served.registry.expire_later)

    def _refuse(self, error: HybridVizError) -> Response:
        """Refuse by status while that can be done; by close code if 101 went first, or if our page
        must see it.
        """
        log.warning("! websocket %s of %s refused: %s", request.path, request.remote_addr, error)
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

    def _serve(self, environ: dict[str, Any], serve: Serve) -> Iterator[bytes]:
        transport = self._accept(environ)
        self._open.add(transport)
        try:
            for _ in serve(transport) or ():
                yield b""
        except HybridVizError as error:
            self.refused.add(type(error).__name__)
            transport.close(error.close_code, str(error))
        finally:
            self._open.discard(transport)
            transport.close(1011, "internal server error")  # without effect if it is closed

    def _serve_page(
        self, admitted: Admitted, in_process: bool, began: float, transport: Transport
    ) -> Iterable[object] | None:
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
        if in_process:
            return connection.steps()
        connection.run()
        return None
