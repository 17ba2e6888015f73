"""Pages: the index, and one page per app, which opens its session's websocket.

Views parse, make one call and render. Sessions are opened by `ServedApp`, HTML is made by
``document_page`` and the templates.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from flask import Response, make_response, redirect, render_template, request

from hybridviz.appload.failure import load_error
from hybridviz.core.tokens import make_token
from hybridviz.sessions import Request
from hybridviz.web.document_page import Page, PageLinks, page_of_document, page_without_roots
from hybridviz.web.served import SPACE, ServedApp
from hybridviz.web.visit import Visitors, arguments_of, names_session, session_id_of
from hybridviz.ws.accept import can_upgrade

MAX_ARGUMENTS = 1024
"""Longest query string and payload that travel in a token, in bytes. With more the app runs before
its page: headers over 8 KB, where the token travels next, are refused by many servers.
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
        visitors: makes of a request what apps see of it.
    """

    def __init__(
        self,
        served: Mapping[str, ServedApp],
        links: Callable[[str], PageLinks],
        key: bytes,
        clock: Callable[[], float],
        token_lifetime: float,
        visitors: Visitors,
    ) -> None:
        self._served = served
        self._links = links
        self._key = key
        self._clock = clock
        self._token_lifetime = token_lifetime
        self._visitors = visitors

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

    def app(self, served: ServedApp, **parts: Any) -> Response:
        """Answer the page of one app.

        Args:
            served: the app.
            parts: the variable parts of its path, which `arguments_of` finds in the request.

        Raises:
            HandshakeRefused: the session id or the token in the request is no good.
            AppLoadError: the app's code raised.
        """
        if not can_upgrade(request.environ):
            return make_response(render_template("hybridviz/no_websockets.html"), 501)
        ident = session_id_of(request, self._key, self._clock())
        visit = self._visit(served)
        carried = _carried(visit)
        title = served.lazy_title()
        if title is not None and carried is not None:
            served.visits.keep(ident, visit)
            head, tail = self._lazy_page(served, title)
            body = b"".join((head, self._token(ident, carried).encode(), tail))
        else:
            body = self._eager_page(served, ident, visit, carried).encode()
        response = Response(body, mimetype="text/html")
        response.headers["Cache-Control"] = "no-store"  # the token is for one visitor
        return response

    def _visit(self, served: ServedApp) -> Request:
        visit = self._visitors.seen(request, arguments_of(request))
        payload = served.process_request(visit)
        return replace(visit, payload=payload) if payload else visit

    def _eager_page(
        self, served: ServedApp, ident: str, visit: Request, carried: dict[str, Any] | None
    ) -> str:
        session = served.open(ident, visit)
        token = self._token(ident, carried or {})
        try:
            return page_of_document(session.document, token, self._links(request.script_root))
        except Exception as error:  # of a template of the app's own
            raise load_error(served.route, error, None) from error

    def _lazy_page(self, served: ServedApp, title: str) -> Page:
        root = request.script_root
        page = served.pages.get((root, title))
        if page is None:
            if len(served.pages) >= MAX_PAGES:
                served.pages.clear()
            page = page_without_roots(title, self._links(root))
            served.pages[root, title] = page
        return page

    def _token(self, ident: str, carried: dict[str, Any]) -> str:
        expires = self._clock() + self._token_lifetime
        return make_token(ident, self._key, expires, carried or None)


def _carried(visit: Request) -> dict[str, Any] | None:
    """Return what a token carries of a visit to a session that is made later; None if that would
    be too long.
    """
    carried: dict[str, Any] = {"arguments": visit.arguments} if visit.arguments else {}
    carried |= visit.payload
    size = len(request.query_string) + len(json.dumps(visit.payload))
    return carried if size <= MAX_ARGUMENTS else None


def _redirect(location: str) -> Response:
    response = make_response(redirect(location))
    response.headers["Cache-Control"] = "no-store"  # another app may be served next time
    return response
