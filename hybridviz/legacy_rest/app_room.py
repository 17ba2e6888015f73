"""The session of an app of today, as clients of Bokeh 0.11 see it: in the names of their time.

What they change is translated to today's models, and the app's callbacks run; what changes there is
told to them in old names. Knows no socket; see `rooms`.
"""

from collections.abc import Callable
from typing import Any

from bokeh.document import Document
from bokeh.document.events import (
    ColumnsStreamedEvent,
    DocumentChangedEvent,
    DocumentPatchedEvent,
    ModelChangedEvent,
    RootAddedEvent,
    RootRemovedEvent,
    TitleChangedEvent,
)
from bokeh.events import ButtonClick
from bokeh.model import Model
from bokeh.models import ColumnDataSource, Plot
from bokeh.models.annotations import Title
from bokeh.models.selections import Selection
from bokeh.models.widgets import AbstractButton

from hybridviz.bokeh_internals import callbacks_of
from hybridviz.errors import PatchError, RightNeeded
from hybridviz.legacy_rest import patches
from hybridviz.legacy_rest.raw import Json, RawDocument, is_reference, references
from hybridviz.legacy_rest.rooms import Client, Room
from hybridviz.legacy_rest.translation import Translator
from hybridviz.legacy_rest.translation.backward import Backward, selection
from hybridviz.sessions import Session

SELECTION = {"0d", "1d", "2d"}
"""What a selection had: of lines, of rows, of what has several parts."""


class AppRoom(Room):
    """The old clients of one session.

    Args:
        session: the session; it lives on while they are there.
        unused: called with the session when the last of them has left.
    """

    def __init__(self, session: Session, unused: Callable[[Session], object]) -> None:
        super().__init__()
        self._session = session
        self._unused = unused
        self._backward = Backward()
        self._sender: Client | None = None
        self._written: dict[tuple[str, str], Any] = {}
        self._told: set[str] = set()
        """Ids of the models that they know: of others they may hear nothing."""

    def enter(self, client: Client) -> None:
        """See `Room`."""
        super().enter(client)
        self._session.kept = True
        self._session.call(self._session.document.on_change, self._hear)

    def leave(self, client: Client) -> None:
        """See `Room`."""
        super().leave(client)
        self._session.touch()
        self._session.run(self._leave, self._session.document)

    def _leave(self, document: Document) -> None:
        if not self.clients:
            document.remove_on_change(self._hear)
            self._session.kept = False
            self._unused(self._session)

    # -- what they ask for

    def pull(self) -> Json:
        """See `Room`."""
        return self._session.call(self._pull, self._session.document)

    def _pull(self, document: Document) -> Json:
        roots = [root for root in document.roots if self._backward.kind(root) is not None]
        shown = {"root_ids": [root.id for root in roots], "references": self._specs(roots)}
        return {"doc": {"version": patches.VERSION, "title": document.title, "roots": shown}}

    def _specs(self, models: list[Model]) -> list[Json]:
        specs = self._backward.specs(models)
        self._told.update(spec["id"] for spec in specs)
        return specs

    def push(self, content: Any) -> None:
        """See `Room`."""
        raise RightNeeded("this is a session of an app: its document cannot be replaced")

    def patch(self, content: Any, sender: Client) -> None:
        """See `Room`; what the app's callbacks raise is logged."""
        self._session.call(self._patch, self._session.document, content, sender)

    def _patch(self, document: Document, content: Any, sender: Client) -> None:
        known: dict[str, Model] = {str(model.id): model for model in document.models}
        raw = self._as_written(document, known, content)
        before = raw.copy()
        patches.apply_patch(raw, content)
        self._told.update(raw.models)
        self._sender = sender
        self._written = _written(content)
        try:
            translator = Translator(raw)
            translator.models = known
            for ident in _targets(content):  # what comes along is as a browser of that time has it
                if ident in known and ident in before.models:
                    self._apply(translator, known[ident], before.models[ident])
            self._show(document, translator, before)
        finally:
            self._sender, self._written = None, {}

    def _as_written(self, document: Document, known: dict[str, Model], content: Any) -> RawDocument:
        """Return the models that a patch names, as their time would have written them."""
        raw = patches.empty(self._session.id, document.title)
        named = [ident for ident in _named(content) if ident in known]
        models = [known[ident] for ident in named if self._backward.kind(known[ident]) is not None]
        raw.upsert(self._backward.spec(model) for model in models)
        roots = [root for root in document.roots if self._backward.kind(root) is not None]
        raw.upsert(self._backward.spec(root) for root in roots)
        patches.show(raw, [raw.models[root.id] for root in roots])
        return raw

    def _apply(self, translator: Translator, model: Any, before: Json) -> None:
        """Change one model to what its raw attributes have become."""
        raw, was = translator.raw.models[model.id]["attributes"], before["attributes"]
        if isinstance(model, AbstractButton) and raw.get("clicks") != was.get("clicks"):
            callbacks_of(self._session.document).trigger_event(ButtonClick(model))
        translator.change(model, was)

    def _show(self, document: Document, translator: Translator, before: RawDocument) -> None:
        raw = translator.raw
        if raw.title != before.title:
            document.title = raw.title
        if raw.models[raw.context] == before.models[before.context]:
            return
        wanted, shown = translator.roots(), patches.roots(before)
        for root in [root for root in document.roots if root.id in shown]:
            if root not in wanted:
                document.remove_root(root)
        for root in wanted:
            document.add_root(root)

    # -- what they hear

    def _hear(self, event: DocumentChangedEvent) -> None:
        if isinstance(event, DocumentPatchedEvent):
            for told, models in self._events(event):
                content = {"events": [told], "references": self._specs(models)}
                self.tell(content, self._sender if self._is_own(told) else None)

    def _is_own(self, told: Json) -> bool:
        """Return whether the sender has what is told, for it has written that. Once it has been
        told anything else, as when the app corrects it, it is told all that follows.
        """
        key = (told.get("model", {}).get("id"), told.get("attr"))
        if key in self._written and not _same(told["new"], self._written[key]):
            del self._written[key]
        return key in self._written

    def _events(self, event: DocumentPatchedEvent) -> list[tuple[Json, list[Model]]]:
        """Return what an event was called, with the models that are new by it."""
        if isinstance(event, RootAddedEvent | RootRemovedEvent):
            kind, reference = event.kind, self._backward.reference(event.model)
            models = [event.model] if isinstance(event, RootAddedEvent) else []
            return [({"kind": kind, "model": reference}, models)] if reference else []
        if isinstance(event, TitleChangedEvent):
            return [({"kind": "TitleChanged", "title": event.title}, [])]
        if isinstance(event, ColumnsStreamedEvent):
            return [(self._stream(event), [])] if event.model.id in self._told else []
        if isinstance(event, ModelChangedEvent):
            return self._changes(event.model, event.attr)
        model = getattr(event, "model", None)
        return self._changes(model, "data") if isinstance(model, ColumnDataSource) else []

    def _stream(self, event: ColumnsStreamedEvent) -> Json:
        data = self._backward.value(dict(event.data))
        source = self._backward.reference(event.model)
        told = {"kind": "ColumnsStreamed", "column_source": source}
        return {**told, "data": data, "rollover": event.rollover}

    def _changes(self, model: Model, attr: str) -> list[tuple[Json, list[Model]]]:
        owner, attributes = self._owner(model, attr)
        reference = self._backward.reference(owner) if owner is not None else None
        if reference is None or reference["id"] not in self._told:
            return []
        known = {str(part.id): part for part in model.references()}
        return [
            (
                {"kind": "ModelChanged", "model": reference, "attr": name, "new": value},
                [known[ident] for ident in references(value) if ident in known],
            )
            for name, value in attributes.items()
        ]

    def _owner(self, model: Model, attr: str) -> tuple[Model | None, Json]:
        """Return whose attributes a change was, and which: plots had their titles' themselves, and
        sources their selections.
        """
        if isinstance(model, Title):
            return self._holder(Plot, "title", model), self._backward.title(model)
        if isinstance(model, Selection):
            told = {"selected": selection(model.indices)}
            return self._holder(ColumnDataSource, "selected", model), told
        return model, self._backward.attribute(model, attr)

    def _holder(self, cls: type[Model], name: str, part: Model) -> Model | None:
        models = self._session.document.select({"type": cls})
        return next((model for model in models if getattr(model, name) is part), None)


def _named(content: Any) -> list[str]:
    """Return the ids of the models that a patch names.

    Raises:
        PatchError: it is no patch.
    """
    if not isinstance(content, dict):
        raise PatchError("a patch is an object")
    return list(dict.fromkeys(references(content.get("events"))))


def _targets(content: Any) -> list[str]:
    """Return the ids of the models that a patch changes."""
    events = [event for event in content["events"] if not event["kind"].startswith("Root")]
    models = [event.get("model") or event.get("column_source") or {} for event in events]
    return list(dict.fromkeys(model["id"] for model in models if "id" in model))


def _written(content: Any) -> dict[tuple[str, str], Any]:
    """Return which attributes of which models a patch writes, and what it writes there."""
    events = [event for event in content["events"] if event["kind"] == "ModelChanged"]
    return {(event["model"]["id"], event["attr"]): event["new"] for event in events}


def _same(told: Any, written: Any) -> bool:
    """Return whether two values are the same to a client: references lead to the same models, and
    selections have the same rows.
    """
    if is_reference(told) and is_reference(written):
        return bool(told["id"] == written["id"])
    if isinstance(told, list) and isinstance(written, list):
        return len(told) == len(written) and all(map(_same, told, written))
    if isinstance(told, dict) and told.keys() == SELECTION and isinstance(written, dict):
        return bool(told["1d"] == written.get("1d"))
    return bool(told == written)
