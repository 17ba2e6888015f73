"""Apps inside pages of other servers: the script that ``bokeh.embed.server_document`` and its kin
load, and which origins may read it.

A failure is told where the app was to appear. The script then carries nothing but the reason, so
any origin may read that.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from urllib.parse import urlsplit

from bokeh.core.templates import AUTOLOAD_JS
from bokeh.embed.bundle import Bundle, Script
from bokeh.embed.elements import script_for_render_items
from bokeh.embed.util import RenderItem
from flask import Response, request

from hybridviz.appload.error_document import error_html
from hybridviz.config import Settings
from hybridviz.core.handshake import check_origin
from hybridviz.errors import AppLoadError, BadRequest, HybridVizError
from hybridviz.web.document_page import PageLinks
from hybridviz.web.pages import Pages
from hybridviz.web.served import ServedApp
from hybridviz.ws.accept import can_upgrade

ELEMENT = re.compile(r"[\w.:-]{1,200}", re.ASCII)
"""Ids of elements, as far as they may stand in a script."""
APP_PATH = re.compile(r"/[\w.~!$&()*+,;=:@%/-]*", re.ASCII)
SERVER = re.compile(r"https?://[\w.:\[\]-]+", re.ASCII)
TELL = """(function() {{
  const place = document.getElementById({element});
  const box = document.createElement("div");
  box.innerHTML = {html};
  if (place != null) {{
    place.tagName === "SCRIPT" ? place.after(box) : place.replaceChildren(box);
  }}
  console.error({text});
}})();
"""
BESIDE = """(function() {{
  const place = document.createElement("div");
  place.id = {place};
  document.getElementById({tag})?.after(place);
}})();
"""
"""Makes an element beside a script's own tag, inside of which nothing would be seen."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an app is to appear.

    Attributes:
        element: id of the element in the embedding page.
        app_path: path of the app in URLs; None if the page has the same.
        url: absolute URL of the app; None for one relative to the page.
        resources: whether BokehJS shall be loaded.
    """

    element: str
    app_path: str | None
    url: str | None
    resources: bool

    @property
    def server(self) -> str:
        """Scheme and host of the URL, or nothing."""
        parts = urlsplit(self.url or "")
        return f"{parts.scheme}://{parts.netloc}" if self.url else ""


class Embedding:
    """The view of ``autoload.js``.

    Args:
        pages: makes tokens.
        links: where the files of a page are.
        settings: which origins may embed.
    """

    def __init__(self, pages: Pages, links: Callable[[str], PageLinks], settings: Settings) -> None:
        self._pages = pages
        self._links = links
        self._settings = settings

    def autoload(self, served: ServedApp, **parts: object) -> Response:
        """Answer the script that puts an app into an element of a page."""
        if request.method == "OPTIONS":
            return _readable(Response(status=204))
        element = request.args.get("bokeh-autoload-element", "")
        try:
            place = _place(element)
            script, status = self._script(served, place), 200
            if place.element != element:
                script = BESIDE.format(place=_js(place.element), tag=_js(element)) + script
        except HybridVizError as error:
            script, status = self._tell(element, error), error.status
        response = Response(script, status, mimetype="application/javascript")
        response.headers["Cache-Control"] = "no-store"  # the token is for one visitor
        return _readable(response)

    def _script(self, served: ServedApp, place: Place) -> str:
        host = request.headers.get("Host")
        origins = self._settings.allow_websocket_origin or self._settings.hosts
        check_origin(request.headers.get("Origin"), origins, host)
        if not can_upgrade(request.environ):
            raise BadRequest("this server cannot open websockets")
        return self._put(self._pages.token(served), place)

    def document(self, ident: str, element: str, url: str) -> Response:
        """Answer the script that puts a document of the document space into a page of any site. Who
        asks must have shown the right to it.

        Args:
            ident: the id of its session.
            element: the id of the element of the page.
            url: absolute URL below which the websocket is.
        """
        place = Place(element, urlsplit(url).path, url, resources=True)
        response = Response(self._put(self._pages.embedded_token(ident), place))
        response.mimetype = "application/javascript"
        response.headers["Cache-Control"] = "no-store"
        return response

    def _put(self, token: str, place: Place) -> str:
        bundle = self._links(request.script_root).bokeh_bundle(place.server)
        if not place.resources:
            bundle = Bundle()
        item = RenderItem(token=token, elementid=place.element, use_for_title=False)  # type: ignore[arg-type]
        code = script_for_render_items({}, [item], app_path=place.app_path, absolute_url=place.url)
        bundle.add(Script(code))
        return str(AUTOLOAD_JS.render(bundle=bundle, elementid=place.element))

    def _tell(self, element: str, error: HybridVizError) -> str:
        if isinstance(error, AppLoadError):
            html = error_html(error, self._settings.dev)
        else:
            html = _paragraph(f"This app cannot be shown here: {error}")
        known = element if ELEMENT.fullmatch(element) else ""
        return TELL.format(element=_js(known), html=_js(html), text=_js(f"hybridviz: {error}"))


def _place(element: str) -> Place:
    app_path = request.args.get("bokeh-app-path")
    url = request.args.get("bokeh-absolute-url")
    if not ELEMENT.fullmatch(element):
        raise BadRequest("the argument bokeh-autoload-element must be the id of an element")
    if app_path is not None and not APP_PATH.fullmatch(app_path):
        raise BadRequest("the argument bokeh-app-path must be a URL path")
    parts = urlsplit(url or "")
    if url is not None and not (
        SERVER.fullmatch(f"{parts.scheme}://{parts.netloc}")
        and APP_PATH.fullmatch(parts.path or "/")
    ):
        raise BadRequest("the argument bokeh-absolute-url must be a URL of http or https")
    if url is None and app_path is None and "bokeh-session-id" in request.args:
        return _place_of_old(element)
    clean = None if url is None else f"{parts.scheme}://{parts.netloc}{parts.path}"
    return Place(element, app_path, clean, request.args.get("resources") != "none")


def _place_of_old(element: str) -> Place:
    """Return where the tag of a client of Bokeh 0.11 wants its document: beside itself, which has
    the id of the element, and from the server that the tag names.
    """
    url = request.base_url.removesuffix("/autoload.js")
    return Place(f"{element}-place", urlsplit(url).path or "/", url, resources=True)


def _readable(response: Response) -> Response:
    """Let the page that asked read the answer: a script, which holds a token only for an origin
    that may have one.
    """
    origin = request.headers.get("Origin")
    response.headers["Access-Control-Allow-Origin"] = origin or "*"
    if origin:
        response.headers["Access-Control-Allow-Credentials"] = "true"
    wanted = request.headers.get("Access-Control-Request-Headers")
    if wanted:
        response.headers["Access-Control-Allow-Headers"] = wanted
        response.headers["Access-Control-Allow-Methods"] = "GET, OPTIONS"
    response.vary.update(("Origin", "Access-Control-Request-Headers"))
    return response


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _js(text: str) -> str:
    """Return a text as it stands in a script, wherever that may be put."""
    return json.dumps(text).replace("<", "\\u003c")
