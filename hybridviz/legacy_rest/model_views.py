"""The views of models: all of a document, those of a type, single ones; and what changes them."""

from typing import Any
from uuid import uuid4

from flask import Response

from hybridviz.errors import DocumentNotFound, PatchError
from hybridviz.legacy_rest.answers import Bodies, json_answer
from hybridviz.legacy_rest.document_views import spec
from hybridviz.legacy_rest.library import Library
from hybridviz.legacy_rest.live import LiveDocuments
from hybridviz.legacy_rest.raw import Json, RawDocument
from hybridviz.legacy_rest.rights import Rights


class ModelViews:
    """See the module.

    Args:
        library: the documents.
        live: those that somebody looks at.
        rights: who may.
        bodies: what requests bring.
    """

    def __init__(
        self, library: Library, live: LiveDocuments, rights: Rights, bodies: Bodies
    ) -> None:
        self._library = library
        self._live = live
        self._rights = rights
        self._bodies = bodies

    def all(self, docid: str) -> Response:
        """Answer what the document shows."""
        return json_answer([spec(model) for model in self._rights.read(docid).reachable()])

    def of_type(self, docid: str, kind: str) -> Response:
        """Answer the attributes of the models of a type."""
        models = self._rights.read(docid).reachable()
        return json_answer([model["attributes"] for model in models if model["type"] == kind])

    def get(self, docid: str, kind: str, ident: str) -> Response:
        """Answer the attributes of a model; its type is not looked at."""
        return json_answer(_attributes(self._rights.read(docid), ident))

    def create(self, docid: str, kind: str) -> Response:
        """Add a model whose attributes are given; answer them."""
        self._rights.check_write(docid)
        attributes = self._bodies.object()
        ident = attributes.get("id", str(uuid4()))
        raw, _ = self._upsert(docid, [{"type": kind, "id": ident, "attributes": attributes}])
        return json_answer(_attributes(raw, ident))

    def change(self, docid: str, kind: str, ident: str) -> Response:
        """Change attributes of a model, added if there is none."""
        self._rights.check_write(docid)
        attributes = {name: part for name, part in self._bodies.object().items() if name != "noop"}
        self._upsert(docid, [{"type": kind, "id": ident, "attributes": attributes}])
        return json_answer({"noop": True})

    def remove(self, docid: str, kind: str, ident: str) -> Response:
        """Remove a model and the references to it; answer its attributes."""

        def remove(raw: RawDocument) -> tuple[Json, list[str]]:
            return _attributes(raw, ident), raw.remove(ident)

        self._rights.check_write(docid)
        raw, (attributes, changed) = self._library.change(docid, remove)
        self._live.update(raw, changed)
        return json_answer(attributes)

    def bulk(self, docid: str) -> Response:
        """Add and change models; answer them, or all if none is given."""
        self._rights.check_write(docid)
        specs = self._bodies.json()
        if not isinstance(specs, list):
            raise PatchError("the body must be a list of models")
        raw, idents = self._upsert(docid, specs)
        changed = [raw.models[ident] for ident in idents] if idents else raw.reachable()
        return json_answer({"msgtype": "modelpush", "modelspecs": [*map(spec, changed)]})

    def collect(self, docid: str) -> Response:
        """Forget the models that nothing refers to."""
        self._rights.check_write(docid)
        self._library.change(docid, RawDocument.prune)
        return json_answer({"status": "success"})

    def _upsert(self, docid: str, specs: list[Any]) -> tuple[RawDocument, list[str]]:
        raw, idents = self._library.change(docid, lambda raw: raw.upsert(specs))
        self._live.update(raw, idents)
        return raw, idents


def _attributes(raw: RawDocument, ident: str) -> Json:
    """Return the attributes of a model.

    Raises:
        DocumentNotFound: there is none.
    """
    if ident not in raw.models:
        raise DocumentNotFound(f"there is no model {ident!r}")
    attributes: Json = raw.models[ident]["attributes"]
    return attributes
