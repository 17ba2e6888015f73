"""Documents and patches of Bokeh 0.11, read into raw documents and written from them. Pure."""

from typing import Any

from hybridviz.errors import PatchError
from hybridviz.legacy_rest.raw import CONTEXT, Json, RawDocument

VERSION = "0.11.1"
"""The version that documents of old clients have."""
SPOKEN = ("0.10.", "0.11.")
"""How versions begin whose documents are understood."""
UNTITLED = "Bokeh Application"
"""The title of documents that have none."""


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
    _check_version(str(doc.get("version") or VERSION))
    raw = empty(ident, str(doc.get("title") or ident))
    raw.upsert(models)
    show(raw, [_known(raw, root) for root in roots])
    return raw


def _check_version(version: str) -> None:
    if not version.startswith(SPOKEN):
        raise PatchError(
            f"this server takes documents of clients of Bokeh 0.10 and 0.11, not of {version}: run"
            " the script by 'hybridviz run', or with the Bokeh of the server"
        )


def empty(ident: str, title: str) -> RawDocument:
    """Return a document that shows nothing."""
    raw = RawDocument(ident, title, "", "", "", context=f"{ident}-context", version="0.11")
    show(raw, [])
    return raw


def show(raw: RawDocument, models: list[Json]) -> None:
    """Make models the roots of a document, in order."""
    children = [_reference_to(model) for model in models]
    attributes = {"children": children}
    raw.upsert([{"type": CONTEXT, "id": raw.context, "attributes": attributes}])


def document_json(raw: RawDocument) -> Json:
    """Return the content of a PULL-DOC-REPLY."""
    models = [model for model in raw.reachable() if model["id"] != raw.context]
    shown = {"root_ids": roots(raw), "references": [*map(_reference, models)]}
    return {"doc": {"version": VERSION, "title": raw.title, "roots": shown}}


def roots(raw: RawDocument) -> list[str]:
    """Return the ids of what a document shows, in order."""
    return [child["id"] for child in raw.models[raw.context]["attributes"]["children"]]


def _reference(model: Json) -> Json:
    attributes = {
        name: value for name, value in model["attributes"].items() if name not in ("id", "doc")
    }
    return {**model, "attributes": attributes}


def replacement(before: RawDocument, after: RawDocument) -> list[Json]:
    """Return the contents of the PATCH-DOCs by which a document becomes another."""
    removed = [_root_event("RootRemoved", before, root) for root in roots(before)]
    patches = [{"events": removed, "references": []}] if removed else []
    for root in roots(after):
        models = [*map(_reference, after.reachable(root))]
        patches.append({"events": [_root_event("RootAdded", after, root)], "references": models})
    if before.title != after.title:
        title = {"kind": "TitleChanged", "title": after.title}
        patches.append({"events": [title], "references": []})
    return patches


def _root_event(kind: str, raw: RawDocument, root: str) -> Json:
    return {"kind": kind, "model": _reference_to(raw.models[root])}


def _reference_to(model: Json) -> Json:
    return {name: model[name] for name in ("type", "id", "subtype") if name in model}


def apply_patch(raw: RawDocument, content: Any) -> list[str]:
    """Change a document by a PATCH-DOC.

    Returns:
        The ids of the models that have changed.

    Raises:
        PatchError: it is no patch, or names what is not there.
    """
    parts = content if isinstance(content, dict) else {}
    events, models = parts.get("events"), parts.get("references")
    if not isinstance(events, list) or not isinstance(models, list):
        raise PatchError("a patch has a list of events, and one of references")
    changed = raw.upsert(models)
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
        others = [root for root in roots(raw) if root != model["id"]]
        shown = [*others, model["id"]] if kind == "RootAdded" else others
        show(raw, [raw.models[root] for root in shown])
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
    new = model["attributes"][attr]
    event = {"kind": "ModelChanged", "model": _reference_to(model), "attr": attr, "new": new}
    return {"events": [event], "references": []}
