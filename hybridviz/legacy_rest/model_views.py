"""The views of models: all of a document, those of a type, single ones; and what changes them."""

from uuid import uuid4

from flask import Response

from hybridviz.errors import DocumentNotFound, PatchError
from hybridviz.legacy_rest.answers import Bodies, json_answer
from hybridviz.legacy_rest.edits import Edits
from hybridviz.legacy_rest.raw import Json, RawDocument, pushed, spec


class ModelViews:
    """See the module.

    Args:
        edits: reads and changes documents, as requests may.
        bodies: what requests bring.
    """

    def __init__(self, edits: Edits, bodies: Bodies) -> None:
        self._edits = edits
        self._bodies = bodies

    def all(self, docid: str) -> Response:
        """Answer what the document shows."""
        return json_answer([spec(model) for model in self._edits.read(docid).reachable()])

    def of_type(self, docid: str, kind: str) -> Response:
        """Answer the attributes of the models of a type."""
        models = self._edits.read(docid).reachable()
        return json_answer([model["attributes"] for model in models if model["type"] == kind])

    def get(self, docid: str, kind: str, ident: str) -> Response:
        """Answer the attributes of a model; its type is not looked at."""
        return json_answer(_attributes(self._edits.read(docid), ident))

    def create(self, docid: str, kind: str) -> Response:
        """Add a model whose attributes are given; answer them."""
        self._edits.check_write(docid)
        attributes = self._bodies.object()
        ident = attributes.get("id", str(uuid4()))
        made = {"type": kind, "id": ident, "attributes": attributes}
        raw, _ = self._edits.upsert(docid, [made])
        return json_answer(_attributes(raw, ident))

    def change(self, docid: str, kind: str, ident: str) -> Response:
        """Change attributes of a model, added if there is none."""
        self._edits.check_write(docid)
        attributes = {name: part for name, part in self._bodies.object().items() if name != "noop"}
        changed = {"type": kind, "id": ident, "attributes": attributes}
        self._edits.upsert(docid, [changed], retype=True)
        return json_answer({"noop": True})

    def remove(self, docid: str, kind: str, ident: str) -> Response:
        """Remove a model and the references to it; answer its attributes."""
        attributes = _attributes(self._edits.read(docid), ident)
        self._edits.remove(docid, ident)
        return json_answer(attributes)

    def bulk(self, docid: str) -> Response:
        """Add and change models; answer them, or all if none is given."""
        self._edits.check_write(docid)
        specs = self._bodies.json()
        if not isinstance(specs, list):
            raise PatchError("the body must be a list of models")
        return json_answer(pushed(*self._edits.upsert(docid, specs)))

    def collect(self, docid: str) -> Response:
        """Forget the models that nothing refers to."""
        self._edits.check_write(docid)
        self._edits.prune(docid)
        return json_answer({"status": "success"})


def _attributes(raw: RawDocument, ident: str) -> Json:
    """Return the attributes of a model.

    Raises:
        DocumentNotFound: there is none.
    """
    if ident not in raw.models:
        raise DocumentNotFound(f"there is no model {ident!r}")
    attributes: Json = raw.models[ident]["attributes"]
    return attributes
