"""Pages: the index, and one page per app, which opens its session's websocket.

Views parse, make one call and render. Sessions are opened by `ServedApp`, HTML is made by
``document_page`` and the templates.
"""

import json
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from flask import Response, abort, jsonify, make_response, redirect, render_template, request
from jinja2 import Environment, FileSystemLoader, Template, TemplateError

from hybridviz.appload.failure import load_error
from hybridviz.config import Settings
from hybridviz.core.tokens import make_token
from hybridviz.errors import ConfigError, HybridVizError
from hybridviz.sessions import Request
from hybridviz.stores import Entry
from hybridviz.web.contexts import outside_request
from hybridviz.web.dev import DevChannel
from hybridviz.web.document_page import Page, PageLinks, page_of_document, page_without_roots
from hybridviz.web.documents.access import Access
from hybridviz.web.documents.uploads import Uploads
from hybridviz.web.nonces import with_nonce
from hybridviz.web.served import ServedApp
from hybridviz.web.space import EMBEDDED, SPACE
from hybridviz.web.user_mark import MARK, user_mark
from hybridviz.web.visit import Visitors, arguments_of, named_id, names_session, new_id
from hybridviz.ws.accept import can_upgrade

log = logging.getLogger("hybridviz.web")

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
        settings: how long tokens last, and what the index is.
        visitors: makes of a request what apps see of it.
        access: knows who may read documents.
        uploads: the documents.
        dev: what pages are connected with while apps are written; None otherwise.
    """

    def __init__(
        self,
        served: Mapping[str, ServedApp],
        links: Callable[[str], PageLinks],
        key: bytes,
        clock: Callable[[], float],
        settings: Settings,
        visitors: Visitors,
        access: Access,
        uploads: Uploads,
        dev: DevChannel | None = None,
    ) -> None:
        self._served = served
        self._links = links
        self._key = key
        self._clock = clock
        self._settings = settings
        self._index = _template(settings.index)
        self._visitors = visitors
        self._access = access
        self._uploads = uploads
        self._dev = dev

    def index(self) -> Response:
        """Answer ``/``: a document by its session id, the only app, or a card for each."""
        space = self._served[SPACE]
        if names_session(request) or space.listed:
            return self.app(space)
        if self._settings.disable_index:
            abort(404)
        self._visitors.user()
        apps = [app for app in self._served.values() if app.listed]
        mount = self._links(request.script_root).mount
        if len(apps) == 1 and not self._settings.disable_index_redirect:
            query = request.query_string.decode("latin-1")
            return _redirect(f"{mount}{apps[0].route}{'?' * bool(query)}{query}")
        page = self._index or "hybridviz/index.html"
        return make_response(
            render_template(page, apps=apps, mount=mount, documents=self._documents())
        )

    def _documents(self) -> list[Entry]:
        """Return the uploaded documents, as far as the visitor may know of them."""
        try:
            self._access.check_read(request)
            return self._uploads.entries()
        except HybridVizError:
            return []

    def metadata(self, served: ServedApp, **parts: Any) -> Response:
        """Answer what an app tells about itself, as JSON."""
        self._visitors.user(served.rule)
        data = served.app.metadata
        found = data() if callable(data) else data
        return jsonify(url=served.route, data={} if found is None else found)

    def token(self, served: ServedApp) -> str:
        """Return the token of a new session for an embedded app, which runs now if it never has.

        Raises:
            HandshakeRefused: nobody is logged in, or the session id or the token in the request is
                no good.
            AppLoadError: the app's code raised.
        """
        ident, visit = self._arrive(served)
        carried = _carried(visit)
        if served.lazy_title() is None or carried is None:
            outside_request(served.open, ident, visit)
        else:
            served.expect(ident, visit)
        return self._token(served.opens, ident, carried or {}, visit.user)

    def app(self, served: ServedApp, **parts: Any) -> Response:
        """Answer the page of one app.

        Args:
            served: the app.
            parts: the variable parts of its path, which `arguments_of` finds in the request.

        Raises:
            HandshakeRefused: nobody is logged in, or the session id or the token in the request is
                no good.
            AppLoadError: the app's code raised.
        """
        if not can_upgrade(request.environ):
            return make_response(render_template("hybridviz/no_websockets.html"), 501)
        ident, visit = self._arrive(served)
        carried = _carried(visit)
        title = served.lazy_title()
        if title is not None and carried is not None:
            served.expect(ident, visit)
            head, tail = self._lazy_page(served, title)
            token = self._token(served.opens, ident, carried, visit.user)
            body = b"".join((head, token.encode(), tail))
        else:
            body = self._eager_page(served, ident, visit, carried).encode()
        response = Response(with_nonce(body), mimetype="text/html")
        response.headers["Cache-Control"] = "no-store"  # the token is for one visitor
        return response

    def document(self, ident: str) -> Response:
        """Answer the page of one document of the document space, at whatever URL it was asked for.

        Raises:
            HandshakeRefused: nobody is logged in.
            AppLoadError: it cannot be read.
        """
        space = self._served[SPACE]
        visit = self._visit(space, self._visitors.user())
        page = self._eager_page(space, ident, visit, None).encode()
        response = Response(with_nonce(page), mimetype="text/html")
        response.headers["Cache-Control"] = "no-store"
        return response

    def embedded_token(self, ident: str) -> str:
        """Return the token by which a page of any site shows a document; see `document`."""
        space = self._served[SPACE]
        visit = self._visit(space, self._visitors.user())
        outside_request(space.open, ident, visit)
        return self._token(EMBEDDED, ident, {}, visit.user)

    def _arrive(self, served: ServedApp) -> tuple[str, Request]:
        """Return the id of the visitor's session, which may be ready, and what its app sees. The
        token of the page is a right to that session: it is checked here whether there is one.
        """
        if served.is_space:
            self._access.check_read(request)
        mode = self._settings.session_ids
        user = self._visitors.user(served.rule)
        named = named_id(request, self._key, self._clock(), mode)
        if named is not None and served.is_space:
            self._access.check_space(named)
        visit = self._visit(served, user)
        if named is None and served.ready is not None:
            named = served.ready.take(visit)
        return named or new_id(self._key, mode), visit

    def _visit(self, served: ServedApp, user: Any) -> Request:
        visit = self._visitors.seen(request, user, arguments_of(request))
        payload = served.process_request(visit)
        return replace(visit, payload=payload) if payload else visit

    def _eager_page(
        self, served: ServedApp, ident: str, visit: Request, carried: dict[str, Any] | None
    ) -> str:
        session = outside_request(served.open, ident, visit)
        token = self._token(served.opens, ident, carried or {}, visit.user)
        try:
            return page_of_document(session.document, token, self._links_of(served))
        except HybridVizError:
            raise
        except (Exception, SystemExit) as error:  # of a template of the app's own
            failure = load_error(served.route, error, None)
            log.error("! %s\n%s", failure, failure.traceback)
            raise failure from error

    def _lazy_page(self, served: ServedApp, title: str) -> Page:
        root = request.script_root
        page = served.pages.get((root, title))
        if page is None:
            if len(served.pages) >= MAX_PAGES:
                served.pages.clear()
            page = page_without_roots(title, self._links_of(served))
            served.pages[root, title] = page
        return page

    def _links_of(self, served: ServedApp) -> PageLinks:
        links = self._links(request.script_root)
        if self._dev is None:
            return links
        return replace(links, extra=self._dev.head(served.route, links))

    def _token(self, opens: str, ident: str, carried: dict[str, Any], user: Any) -> str:
        if mark := user_mark(user, self._key):
            carried = {**carried, MARK: mark}
        expires = self._clock() + self._settings.session_token_expiration
        return make_token(ident, self._key, expires, carried or None, opens)


def _template(path: str) -> Template | None:
    """Return the template in a file.

    Raises:
        ConfigError: it cannot be read, or is none.
    """
    if not path:
        return None
    folder, name = os.path.split(os.path.abspath(path))
    try:
        return Environment(loader=FileSystemLoader(folder), autoescape=True).get_template(name)
    except (TemplateError, OSError) as error:
        raise ConfigError(f"the index template {path} cannot be used: {error}") from None


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
