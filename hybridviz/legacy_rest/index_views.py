"""The list of a user's documents for people, as the server of Bokeh 0.10 had one at ``/bokeh/``."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Response, make_response, redirect, render_template

from hybridviz.legacy_rest.document_views import DocumentViews
from hybridviz.legacy_rest.library import Library
from hybridviz.legacy_rest.raw import RawDocument
from hybridviz.legacy_rest.rights import Rights


@dataclass(frozen=True, slots=True)
class Card:
    """A document as the list shows it.

    Attributes:
        raw: the document.
        updated: when it was last written, in UTC.
        removable: whether the visitor may remove it.
    """

    raw: RawDocument
    updated: datetime
    removable: bool


class IndexViews:
    """See the module.

    Args:
        library: the documents.
        documents: removes them.
        rights: who may.
        mount: returns the URL path below which the server is.
        users: whether there are users, who log out.
    """

    def __init__(
        self,
        library: Library,
        documents: DocumentViews,
        rights: Rights,
        mount: Callable[[], str],
        users: bool,
    ) -> None:
        self._library = library
        self._documents = documents
        self._rights = rights
        self._mount = mount
        self._users = users

    def index(self) -> Response:
        """Answer the list."""
        user = self._rights.guest()
        cards = [
            Card(raw, datetime.fromtimestamp(updated, UTC), self._rights.may_write(raw))
            for raw, updated in self._library.listed(user)
        ]
        page = render_template(
            "hybridviz/legacy_index.html",
            cards=sorted(cards, key=lambda card: card.updated, reverse=True),
            mount=self._mount(),
            user=user,
            users=self._users,
        )
        response = make_response(page)
        response.headers["Cache-Control"] = "no-store"  # it has keys
        response.headers["Content-Security-Policy"] = "frame-ancestors 'none'"
        return response

    def remove(self, docid: str) -> Response:
        """Remove a document, as its form in the list asks."""
        self._documents.remove(docid)
        return make_response(redirect(f"{self._mount()}/bokeh/"))
