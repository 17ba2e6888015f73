"""Pages: the index, and one page per app, which opens its session's websocket.

Views parse, make one call and render. Sessions are opened by `ServedApp`, HTML is made by
``document_page`` and the templates.
"""

from collections.abc import Callable, Mapping

from flask import Response, current_app, make_response, redirect, render_template, request

from hybridviz.core.tokens import make_token
from hybridviz.web.document_page import Page, PageLinks, page_of_document, page_without_roots
from hybridviz.web.served import SPACE, ServedApp
from hybridviz.web.visit import (
    Arguments,
    arguments_of,
    names_session,
    session_id_of,
    snapshot,
)
from hybridviz.ws.accept import can_upgrade

MAX_ARGUMENTS = 2048
"""Longest query string that travels in a token, in bytes. With a longer one the app runs before its
page: headers over 8 KB, where the token travels next, are refused by many servers.
"""
MAX_PAGES = 16
"""Most pages that are kept of one app, as mount points and titles vary."""


class Pages:
    """The views of pages.

    Args:
        served: apps by their routes, with the document space.
        links: where the files of a page are, without the mount point.
        key: the secret that signs tokens.
        clock: Unix time in seconds.
        token_lifetime: seconds for which a page may open its websocket.
    """

    def __init__(
        self,
        served: Mapping[str, ServedApp],
        links: Callable[[str], PageLinks],
        key: bytes,
        clock: Callable[[], float],
        token_lifetime: float,
    ) -> None:
        self._served = served
        self._links = links
        self._key = key
        self._clock = clock
        self._token_lifetime = token_lifetime

    def index(self) -> Response:
        """Answer ``/``: a document by its session id, the only app, or a card for each."""
        space = self._served[SPACE]
        if names_session(request) or space.listed:
            return self.app(space)
        apps = [app for app in self._served.values() if app.listed]
        if len(apps) == 1:
            query = request.query_string.decode("latin-1")
            return _redirect(f"{request.script_root}{apps[0].route}{'?' * bool(query)}{query}")
        return make_response(render_template("hybridviz/index.html", apps=apps))

    def app(self, served: ServedApp) -> Response:
        """Answer the page of one app.

        Raises:
            HandshakeRefused: the session id or the token in the request is no good.
            AppLoadError: the app's code raised.
        """
        if not can_upgrade(request.environ):
            return make_response(render_template("hybridviz/no_websockets.html"), 501)
        ident = session_id_of(request, self._key, self._clock())
        arguments = arguments_of(request)
        small = len(request.query_string) <= MAX_ARGUMENTS
        title = served.lazy_title()
        if title is not None and small:
            head, tail = self._lazy_page(served, title)
            body = b"".join((head, self._token(ident, arguments).encode(), tail))
        else:
            body = self._eager_page(served, ident, arguments, small).encode()
        response = Response(body, mimetype="text/html")
        response.headers["Cache-Control"] = "no-store"  # the token is for one visitor
        return response

    def _eager_page(self, served: ServedApp, ident: str, arguments: Arguments, small: bool) -> str:
        cookie = current_app.config["SESSION_COOKIE_NAME"]
        session = served.open(ident, snapshot(request, served.route, arguments, cookie))
        token = self._token(ident, arguments if small else {})
        return page_of_document(session.document, token, self._links(request.script_root))

    def _lazy_page(self, served: ServedApp, title: str) -> Page:
        root = request.script_root
        page = served.pages.get((root, title))
        if page is None:
            if len(served.pages) >= MAX_PAGES:
                served.pages.clear()
            page = page_without_roots(title, self._links(root))
            served.pages[root, title] = page
        return page

    def _token(self, ident: str, arguments: Arguments) -> str:
        payload = {"arguments": arguments} if arguments else None
        return make_token(ident, self._key, self._clock() + self._token_lifetime, payload)


def _redirect(location: str) -> Response:
    response = make_response(redirect(location))
    response.headers["Cache-Control"] = "no-store"  # another app may be served next time
    return response
