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
from bokeh.models import ColumnDataSource
from bokeh.models.widgets import Button, Dropdown

from hybridviz.legacy_rest.library import Library
from hybridviz.legacy_rest.raw import RawDocument
from hybridviz.legacy_rest.translation import Translator
from hybridviz.legacy_rest.translation.backward import plain
from hybridviz.runtime.base import Runtime
from hybridviz.sessions import Session
from hybridviz.sessions.context import SessionContext

log = logging.getLogger("hybridviz.legacy")

WRITE_AFTER = 0.5
"""Seconds after which what browsers have changed is written."""
READ_BACK = frozenset({"value", "active", "start", "end", "data", "text"})
"""What browsers change and old clients hear of, also if they had not set it."""
COLUMNS = (ColumnDataChangedEvent, ColumnsPatchedEvent, ColumnsStreamedEvent)
"""Changes of a source's columns: an edited cell of a table, rows that are added."""


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
        for notice in self._translator.notices:
            log.info("= document %s: %s", raw.id, notice)

    def replace(self, document: Document, raw: RawDocument) -> None:
        """Show another document in this one's place; call it with its lock held."""
        self._translator = Translator(raw)
        self._sources, self._listening = {}, set()
        self.show(document, raw)

    def _show_roots(self, document: Document) -> None:
        wanted = self._translator.roots()
        for root in [root for root in document.roots if root not in wanted]:
            document.remove_root(root)
        for root in wanted:
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
        if self._applying:
            return
        if isinstance(event, COLUMNS):
            source: Any = event.model
            ident, attr, new = source.id, "data", source.data
        elif isinstance(event, ModelChangedEvent):
            ident, attr, new = event.model.id, event.attr, event.new
        else:
            return
        if ident in self._sources and attr == "indices":
            selected = {"0d": {"flag": False, "indices": []}, "2d": {"indices": []}}
            self._set(self._sources[ident], "selected", selected | {"1d": {"indices": list(new)}})
        elif ident in self._raw.models:
            known = self._raw.models[ident]["attributes"]
            if attr in known or attr in READ_BACK:
                self._set(ident, attr, plain(new))

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
        self._others: dict[str, Session] = {}
        """Sessions that were opened before their document was pushed."""
        self._dirty: set[str] = set()
        self.on_read_back: Callable[[RawDocument, str, str], None] | None = None
        """Called when a browser has changed an attribute of a model."""

    def fill(self, document: Document) -> None:
        """Fill the document of a new session, if its id is that of an old client's document."""
        context = document.session_context
        assert isinstance(context, SessionContext)
        document.on_session_destroyed(self._forget)
        if self._library.has(context.id):
            self._show(document, context.own_session(), self._library.find(context.id))
        else:
            self._others[context.id] = context.own_session()
            self._fill_other(document)

    def _show(self, document: Document, session: Session, raw: RawDocument) -> None:
        live = LiveDocument(raw, session, self._read_back)
        live.show(document, raw)
        document.on_change(live.hear)
        self._live[raw.id] = live

    def update(self, raw: RawDocument, idents: Iterable[str]) -> None:
        """Show changes of a document, if somebody looks at it, as one patch."""
        live = self._live.get(raw.id)
        if live is not None:
            live.session.call(live.show, live.session.document, raw, list(idents))

    def replace(self, raw: RawDocument) -> None:
        """Show a document that has taken the place of one of its id, or of none."""
        live, other = self._live.get(raw.id), self._others.pop(raw.id, None)
        if live is not None:
            live.session.call(live.replace, live.session.document, raw)
        elif other is not None:
            other.call(self._show, other.document, other, raw)

    def end(self, ident: str) -> None:
        """End the session of a document that is removed."""
        live = self._live.pop(ident, None)
        if live is not None:
            self._end(live.session)

    def _forget(self, session_context: Any) -> None:
        self._live.pop(session_context.id, None)
        self._others.pop(session_context.id, None)
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
