"""The views that browsers open: pages of documents, and what scripts of that time asked first."""

from collections.abc import Callable

from flask import Response, request

from hybridviz.errors import DocumentNotFound
from hybridviz.legacy_rest.answers import text_answer
from hybridviz.legacy_rest.copies import new_name
from hybridviz.legacy_rest.library import Library
from hybridviz.legacy_rest.rights import Rights
from hybridviz.legacy_rest.windows import window_on


class PageViews:
    """See the module.

    Args:
        library: the documents.
        rights: who may.
        page: answers the page of a document.
        mount: returns the URL path below which the server is.
    """

    def __init__(
        self,
        library: Library,
        rights: Rights,
        page: Callable[[str], Response],
        mount: Callable[[], str],
    ) -> None:
        self._mount = mount
        self._library = library
        self._rights = rights
        self._page = page

    def ping(self) -> Response:
        """Answer that the server is there."""
        return text_answer("pong")

    def show(self, docid: str, ident: str) -> Response:
        """Answer the page of a document, or of one model of it. Who has ``public`` in the URL, or
        may not change the document, gets a copy of their own.
        """
        raw = self._library.find(docid)
        self._rights.visitor(raw)
        public = request.args.get("public", "").lower() == "true"
        own = public or not self._rights.shares(raw)
        return self._page(window_on(raw, ident, new_name() if own else "").ident)

    def show_titled(self, title: str) -> Response:
        """Answer the page of the document of a title."""
        raw = self._library.titled(self._rights.reader(), title)
        if raw is None:
            raise DocumentNotFound(f"there is no document {title!r}")
        return self._page(raw.id)

    def socket_url(self) -> Response:
        """Answer where the push channel is."""
        scheme = "wss" if request.is_secure else "ws"
        return text_answer(f"{scheme}://{request.host}{self._mount()}/bokeh/sub")
