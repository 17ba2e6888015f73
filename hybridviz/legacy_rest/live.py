"""Documents of old clients that somebody looks at: sessions of today's models, kept in step."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from bokeh.document import Document
from bokeh.document.events import (
    ColumnDataChangedEvent,
    ColumnsPatchedEvent,
    ColumnsStreamedEvent,
    DocumentChangedEvent,
    ModelChangedEvent,
)
from bokeh.model import Model
from bokeh.models import ColumnDataSource, DataRange1d
from bokeh.models.widgets import Button, Dropdown

from hybridviz.legacy_rest.library import Library
from hybridviz.legacy_rest.raw import RawDocument
from hybridviz.legacy_rest.translation import OLD, Translator, line
from hybridviz.runtime.base import Runtime
from hybridviz.sessions import Session
from hybridviz.sessions.context import SessionContext

log = logging.getLogger("hybridviz.legacy")

COLUMNS = ColumnDataChangedEvent | ColumnsPatchedEvent | ColumnsStreamedEvent
"""Changes of single columns or cells, as by editing a table."""
WRITE_AFTER = 0.5
"""Seconds after which what browsers have changed is written."""
READ_BACK = frozenset({"value", "active", "start", "end", "data", "text"})
"""What browsers change and old clients hear of, also if they had not set it.

But not what automatic ranges have come to: browsers of 0.10 did not tell it, and a range that is
given follows nothing.
"""


class LiveDocument:
    """One document in one session.

    Args:
        raw: the document.
        session: the session that shows it.
        changed: called with the document, the id of a model and its attribute, when a browser
            has changed that.
    """

    def __init__(
        self, raw: RawDocument, session: Session, changed: Callable[[RawDocument, str, str], None]
    ) -> None:
        self.session = session
        self._raw = raw
        self._changed = changed
        self._translator = Translator(raw)
        self._sources: dict[str, str] = {}
        self._listening: set[str] = set()
        self._told: list[str] = []
        self._line: list[Model] = []
        self._applying = False

    def show(self, document: Document, raw: RawDocument, idents: Iterable[str] = ()) -> None:
        """Bring a document to what the raw one is; call it with its lock held.

        Args:
            document: the session's.
            raw: the document as it is now.
            idents: the models that have changed.
        """
        self._applying = True
        try:
            self._raw = self._translator.raw = raw
            self._translator.update(idents)
            self._show_roots(document)
            document.title = raw.title
            self._listen()
        finally:
            self._applying = False

    def replace(self, document: Document, raw: RawDocument) -> None:
        """Show another document in this one's place; call it with its lock held."""
        self._translator = Translator(raw)
        self._sources, self._listening = {}, set()
        self._told, self._line = [], []
        self.show(document, raw)

    def _show_roots(self, document: Document) -> None:
        """Show the roots in their order, below a line of what cannot be shown."""
        roots = self._translator.roots()
        if self._translator.notices != self._told:
            for notice in set(self._translator.notices) - set(self._told):
                log.info("= document %s: %s", self._raw.id, notice)
            self._told = self._translator.notices
            self._line = [line(self._told)] if self._told else []
        shown = [root for root in document.roots if root in roots]
        kept = shown if shown == roots[: len(shown)] else []
        for root in [root for root in document.roots if root not in [*self._line, *kept]]:
            document.remove_root(root)
        for root in [*self._line, *roots]:
            document.add_root(root)

    def _listen(self) -> None:
        for ident, model in self._translator.models.items():
            if ident in self._listening:
                continue
            self._listening.add(ident)
            if isinstance(model, ColumnDataSource):
                self._sources[model.selected.id] = ident
            elif isinstance(model, Dropdown):
                model.on_click(lambda event, ident=ident: self._set(ident, "value", event.item))
            elif isinstance(model, Button):
                model.on_click(lambda ident=ident: self._clicked(ident))

    def hear(self, event: DocumentChangedEvent) -> None:
        """Read back what a browser has changed."""
        if self._applying or not isinstance(event, ModelChangedEvent | COLUMNS):
            return
        ident, attr = event.model.id, event.attr
        new = event.new if isinstance(event, ModelChangedEvent) else getattr(event.model, attr)
        if ident in self._sources and attr == "indices":
            selected = {"0d": {"flag": False, "indices": []}, "2d": {"indices": []}}
            self._set(self._sources[ident], "selected", selected | {"1d": {"indices": list(new)}})
        elif ident in self._raw.models:
            known = self._raw.models[ident]["attributes"]
            computed = isinstance(event.model, DataRange1d) and self._raw.version == OLD
            if attr in known or (attr in READ_BACK and not computed):
                self._set(ident, attr, _plain(self._translator.old_value(event.model, attr, new)))

    def _clicked(self, ident: str) -> None:
        clicks = self._raw.models[ident]["attributes"].get("clicks") or 0
        self._set(ident, "clicks", clicks + 1)

    def _set(self, ident: str, attr: str, value: Any) -> None:
        if ident in self._raw.models:
            self._raw.models[ident]["attributes"][attr] = value
            self._changed(self._raw, ident, attr)


class LiveDocuments:
    """All documents of old clients that have a session.

    Args:
        library: the documents.
        runtime: calls back later.
        fill_other: fills sessions of other documents.
        end: ends a session of the document space.
    """

    def __init__(
        self,
        library: Library,
        runtime: Runtime,
        fill_other: Callable[[Document], object],
        end: Callable[[Session], object],
    ) -> None:
        self._library = library
        self._runtime = runtime
        self._fill_other = fill_other
        self._end = end
        self._live: dict[str, LiveDocument] = {}
        self._dirty: set[str] = set()
        self.on_read_back: Callable[[RawDocument, str, str], None] | None = None
        """Called when a browser has changed an attribute of a model."""

    def fill(self, document: Document) -> None:
        """Fill the document of a new session, if its id is that of an old client's document."""
        context = document.session_context
        assert isinstance(context, SessionContext)
        if not self._library.has(context.id):
            self._fill_other(document)
            return
        raw, session = self._library.find(context.id), context.own_session()
        live = LiveDocument(raw, session, self._read_back)
        live.show(document, raw)
        document.on_change(live.hear)
        document.on_session_destroyed(self._forget)
        self._live[raw.id] = live

    def update(self, raw: RawDocument, idents: Iterable[str]) -> None:
        """Show changes of a document, if somebody looks at it, as one patch."""
        live = self._live.get(raw.id)
        if live is not None:
            live.session.call(live.show, live.session.document, raw, list(idents))

    def replace(self, raw: RawDocument) -> None:
        """Show a document that has taken the place of one of its id."""
        live = self._live.get(raw.id)
        if live is not None:
            live.session.call(live.replace, live.session.document, raw)

    def end(self, ident: str) -> None:
        """End the session of a document that is removed."""
        live = self._live.pop(ident, None)
        if live is not None:
            self._end(live.session)

    def _forget(self, session_context: Any) -> None:
        self._live.pop(session_context.id, None)
        self._write(session_context.id)

    def _read_back(self, raw: RawDocument, ident: str, attr: str) -> None:
        self._later(raw.id)
        if self.on_read_back is not None:
            self.on_read_back(raw, ident, attr)

    def _later(self, ident: str) -> None:
        if ident not in self._dirty:
            self._dirty.add(ident)
            self._runtime.call_later(WRITE_AFTER, lambda: self._write(ident))

    def _write(self, ident: str) -> None:
        if ident in self._dirty:
            self._dirty.discard(ident)
            self._library.save(self._library.find(ident))


def _plain(value: Any) -> Any:
    """Return a value as old JSON has it."""
    if isinstance(value, dict):
        return {str(name): _plain(part) for name, part in value.items()}
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value
