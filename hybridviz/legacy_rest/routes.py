"""The URLs of the server of Bokeh 0.10, for its clients: users, documents, models.

Paths, methods, parameters and answers are those of ``bokeh/server/views`` of Bokeh 0.10.0, in its
single-user mode. Failures that it had no answer to are JSON with the reason.
"""

import hmac
import json
import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

import orjson
from flask import Blueprint, Response, redirect, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from hybridviz.errors import (
    BadRequest,
    DocumentNotFound,
    HybridVizError,
    PatchError,
    RightNeeded,
    TooLarge,
)
from hybridviz.legacy_rest.library import Library
from hybridviz.legacy_rest.live import LiveDocuments
from hybridviz.legacy_rest.raw import Json, RawDocument
from hybridviz.legacy_rest.translation import notices_of
from hybridviz.web.documents.access import Access

log = logging.getLogger("hybridviz.legacy")

USER = "defaultuser"
"""The one user of the single-user mode."""
MODEL = "/bokeh/bb/<docid>/<kind>/<ident>/"
MAX_DIGITS = 19
CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Max-Age": "21600"}
View = Callable[..., Any]


class LegacyViews:
    """The views of old clients.

    Args:
        library: their documents.
        live: those that somebody looks at.
        access: who may write, and read.
        max_size: largest body, in bytes.
        page: answers the page of a document.
    """

    def __init__(
        self,
        library: Library,
        live: LiveDocuments,
        access: Access,
        max_size: int,
        page: Callable[[str], Response],
    ) -> None:
        self._library = library
        self._live = live
        self._access = access
        self._max_size = max_size
        self._page = page

    # -- the user and the documents

    def ping(self) -> Response:
        return Response("pong", mimetype="text/html")

    def userinfo(self) -> Response:
        self._access.check_read(request)
        docs = [{"docid": raw.id, "title": raw.title} for raw in self._library.of_user(USER)]
        return _json({"username": USER, "docs": docs})

    def create(self) -> Response:
        self._access.check_write(request)
        title = request.form.get("title") or self._body().get("title")
        if not isinstance(title, str) or not title:
            raise BadRequest("a document has a title")
        raw = self._library.create(USER, title)
        log.info("= document %s: made for %s as %r", raw.id, request.remote_addr, title)
        return self.userinfo()

    def remove(self, docid: str) -> Response:
        self._access.check_write(request)
        self._library.find(docid)
        self._library.remove(docid)
        self._live.end(docid)
        return self.userinfo()

    def by_title(self) -> Response:
        title = request.args.get("title")
        if not title:
            raise BadRequest("a document has a title")
        raw = self._library.titled(USER, title)
        if raw is None:
            self._access.check_write(request)
            raw = self._library.create(USER, title)
        return self._described(raw)

    def apikey(self, docid: str) -> Response:
        raw = self._read(docid)
        if self._access.may_write(request):
            return _json({"apikey": raw.apikey})
        return _json({"readonlyapikey": raw.readonlyapikey})

    def publish(self, docid: str) -> Response:
        self._check_write(docid)

        def publish(raw: RawDocument) -> None:
            raw.published = True

        self._library.change(docid, publish)
        return _json({"status": "success"})

    # -- what browsers ask for

    def info(self, docid: str) -> Response:
        return self._described(self._read(docid))

    def object_info(self, docid: str, ident: str) -> Response:
        raw = self._read(docid)
        if ident not in raw.models:
            raise DocumentNotFound(f"there is no model {ident!r}")
        return self._described(raw, ident)

    def show(self, docid: str, ident: str = "") -> Any:
        return self._page(self._read(docid).id)

    def show_titled(self, title: str) -> Any:
        raw = self._library.titled(USER, title)
        if raw is None:
            raise DocumentNotFound(f"there is no document {title!r}")
        return self._page(raw.id)

    def socket_url(self) -> Response:
        scheme = "wss" if request.is_secure else "ws"
        return Response(f"{scheme}://{request.host}/bokeh/sub", mimetype="text/html")

    def notices(self, docid: str) -> Response:
        """What today's page of a document cannot show, also before anybody has opened it."""
        raw = self._read(docid)
        return _json({"docid": raw.id, "notices": notices_of(raw)})

    # -- models

    def models(self, docid: str) -> Response:
        return _json([_spec(model) for model in self._read(docid).reachable()])

    def models_of_type(self, docid: str, kind: str) -> Response:
        models = self._read(docid).reachable()
        return _json([model["attributes"] for model in models if model["type"] == kind])

    def model(self, docid: str, kind: str, ident: str) -> Response:
        raw = self._read(docid)
        if ident not in raw.models:
            raise DocumentNotFound(f"there is no model {ident!r}")
        return _json(raw.models[ident]["attributes"])

    def change_model(self, docid: str, kind: str, ident: str) -> Response:
        attributes = {name: part for name, part in self._body().items() if name != "noop"}
        self._upsert(docid, [{"type": kind, "id": ident, "attributes": attributes}])
        return _json({"noop": True})

    def bulk(self, docid: str) -> Response:
        specs = self._json()
        if not isinstance(specs, list):
            raise PatchError("the body must be a list of models")
        raw, idents = self._upsert(docid, specs)
        changed = [raw.models[ident] for ident in idents] if idents else raw.reachable()
        return _json({"msgtype": "modelpush", "modelspecs": [*map(_spec, changed)]})

    def collect(self, docid: str) -> Response:
        self._check_write(docid)
        self._library.change(docid, RawDocument.prune)
        return _json({"status": "success"})

    def _upsert(self, docid: str, specs: list[Any]) -> tuple[RawDocument, list[str]]:
        self._check_write(docid)
        raw, idents = self._library.change(docid, lambda raw: raw.upsert(specs))
        self._live.update(raw, idents)
        return raw, idents

    def _read(self, docid: str) -> RawDocument:
        raw = self._library.find(docid)
        if not (raw.published or self._shows(raw.apikey) or self._shows(raw.readonlyapikey)):
            self._access.check_read(request)
        return raw

    def _check_write(self, docid: str) -> None:
        """Check the right to change a document: its key, or the right to upload.

        Raises:
            DocumentNotFound: there is none.
            RightNeeded, TooManyFailures: the request shows neither.
        """
        raw = self._library.find(docid)
        if self._shows(raw.readonlyapikey):
            raise RightNeeded("this key of the document is for reading")
        if not self._shows(raw.apikey):
            self._access.check_write(request)

    def _shows(self, key: str) -> bool:
        """Return whether the request shows a key of a document."""
        shown = request.headers.get("BOKEH-API-KEY", "")
        return bool(key) and hmac.compare_digest(shown.encode(), key.encode())

    def _described(self, raw: RawDocument, start: str = "") -> Response:
        described: Json = {
            "plot_context_ref": raw.reference(),
            "docid": raw.id,
            "all_models": [_spec(model) for model in raw.reachable(start)],
            "apikey": raw.readonlyapikey,
        }
        if start:
            model = raw.models[start]
            described["type"] = model.get("subtype") or model["type"]
        return _json(described, CORS)

    def _body(self) -> Json:
        found = self._json()
        if not isinstance(found, dict):
            raise PatchError("the body must be an object")
        return found

    def _json(self) -> Any:
        """Return the body; numbers that JSON lacks are texts, as in what Bokeh 0.10 writes."""
        request.max_content_length = self._max_size
        try:
            return json.loads(request.get_data(cache=False), parse_constant=str, parse_int=_number)
        except RequestEntityTooLarge:
            raise TooLarge(f"the body is over the limit of {self._max_size} bytes") from None
        except (ValueError, RecursionError) as error:
            raise BadRequest(f"the body is not JSON: {error}") from None


def add_routes(blueprint: Blueprint, views: LegacyViews, socket: View) -> None:
    """Add the URLs of old clients.

    Args:
        blueprint: where to.
        views: what answers them.
        socket: answers the websockets of the pages, which are today's.
    """
    table: list[tuple[str, str, View]] = [
        ("GET", "/bokeh/ping", views.ping),
        ("GET", "/bokeh/userinfo/", views.userinfo),
        ("POST", "/bokeh/doc/", views.create),
        ("GET", "/bokeh/doc/", views.by_title),
        ("GET", "/bokeh/doc/<docid>/", views.info),
        ("DELETE", "/bokeh/doc/<docid>/", views.remove),
        ("GET", "/bokeh/doc/<docid>/<ident>", views.show),
        ("GET", "/bokeh/doc/<title>/show", views.show_titled),
        ("GET", "/bokeh/bokehinfo/<docid>/", views.info),
        ("GET", "/bokeh/objinfo/<docid>/<ident>", views.object_info),
        ("GET", "/bokeh/getdocapikey/<docid>", views.apikey),
        ("GET", "/bokeh/wsurl/", views.socket_url),
        ("GET", "/bokeh/notices/<docid>/", views.notices),
        ("GET", "/bokeh/bb/<docid>/", views.models),
        ("GET", "/bokeh/bb/<docid>/<kind>/", views.models_of_type),
        ("POST", "/bokeh/bb/<docid>/bulkupsert", views.bulk),
        ("POST", "/bokeh/bb/<docid>/gc", views.collect),
        ("POST", "/bokeh/<docid>/publish", views.publish),
        ("GET", MODEL, views.model),
        ("PUT", MODEL, views.change_model),
        ("PATCH", MODEL, views.change_model),
    ]
    for number, (method, rule, view) in enumerate(table):
        blueprint.add_url_rule(
            rule, f"legacy{number}", _answering(view), methods=[method], strict_slashes=False
        )
    blueprint.add_url_rule("/bokeh/doc/<docid>/<ident>/ws", "legacy-socket", socket, websocket=True)
    blueprint.add_url_rule("/bokeh/", "legacy-index", lambda: redirect("/"), strict_slashes=False)


def _answering(view: View) -> View:
    """Make a view answer failures with a status that old clients understand."""

    @wraps(view)
    def wrapped(*args: Any, **parts: Any) -> Any:
        try:
            return view(*args, **parts)
        except RightNeeded as error:
            return _json({"error": str(error)}, status=401)
        except HybridVizError as error:
            log.warning("! %s %s: %s", request.method, request.path, error)
            return _json({"error": str(error)}, status=error.status)
        except HTTPException as error:
            return _json({"error": error.description}, status=error.code or 500)

    return wrapped


def _number(digits: str) -> int | float:
    """Return an integer; those that no JSON of today can hold become floats."""
    return int(digits) if len(digits) < MAX_DIGITS else float(digits)


def _spec(model: Json) -> Json:
    """Return a model as the old server sent it: without its subtype."""
    return {name: model[name] for name in ("attributes", "type", "id")}


def _json(value: Any, headers: dict[str, str] | None = None, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status, headers, mimetype="application/json")
