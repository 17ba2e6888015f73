"""The routes of whole documents below ``/api/documents``: list, read, upload, change, remove."""

from collections.abc import Mapping
from typing import Any

import orjson
from bokeh.embed import file_html
from bokeh.resources import Resources
from flask import Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from hybridviz.core.documents import read_document
from hybridviz.core.rest import change_properties
from hybridviz.core.tables import JSON
from hybridviz.errors import (
    BadRequest,
    DocumentInUse,
    DocumentNotFound,
    PatchError,
    TooLarge,
    UnsupportedFormat,
    UserRefused,
)
from hybridviz.sessions import Session
from hybridviz.stores import Entry
from hybridviz.web.documents.access import Access
from hybridviz.web.documents.targets import AppSession, Target, UploadedDocument, version_of
from hybridviz.web.documents.uploads import Uploads
from hybridviz.web.served import FOREIGN, ServedApp, document_space
from hybridviz.web.visit import Visitors

HTML = "text/html"
RESOURCES = ("cdn", "inline")


class DocumentViews:
    """The views of documents.

    Args:
        uploads: the uploaded documents.
        served: apps by their routes, whose sessions are documents too.
        access: who may.
        visitors: knows whose sessions are whose.
        max_size: largest body, in bytes.
    """

    def __init__(
        self,
        uploads: Uploads,
        served: Mapping[str, ServedApp],
        access: Access,
        visitors: Visitors,
        max_size: int,
    ) -> None:
        self._uploads = uploads
        self._served = served
        self._access = access
        self._visitors = visitors
        self._max_size = max_size

    def list(self) -> Response:
        """Answer the uploaded documents; sessions of apps are nobody's business."""
        self._access.check_read(request)
        document_space(self._served)
        return answer({"documents": [_listed(entry) for entry in self._uploads.entries()]})

    def get(self, ident: str) -> Response:
        """Answer a document as JSON or, if the client rather has that, as a page of its own."""
        body, tag = self.readable(ident).read()
        if request.accept_mimetypes.best_match((JSON, HTML)) == HTML:
            response = Response(_standalone(body), mimetype=HTML)
            tag = f"{tag}-html"
        else:
            response = Response(body, mimetype=JSON)
        response.set_etag(tag)
        response.vary.add("Accept")
        response.headers["Cache-Control"] = "no-cache"
        response.make_conditional(request)
        return response

    def put(self, ident: str) -> Response:
        """Store a document and show it to all who view that id."""
        self._access.check_write(request)
        if self._app_session(ident) is not None:
            raise DocumentInUse(f"{ident!r} is a session of an app: change it with PATCH")
        document_space(self._served)
        body = self.body((JSON,))
        entry = self._uploads.put(ident, body, self._expected())
        created = entry.created == entry.updated
        response = answer(_listed(entry), 201 if created else 200, str(entry.version))
        response.headers["Location"] = request.path
        return response

    def patch(self, ident: str) -> Response:
        """Change the title and properties of models, all or nothing."""
        target = self.writable(ident)
        changes = self.json()
        if unknown := changes.keys() - {"title", "models"}:
            raise PatchError(f"unknown member {min(unknown)!r}; known are title and models")
        models = changes.get("models", {})
        if not isinstance(models, dict):
            raise PatchError("models must be an object of models by id or name")
        _, tag = target.change(
            wanted_tag(), lambda doc: change_properties(doc, changes.get("title"), models)
        )
        return done(tag)

    def delete(self, ident: str) -> Response:
        """Remove a document; its viewers are told."""
        self._access.check_write(request)
        if self._app_session(ident) is not None:
            raise DocumentInUse(f"{ident!r} is a session of an app, which ends by itself")
        space = document_space(self._served)
        session = self._uploads.delete(ident, self._expected())
        if session is not None:
            space.registry.discard(session, reason="the document was deleted")
        return Response(status=204)

    # -- what the other views need too

    def readable(self, ident: str) -> Target:
        """Return what an id names, if the request may read it.

        Raises:
            DocumentNotFound: nothing.
            DocumentInUse: this server has no documents.
            RightNeeded: it may not.
        """
        session = self._app_session(ident)
        if session is None:
            self._access.check_read(request)
            return self._uploaded(ident)
        self._check_session(session)
        return AppSession(session)

    def writable(self, ident: str) -> Target:
        """Return what an id names, if the request may change it; see `readable`."""
        session = self._app_session(ident)
        if session is None:
            self._access.check_write(request)
            return self._uploaded(ident)
        self._check_session(session)
        return AppSession(session)

    def _uploaded(self, ident: str) -> Target:
        document_space(self._served)
        return UploadedDocument(self._uploads, ident)

    def _check_session(self, session: Session) -> None:
        """Check the right to an app's session. One of a user's is for that user and for who has the
        upload token: that a program runs on this machine is not enough.

        Raises:
            RightNeeded, TooManyFailures: as `Access.check_session` does.
            UserRequired, UserRefused: it is another user's.
        """
        self._access.check_session(request, session)
        if session.context.belongs_to(None) or self._access.shows_upload_token(request):
            return
        user = self._visitors.user(self._served[session.route].rule)
        if not session.context.belongs_to(user):
            raise UserRefused(FOREIGN)

    def _app_session(self, ident: str) -> Session | None:
        apps = (served for served in self._served.values() if not served.is_space)
        found = (served.registry.get(ident) for served in apps)
        return next((session for session in found if session is not None), None)

    def body(self, forms: tuple[str, ...]) -> bytes:
        """Return the request's body.

        Raises:
            UnsupportedFormat: its content type is none of these.
            TooLarge: it is over the limit.
        """
        if request.mimetype not in forms:
            given = request.mimetype or "missing"
            raise UnsupportedFormat(f"the content type must be {' or '.join(forms)}, not {given}")
        request.max_content_length = self._max_size
        try:
            return request.get_data(cache=False)
        except RequestEntityTooLarge:
            raise TooLarge(
                f"the body is over the limit of {self._max_size} bytes, set by --max-upload-size"
            ) from None

    def json(self) -> dict[str, Any]:
        """Return the request's body, a JSON object."""
        try:
            found = orjson.loads(self.body((JSON,)))
        except orjson.JSONDecodeError as error:
            raise BadRequest(f"the body is not JSON: {error}") from None
        if not isinstance(found, dict):
            raise PatchError("the body must be a JSON object")
        return found

    def _expected(self) -> int | None:
        if request.headers.get("If-None-Match", "").strip() == "*":
            return 0
        tag = wanted_tag()
        return None if tag is None else version_of(tag)


def wanted_tag() -> str | None:
    """Return the entity tag that the request asks the document to have; None if any will do.

    Raises:
        BadRequest: the header If-Match is not one quoted tag.
    """
    header = request.headers.get("If-Match", "").strip()
    if header in ("", "*"):
        return None
    if len(header) < 2 or header[0] != '"' or header[-1] != '"' or '"' in header[1:-1]:
        raise BadRequest('If-Match must be one tag in quotes, such as "12"')
    return header[1:-1]


def answer(data: Any, status: int = 200, tag: str | None = None) -> Response:
    """Return a JSON response with an entity tag."""
    response = Response(orjson.dumps(data), status, mimetype=JSON)
    if tag is not None:
        response.set_etag(tag)
    response.headers["Cache-Control"] = "no-cache"
    return response


def done(tag: str) -> Response:
    """Return the empty answer to a change that was made."""
    response = Response(status=204)
    response.set_etag(tag)
    return response


def _listed(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.ident,
        "title": entry.title,
        "version": entry.version,
        "size": entry.size,
        "created": entry.created,
        "updated": entry.updated,
    }


def _standalone(body: bytes) -> str:
    mode = request.args.get("resources", "cdn")
    if mode not in RESOURCES:
        raise BadRequest(f"resources must be {' or '.join(RESOURCES)}")
    document = read_document(body)
    if not document.roots:
        raise DocumentNotFound("the document is empty: there is nothing to show")
    return file_html(document, Resources(mode=mode), document.title)  # type: ignore[arg-type]
