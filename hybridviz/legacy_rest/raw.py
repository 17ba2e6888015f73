"""A document as a client of Bokeh 0.10 has uploaded it: its JSON, kept as it came.

Pure: knows neither today's models nor requests. The form of each model is ``{"type", "id",
"attributes"}``; references to others are ``{"type", "id"}``. Source: bokeh/server of Bokeh 0.10.0.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

import orjson

from hybridviz.errors import DocumentNotFound, PatchError

Json = dict[str, Any]

CONTEXT = "PlotContext"
"""The type of the one model whose children are what a document shows."""


@dataclass(slots=True)
class RawDocument:
    """One uploaded document.

    Attributes:
        id: its id, a UUID.
        title: the name by which clients find it.
        owner: name of the user who has made it; nothing if a client of 0.11 has pushed it.
        apikey: who shows it may write.
        readonlyapikey: who shows it may read.
        context: id of its plot context.
        models: all models by their ids.
        published: whether everybody may read it.
        version: of the Bokeh whose client has made it, ``"0.10"`` or ``"0.11"``.
    """

    id: str
    title: str
    owner: str
    apikey: str
    readonlyapikey: str
    context: str
    models: dict[str, Json] = field(default_factory=dict)
    published: bool = False
    version: str = "0.10"

    def copy(self) -> "RawDocument":
        """Return a document that can be changed without changing this one."""
        return replace(self, models=dict(self.models))

    def same_as(self, other: "RawDocument") -> bool:
        """Return whether nothing has been written to one since it was a copy of the other."""
        untouched = self.models.keys() == other.models.keys() and all(
            model is other.models[ident] for ident, model in self.models.items()
        )
        return untouched and replace(self, models=other.models) == other

    def apart(self) -> "RawDocument":
        """Return a document whose models can be changed in place without changing this one's."""
        models = {
            ident: {**model, "attributes": dict(model["attributes"])}
            for ident, model in self.models.items()
        }
        return replace(self, models=models)

    def take_over(self, before: "RawDocument", noted: "RawDocument") -> None:
        """Take over what has been set in the document that this one follows, since that was noted.

        Args:
            before: that document.
            noted: what `apart` returned of it before this one was copied.
        """
        for ident, model in before.models.items():
            own, old = self.models.get(ident), noted.models.get(ident)
            if own is None or own is model or old is None:
                continue
            was, now = old["attributes"], dict(model["attributes"])
            new = {name: now[name] for name in now if name not in was or was[name] is not now[name]}
            if new:
                self.models[ident] = {**own, "attributes": own["attributes"] | new}

    def adopt(self, seen: Json, attr: str) -> None:
        """Take over an attribute that a viewer has set in a model that it sees: it may be another
        one than this document has by now. That is replaced, not changed: by that other viewers see
        what is new.
        """
        own, value = self.models[seen["id"]], seen["attributes"][attr]
        if own is not seen:
            self.models[seen["id"]] = {**own, "attributes": {**own["attributes"], attr: value}}

    def reference(self) -> Json:
        """Return the reference to the plot context."""
        return {"type": CONTEXT, "id": self.context}

    def reachable(self, start: str = "") -> list[Json]:
        """Return the models that one refers to, and it: by default all that the document shows."""
        found: dict[str, Json] = {}
        waiting = [start or self.context]
        while waiting:
            ident = waiting.pop()
            model = self.models.get(ident)
            if model is not None and ident not in found:
                found[ident] = model
                waiting += references(model["attributes"])
        return list(found.values())

    def prune(self) -> None:
        """Forget what is not reachable."""
        self.models = {model["id"]: model for model in self.reachable()}

    def remove(self, ident: str) -> list[str]:
        """Forget a model and what refers to it.

        Returns:
            The ids of the models that referred to it.

        Raises:
            DocumentNotFound: it is not there.
            PatchError: it is what the document shows.
        """
        if ident not in self.models:
            raise DocumentNotFound(f"there is no model {ident!r}")
        if ident == self.context:
            raise PatchError("the plot context cannot be removed: remove the document")
        del self.models[ident]
        changed = []
        for model in list(self.models.values()):
            if ident in references(model["attributes"]):
                attributes = _without(model["attributes"], ident)
                self.models[model["id"]] = {**model, "attributes": attributes}
                changed.append(model["id"])
        return changed

    def upsert(self, specs: Iterable[Any]) -> list[str]:
        """Add models, or change attributes of those that are there; all of them or none.

        Returns:
            Their ids.

        Raises:
            PatchError: one of them is no model.
        """
        checked = [_checked(spec) for spec in specs]
        for spec in checked:
            known = self.models.get(spec["id"])
            kind = known["type"] if known else spec["type"]
            attributes = {**(known["attributes"] if known else {}), **spec["attributes"]}
            attributes |= {"id": spec["id"], "doc": self.id}
            model = {"type": kind, "id": spec["id"], "attributes": attributes}
            subtype = spec.get("subtype") or (known or {}).get("subtype")
            self.models[spec["id"]] = model | ({"subtype": subtype} if subtype else {})
        return [spec["id"] for spec in checked]

    def to_json(self) -> bytes:
        """Return it as it is stored.

        Raises:
            PatchError: it has what no JSON can hold.
        """
        return encoded({name: getattr(self, name) for name in self.__slots__})


def new_document(title: str, owner: str) -> RawDocument:
    """Return an empty document."""
    document = RawDocument(
        str(uuid4()), title, owner, str(uuid4()), str(uuid4()), context=str(uuid4())
    )
    document.upsert(
        [{"type": CONTEXT, "id": document.context, "attributes": {"children": [], "tags": []}}]
    )
    return document


def encoded(value: Any) -> bytes:
    """Return a value as JSON.

    Raises:
        PatchError: it is nested too deep, or has half a surrogate.
    """
    try:
        return orjson.dumps(value)
    except TypeError as error:
        raise PatchError(f"a model has what no JSON can hold: {error}") from None


def read_raw(body: bytes) -> RawDocument:
    """Return what `RawDocument.to_json` has written."""
    return RawDocument(**orjson.loads(body))


def pushed(raw: RawDocument, idents: list[str]) -> Json:
    """Return the message that tells of changed models: all that the document shows if none is
    named, as the old server did.
    """
    models = [raw.models[ident] for ident in idents] if idents else raw.reachable()
    return {"msgtype": "modelpush", "modelspecs": [*map(spec, models)]}


def spec(model: Json) -> Json:
    """Return a model as the old server sent it: without its subtype."""
    return {name: model[name] for name in ("attributes", "type", "id")}


def references(value: Any) -> Iterator[str]:
    """Yield the ids that a value refers to."""
    if isinstance(value, dict):
        if is_reference(value):
            yield value["id"]
            return
        for part in value.values():
            yield from references(part)
    elif isinstance(value, list) and value and isinstance(value[0], dict | list | None):
        for part in value:
            yield from references(part)


def is_reference(value: Any) -> bool:
    """Return whether a value is a reference to a model."""
    return (
        isinstance(value, dict)
        and value.keys() in ({"type", "id"}, {"type", "id", "subtype"})
        and isinstance(value["id"], str)
    )


def _without(value: Any, ident: str) -> Any:
    """Return a value without the references to a model."""
    if isinstance(value, dict):
        parts = {name: part for name, part in value.items() if not _refers(part, ident)}
        gone = dict.fromkeys(value.keys() - parts.keys())
        return {name: _without(part, ident) for name, part in parts.items()} | gone
    if isinstance(value, list):
        return [_without(part, ident) for part in value if not _refers(part, ident)]
    return value


def _refers(value: Any, ident: str) -> bool:
    return is_reference(value) and value["id"] == ident


def _checked(spec: Any) -> Json:
    if not isinstance(spec, dict):
        raise PatchError("a model is an object with type, id and attributes")
    texts = all(isinstance(spec.get(name), str) and spec[name] for name in ("type", "id"))
    if not texts or not isinstance(spec.get("attributes"), dict):
        raise PatchError("a model has a type, an id and attributes")
    if not isinstance(spec.get("subtype"), str | None):
        raise PatchError("the subtype of a model is a text")
    return spec
