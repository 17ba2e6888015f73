"""What serves clients of Bokeh 0.10 and 0.11, put together: documents, sessions, users, views.

Imported and made by `old_clients` when it is needed.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request

from hybridviz.legacy_rest.answers import Bodies
from hybridviz.legacy_rest.channel import Channel
from hybridviz.legacy_rest.copies import Copies
from hybridviz.legacy_rest.dialect import Dialect
from hybridviz.legacy_rest.document_views import DocumentViews
from hybridviz.legacy_rest.edits import Edits
from hybridviz.legacy_rest.embeds import EmbedViews
from hybridviz.legacy_rest.identity import Identity
from hybridviz.legacy_rest.index_views import IndexViews
from hybridviz.legacy_rest.library import Library
from hybridviz.legacy_rest.live import LiveDocuments
from hybridviz.legacy_rest.model_views import ModelViews
from hybridviz.legacy_rest.page_views import PageViews
from hybridviz.legacy_rest.rights import Rights
from hybridviz.legacy_rest.surroundings import Front, Ground
from hybridviz.legacy_rest.user_rights import UserRights
from hybridviz.legacy_rest.user_views import UserViews
from hybridviz.legacy_rest.users import Users
from hybridviz.web.documents.access import Access


@dataclass(frozen=True, slots=True)
class LegacyViews:
    """All views of old clients, by what they are about; ``users`` is None without users."""

    documents: DocumentViews
    models: ModelViews
    pages: PageViews
    embeds: EmbedViews
    index: IndexViews
    users: UserViews | None


class OldServer:
    """See the module.

    Args:
        ground: what it stands on.
        front: what it shows people, and whom it lets in.

    Attributes:
        live: the documents that somebody looks at.
        channel: the subscribers of Bokeh 0.10.
        dialect: the connections of Bokeh 0.11.
        views: what answers the URLs.
    """

    def __init__(self, ground: Ground, front: Front) -> None:
        runtime = ground.runtime
        self._settings = ground.settings
        self._users = Users(ground.store, runtime)
        self._library = Library(ground.store, runtime)
        self._copies = Copies()
        self.live = LiveDocuments(
            self._library, self._copies, runtime, ground.fill_other, ground.end
        )
        self.channel = Channel(self._library, runtime)
        self.live.on_change = self.channel.tell_change
        size = self._settings.websocket_max_message_size
        self.dialect = Dialect(self._library, self.live, runtime, size)
        self.views = self._make_views(front)

    def _make_views(self, front: Front) -> LegacyViews:
        access = front.access
        identity = Identity(self._users, access, front.key)
        rights = self._rights(access, identity)
        bodies = Bodies(self._settings.max_upload_size)
        users = UserViews(self._users, identity, access, bodies, self._mount)
        edits = Edits(self._library, self._copies, self.live, rights)
        documents = DocumentViews(self._library, self.live, edits, rights, self.channel, bodies)
        multi = self._settings.multi_user
        return LegacyViews(
            documents,
            ModelViews(edits, bodies),
            PageViews(self._library, rights, front.page, self._mount),
            EmbedViews(self._library, front.script, self._mount),
            IndexViews(self._library, documents, rights, self._mount, multi),
            users if multi else None,
        )

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
