"""Everything for clients of Bokeh 0.10 and 0.11, put together: documents, sessions, users, views.

Made by the composition root, which serves the sessions and hands in what pages need.
"""

from collections.abc import Callable
from functools import partial
from urllib.parse import urlencode

from bokeh.document import Document
from flask import Blueprint, Response, request

from hybridviz.config import Settings
from hybridviz.legacy_rest.answers import Bodies, View
from hybridviz.legacy_rest.channel import Channel
from hybridviz.legacy_rest.copies import Copies
from hybridviz.legacy_rest.dialect import Dialect
from hybridviz.legacy_rest.document_views import DocumentViews
from hybridviz.legacy_rest.edits import Edits
from hybridviz.legacy_rest.embeds import EmbedViews, Script
from hybridviz.legacy_rest.identity import Identity
from hybridviz.legacy_rest.index_views import IndexViews
from hybridviz.legacy_rest.library import Library
from hybridviz.legacy_rest.live import LiveDocuments
from hybridviz.legacy_rest.model_views import ModelViews
from hybridviz.legacy_rest.page_views import PageViews
from hybridviz.legacy_rest.rights import Rights
from hybridviz.legacy_rest.routes import LegacyViews, add_routes
from hybridviz.legacy_rest.user_rights import UserRights
from hybridviz.legacy_rest.user_views import UserViews
from hybridviz.legacy_rest.users import Users
from hybridviz.runtime.base import Runtime
from hybridviz.sessions import Session
from hybridviz.stores import Store
from hybridviz.web.documents.access import Access
from hybridviz.web.served import SPACE
from hybridviz.web.sockets import Sockets


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
        self._users = Users(store, runtime)
        self._library = Library(store, runtime)
        self._copies = Copies()
        self.live = LiveDocuments(self._library, self._copies, runtime, fill_other, end)
        self._channel = Channel(self._library, runtime)
        self.live.on_change = self._channel.tell_change
        size = settings.websocket_max_message_size
        self.dialect = Dialect(self._library, self.live, runtime, size)

    def add_routes(
        self,
        blueprint: Blueprint,
        access: Access,
        key: bytes,
        page: Callable[[str], Response],
        script: Script,
        sockets: Sockets,
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
        identity = Identity(self._users, access, key)
        rights = self._rights(access, identity)
        bodies = Bodies(self._settings.max_upload_size)
        users = UserViews(self._users, identity, access, bodies, self._mount)
        edits = Edits(self._library, self._copies, self.live, rights)
        documents = DocumentViews(self._library, self.live, edits, rights, self._channel, bodies)
        multi = self._settings.multi_user
        views = LegacyViews(
            documents,
            ModelViews(edits, bodies),
            PageViews(self._library, rights, page, self._mount),
            EmbedViews(self._library, script, self._mount),
            IndexViews(self._library, documents, rights, self._mount, multi),
            users if multi else None,
        )
        add_routes(blueprint, views, self._settings.root_path)
        self._add_sockets(blueprint, sockets)

    def _add_sockets(self, blueprint: Blueprint, sockets: Sockets) -> None:
        """Add the websockets: those of pages, which are today's, and the push channel."""
        page = partial(sockets.view, SPACE)
        table: list[tuple[str, View]] = [
            ("/bokeh/doc/<docid>/<ident>/ws", page),
            ("/bokeh/embed/ws", partial(sockets.view, SPACE, any_origin=True)),
            ("/bokeh/sub", partial(sockets.other, self._channel.serve)),
        ]
        for number, (rule, view) in enumerate(table):
            blueprint.add_url_rule(rule, f"legacy-socket{number}", view, websocket=True)

    def _rights(self, access: Access, identity: Identity) -> Rights:
        if not self._settings.multi_user:
            return Rights(access, self._library)
        rights = UserRights(access, self._library, identity, self._log_in)
        access.add_space_rule(rights.check_session)
        return rights

    def _mount(self) -> str:
        """Return the URL path below which the server is, for the present request."""
        return f"{self._settings.root_path}{request.script_root}{self._settings.prefix}"

    def _log_in(self) -> str:
        """Return the URL where people log in, to come back to the present page then."""
        query = request.query_string.decode("latin-1")
        here = f"{request.path.removeprefix(self._settings.prefix)}{'?' * bool(query)}{query}"
        return f"{self._mount()}/bokeh/login?{urlencode({'next': here})}"
