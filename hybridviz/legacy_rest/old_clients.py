"""The door for clients of Bokeh 0.10 and 0.11: their URLs are there from the start; what serves
them is imported and made when the first of them comes, or the first document without an app.

Made by the composition root, which serves the sessions and hands in what pages need. Few servers
meet old clients: `old_server` with the translation of their models takes 40 ms and 1.7 MB.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from bokeh.document import Document
from flask import Blueprint

from hybridviz.legacy_rest.answers import View
from hybridviz.legacy_rest.routes import add_routes
from hybridviz.legacy_rest.surroundings import Front, Ground
from hybridviz.sessions import Session
from hybridviz.web.space import SPACE
from hybridviz.ws.transport import Transport

if TYPE_CHECKING:
    from hybridviz.legacy_rest.old_server import LegacyViews, OldServer
    from hybridviz.web.sockets import Sockets

OLD = "bokeh-protocol-version"
"""The argument by which a client of Bokeh 0.11 is known."""
SPOKEN = "1.0"
"""Its one value."""


class OldClients:
    """See the module.

    Args:
        ground: what the server of old clients stands on.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._front: Front
        self._turn = ground.runtime.lock()
        self._made: OldServer | None = None

    def fill(self, document: Document) -> None:
        """Fill the document of a new session of the document space."""
        self._server().live.fill(document)

    def serve(self, transport: Transport, ident: str, may_push: bool) -> None:
        """Serve one client of Bokeh 0.11 until it ends; see `Dialect`."""
        self._server().dialect.serve(transport, ident, may_push)

    def serve_app(
        self, transport: Transport, session: Session, unused: Callable[[Session], object]
    ) -> None:
        """Serve one client of Bokeh 0.11 in an app's session until it ends; see `Dialect`."""
        self._server().dialect.serve_app(transport, session, unused)

    def add_routes(self, blueprint: Blueprint, front: Front, sockets: "Sockets") -> None:
        """Add the URLs of old clients; before any of them comes.

        Args:
            blueprint: where to.
            front: what people are shown there.
            sockets: answers websockets.
        """
        self._front = front
        settings = self._ground.settings
        add_routes(blueprint, self._views, settings.root_path)
        self._add_sockets(blueprint, sockets)
        if settings.multi_user:
            self._server()  # its rights count from the start, for all documents

    def _add_sockets(self, blueprint: Blueprint, sockets: "Sockets") -> None:
        """Add the websockets: those of pages, which are today's, and the push channel."""
        page = partial(sockets.view, SPACE)
        table: list[tuple[str, View]] = [
            ("/bokeh/doc/<docid>/<ident>/ws", page),
            ("/bokeh/embed/ws", partial(sockets.view, SPACE, any_origin=True)),
            ("/bokeh/sub", partial(sockets.other, self._subscribe)),
        ]
        for number, (rule, view) in enumerate(table):
            blueprint.add_url_rule(rule, f"legacy-socket{number}", view, websocket=True)

    def _subscribe(self, transport: Transport) -> None:
        self._server().channel.serve(transport)

    def _views(self) -> "LegacyViews":
        self._front.check_space()
        return self._server().views

    def _server(self) -> "OldServer":
        """Return what serves old clients; made once, whoever comes at the same time."""
        if self._made is None:
            self._turn.acquire()
            try:
                self._made = self._made or self._make()
            finally:
                self._turn.release()
        return self._made

    def _make(self) -> "OldServer":
        from hybridviz.legacy_rest.old_server import OldServer

        return OldServer(self._ground, self._front)
