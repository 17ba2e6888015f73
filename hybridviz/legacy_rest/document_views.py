"""The views of whole documents: a user's list, made, found by title, described, published."""

import logging

from flask import Response, request

from hybridviz.errors import BadRequest, DocumentNotFound
from hybridviz.legacy_rest.answers import Bodies, json_answer
from hybridviz.legacy_rest.channel import USER, Channel
from hybridviz.legacy_rest.edits import Edits
from hybridviz.legacy_rest.library import Library
from hybridviz.legacy_rest.live import LiveDocuments
from hybridviz.legacy_rest.raw import Json, RawDocument, spec
from hybridviz.legacy_rest.rights import Rights
from hybridviz.legacy_rest.translation import notices_of
from hybridviz.legacy_rest.users import NOBODY

log = logging.getLogger("hybridviz.legacy")

FORM = "application/x-www-form-urlencoded"


class DocumentViews:
    """See the module.

    Args:
        library: the documents.
        live: those that somebody looks at.
        edits: reads documents, as requests may.
        rights: who may.
        channel: tells users of changes of their lists.
        bodies: what requests bring.
    """

    def __init__(
        self,
        library: Library,
        live: LiveDocuments,
        edits: Edits,
        rights: Rights,
        channel: Channel,
        bodies: Bodies,
    ) -> None:
        self._library = library
        self._live = live
        self._edits = edits
        self._rights = rights
        self._channel = channel
        self._bodies = bodies

    def userinfo(self) -> Response:
        """Answer who the user is, and which documents there are."""
        return self._list(self._rights.reader())

    def create(self) -> Response:
        """Make an empty document; answer the list with it."""
        owner = self._rights.owner()
        self._make(owner, self._title())
        return self._list(owner)

    def remove(self, docid: str) -> Response:
        """Remove a document of the user's, or one that is nobody's; answer the list without it.

        Raises:
            NotTheirs: the user has none of that id.
        """
        raw = self._rights.removable(docid)
        self._library.remove(docid)
        self._live.end(docid)
        log.info("= document %s: removed for %s", docid, request.remote_addr)
        self._channel.tell(f"{USER}{raw.owner or NOBODY}", {"msgtype": "docchange"})
        return self._list(raw.owner)

    def by_title(self) -> Response:
        """Describe the document of a title, made if there is none."""
        title = request.args.get("title") or self._title()
        raw = self._library.titled(self._rights.reader(), title)
        return self._described(raw or self._make(self._rights.owner(), title))

    def apikey(self, docid: str) -> Response:
        """Answer the best key that the request may have."""
        raw = self._rights.read(docid)
        if self._rights.may_write(raw):
            return json_answer({"apikey": raw.apikey})
        return json_answer({"readonlyapikey": raw.readonlyapikey})

    def publish(self, docid: str) -> Response:
        """Let everybody read a document."""
        self._rights.check_write(docid)

        def publish(raw: RawDocument) -> None:
            raw.published = True

        self._library.change(docid, publish)
        return json_answer({"status": "success"})

    def info(self, docid: str) -> Response:
        """Describe a document: its models, and the key to read it."""
        return self._described(self._edits.read(docid))

    def notices(self, docid: str) -> Response:
        """Answer what today's page of a document cannot show, also before anybody has opened it."""
        raw = self._edits.read(docid)
        return json_answer({"docid": raw.id, "notices": notices_of(raw)})

    def object_info(self, docid: str, ident: str) -> Response:
        """Describe one model and what it refers to."""
        raw = self._edits.read(docid)
        if ident not in raw.models:
            raise DocumentNotFound(f"there is no model {ident!r}")
        return self._described(raw, ident)

    def _make(self, owner: str, title: str) -> RawDocument:
        raw = self._library.create(owner, title)
        log.info("= document %s: made for %s as %r", raw.id, request.remote_addr, raw.title)
        self._channel.tell(f"{USER}{owner}", {"msgtype": "docchange"})
        return raw

    def _list(self, user: str) -> Response:
        docs = [{"docid": raw.id, "title": raw.title} for raw in self._library.of_user(user)]
        return json_answer({"username": user, "docs": docs})

    def _described(self, raw: RawDocument, start: str = "") -> Response:
        described: Json = {
            "plot_context_ref": raw.reference(),
            "docid": raw.id,
            "all_models": [spec(model) for model in raw.reachable(start)],
            "apikey": raw.readonlyapikey,
        }
        if start:
            model = raw.models[start]
            described["type"] = model.get("subtype") or model["type"]
        return json_answer(described)

    def _title(self) -> str:
        """Return the title in the request's body, a form or JSON.

        Raises:
            BadRequest: there is none.
        """
        is_form = request.mimetype == FORM
        title = (self._bodies.form() if is_form else self._bodies.object()).get("title")
        if not isinstance(title, str) or not title:
            raise BadRequest("a document has a title")
        return title
