"""Documents and patches of Bokeh 0.11, read into raw documents and written from them. Pure."""

from typing import Any

from hybridviz.errors import PatchError
from hybridviz.legacy_rest.raw import CONTEXT, Json, RawDocument

VERSION = "0.11.1"
"""The version that documents of old clients have."""


def document_of(ident: str, content: Any) -> RawDocument:
    """Return the document of a PUSH-DOC.

    Args:
        ident: the session's id, which becomes the document's.
        content: of the message.

    Raises:
        PatchError: it is no document.
    """
    try:
        doc = content["doc"]
        roots, models = doc["roots"]["root_ids"], doc["roots"]["references"]
    except (KeyError, TypeError):
        raise PatchError("a document has roots with root_ids and references") from None
    if not isinstance(roots, list) or not isinstance(models, list):
        raise PatchError("root_ids and references are lists")
    raw = empty(ident, str(doc.get("title") or ident))
    raw.upsert(models)
    _show(raw, [raw.models[root] for root in roots if root in raw.models])
    return raw


def empty(ident: str, title: str) -> RawDocument:
    """Return a document that shows nothing."""
    raw = RawDocument(ident, title, "", "", "", context=f"{ident}-context", version="0.11")
    _show(raw, [])
    return raw


def _show(raw: RawDocument, models: list[Json]) -> None:
    children = [{"type": model["type"], "id": model["id"]} for model in models]
    attributes = {"children": children}
    raw.upsert([{"type": CONTEXT, "id": raw.context, "attributes": attributes}])


def document_json(raw: RawDocument) -> Json:
    """Return the content of a PULL-DOC-REPLY."""
    models = [model for model in raw.reachable() if model["id"] != raw.context]
    roots = {"root_ids": _roots(raw), "references": [*map(_reference, models)]}
    return {"doc": {"version": VERSION, "title": raw.title, "roots": roots}}


def _roots(raw: RawDocument) -> list[str]:
    return [child["id"] for child in raw.models[raw.context]["attributes"]["children"]]


def _reference(model: Json) -> Json:
    attributes = {
        name: value for name, value in model["attributes"].items() if name not in ("id", "doc")
    }
    return {**model, "attributes": attributes}


def apply_patch(raw: RawDocument, content: Any) -> list[str]:
    """Change a document by a PATCH-DOC.

    Returns:
        The ids of the models that have changed.

    Raises:
        PatchError: it is no patch, or names what is not there.
    """
    events = content.get("events") if isinstance(content, dict) else None
    if not isinstance(events, list):
        raise PatchError("a patch has a list of events")
    changed = raw.upsert(content.get("references") or [])
    for event in events:
        try:
            changed += _apply(raw, event)
        except (KeyError, TypeError, AttributeError) as error:
            raise PatchError(f"the event is incomplete: {error!r}") from None
    return changed


def _apply(raw: RawDocument, event: Json) -> list[str]:
    kind = event["kind"]
    if kind == "ModelChanged":
        model = _known(raw, event["model"]["id"])
        attributes = {event["attr"]: event["new"]}
        return raw.upsert([{**model, "attributes": attributes}])
    if kind == "ColumnsStreamed":
        return _stream(raw, _known(raw, event["column_source"]["id"]), event)
    if kind == "TitleChanged":
        raw.title = str(event["title"])
        return []
    if kind in ("RootAdded", "RootRemoved"):
        model = _known(raw, event["model"]["id"])
        others = [root for root in _roots(raw) if root != model["id"]]
        roots = [*others, model["id"]] if kind == "RootAdded" else others
        _show(raw, [raw.models[root] for root in roots])
        return [raw.context]
    raise PatchError(f"there is no event {kind!r}")


def _stream(raw: RawDocument, source: Json, event: Json) -> list[str]:
    rollover = event.get("rollover")
    data = dict(source["attributes"].get("data") or {})
    for name, values in event["data"].items():
        column = [*data.get(name, []), *values]
        data[name] = column[-rollover:] if rollover else column
    return raw.upsert([{**source, "attributes": {"data": data}}])


def _known(raw: RawDocument, ident: Any) -> Json:
    model = raw.models.get(ident)
    if model is None:
        raise PatchError(f"there is no model {ident!r}")
    return model


def change(raw: RawDocument, ident: str, attr: str) -> Json:
    """Return the content of a PATCH-DOC that tells one attribute."""
    model = raw.models[ident]
    reference = {name: model[name] for name in ("type", "id", "subtype") if name in model}
    new = model["attributes"][attr]
    event = {"kind": "ModelChanged", "model": reference, "attr": attr, "new": new}
    return {"events": [event], "references": []}
