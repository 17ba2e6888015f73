"""The door for clients of Bokeh 0.10 and 0.11: their URLs are there from the start; what serves
them is imported and made when the first of them comes, or the first document without an app.

Made by the composition root, which serves the sessions and hands in what pages need. Few servers
meet old clients: `old_server` with the translation of their models takes 40 ms and 1.7 MB.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from bokeh.document import Document
from flask import Blueprint, Response

from hybridviz.config import Settings
from hybridviz.legacy_rest.answers import View
from hybridviz.legacy_rest.routes import add_routes
from hybridviz.runtime.base import Runtime
from hybridviz.sessions import Session
from hybridviz.stores import Store
from hybridviz.web.documents.access import Access
from hybridviz.web.served import SPACE
from hybridviz.ws.transport import Transport

if TYPE_CHECKING:
    from hybridviz.legacy_rest.embeds import Script
    from hybridviz.legacy_rest.old_server import LegacyViews, OldServer
    from hybridviz.web.sockets import Sockets

OLD = "bokeh-protocol-version"
"""The argument by which a client of Bokeh 0.11 is known."""
SPOKEN = "1.0"
"""Its one value."""


class OldClients:
    """See the module.

    Args:
        store: where documents and users survive.
        runtime: runs what waits.
        settings: limits, and whether there are users.
        fill_other: fills sessions of other documents.
        end: ends a session of the document space.
    """

    def __init__(
        self,
        store: Store,
        runtime: Runtime,
        settings: Settings,
        fill_other: Callable[[Document], object],
        end: Callable[[Session], object],
    ) -> None:
        self._settings = settings
        self._below = store, runtime, settings, fill_other, end
        self._turn = runtime.lock()
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

    def add_routes(
        self,
        blueprint: Blueprint,
        access: Access,
        key: bytes,
        page: Callable[[str], Response],
        script: "Script",
        sockets: "Sockets",
    ) -> None:
        """Add the URLs of old clients.

        Args:
            blueprint: where to.
            access: who may upload.
            key: signs the cookies of users.
            page: answers the page of a document, by the id of its session.
            script: puts a document into a page of another site.
            sockets: answers websockets.
        """
        self._above = access, key, page, script
        add_routes(blueprint, self._views, self._settings.root_path)
        self._add_sockets(blueprint, sockets)
        if self._settings.multi_user:
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

        return OldServer(*self._below, *self._above)
