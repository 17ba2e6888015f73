"""The routes of models below ``/api/documents/<id>/models``, and of the columns of those that have
any.
"""

from collections.abc import Callable
from types import NoneType
from typing import Any

from bokeh.document import Document
from flask import Response, request

from hybridviz.core import rest
from hybridviz.core.tables import FORMATS, JSON, read_columns, write_columns
from hybridviz.errors import BadRequest, PatchError, UnsupportedFormat
from hybridviz.web.documents.views import DocumentViews, answer, done, wanted_tag


class ModelViews:
    """The views of models and columns.

    Args:
        documents: the views of whole documents.
    """

    def __init__(self, documents: DocumentViews) -> None:
        self._documents = documents

    def list(self, ident: str) -> Response:
        """Answer all models of a document."""
        return answer({"models": self._look(ident, _summaries)})

    def get(self, ident: str, model: str) -> Response:
        """Answer one model with its properties."""
        return answer(self._look(ident, lambda doc: rest.description(rest.find_model(doc, model))))

    def patch(self, ident: str, model: str) -> Response:
        """Set properties of one model, all or nothing."""
        target = self._documents.writable(ident)
        values = self._documents.json()
        _, tag = target.change(
            wanted_tag(), lambda doc: rest.change_properties(doc, None, {model: values})
        )
        return done(tag)

    def columns(self, ident: str, model: str) -> Response:
        """Answer the columns of a source, in the format that the client likes best."""
        form = request.accept_mimetypes.best_match(FORMATS) if request.accept_mimetypes else JSON
        if form is None:
            raise UnsupportedFormat(f"columns can be had as {', '.join(FORMATS)}")
        body = self._look(ident, lambda doc: write_columns(rest.find_source(doc, model).data, form))
        response = Response(body, mimetype=form)
        response.vary.add("Accept")
        response.headers["Cache-Control"] = "no-cache"
        return response

    def replace(self, ident: str, model: str) -> Response:
        """Replace all columns of a source."""
        return self._change(ident, model, rest.replace_columns)

    def append(self, ident: str, model: str) -> Response:
        """Append rows to a source; with ``rollover`` it keeps that many."""
        rollover = _rollover()
        return self._change(
            ident, model, lambda doc, key, data: rest.stream_rows(doc, key, data, rollover)
        )

    def patch_columns(self, ident: str, model: str) -> Response:
        """Replace single values of a source."""
        target = self._documents.writable(ident)
        patches = {name: _patches(name, pairs) for name, pairs in self._documents.json().items()}
        _, tag = target.change(wanted_tag(), lambda doc: rest.patch_columns(doc, model, patches))
        return done(tag)

    def _look(self, ident: str, call: Callable[[Document], Any]) -> Any:
        session = self._documents.readable(ident).session()
        return session.call(call, session.document)

    def _change(
        self, ident: str, model: str, call: Callable[[Document, str, dict[str, Any]], None]
    ) -> Response:
        target = self._documents.writable(ident)
        body, form = self._documents.body(FORMATS), request.mimetype

        def change(document: Document) -> None:
            like = rest.find_source(document, model).data
            call(document, model, read_columns(body, form, like))

        _, tag = target.change(wanted_tag(), change)
        return done(tag)


def _summaries(document: Document) -> list[dict[str, Any]]:
    return sorted(map(rest.summary, document.models), key=lambda found: str(found["id"]))


def _rollover() -> int | None:
    text = request.args.get("rollover")
    if text is None:
        return None
    if not text.isdecimal():
        raise BadRequest("rollover must be a count of rows")
    return int(text)


def _patches(name: str, pairs: Any) -> list[Any]:
    """Return the patches of one column in the JSON of Bokeh's wire.

    Raises:
        PatchError: they are not pairs of an index, or of start, stop and step, and a value.
    """
    if not isinstance(pairs, list) or not all(isinstance(p, list) and len(p) == 2 for p in pairs):
        raise PatchError(f"the patches of column {name!r} must be pairs of an index and a value")
    return [[_index(name, index), value] for index, value in pairs]


def _index(name: str, index: Any) -> Any:
    if type(index) is int:
        return index
    if isinstance(index, list) and len(index) == 3 and {type(i) for i in index} <= {int, NoneType}:
        start, stop, step = index
        return {"type": "slice", "start": start, "stop": stop, "step": step}
    raise PatchError(
        f"an index of column {name!r} must be a number or [start, stop, step], not {index!r}"
    )
