"""Documents of old clients that somebody looks at: sessions of today's models, kept in step."""

import logging
from collections.abc import Callable, Iterable
from functools import partial
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

from hybridviz.bokeh_internals import collecting_once
from hybridviz.errors import (
    DocumentNotFound,
    HybridVizError,
    SessionDestroyed,
    StoreFull,
    StoreUnavailable,
)
from hybridviz.legacy_rest.copies import Copies
from hybridviz.legacy_rest.library import Library
from hybridviz.legacy_rest.raw import RawDocument
from hybridviz.legacy_rest.translation import OLD, Translator, line
from hybridviz.legacy_rest.translation.backward import plain
from hybridviz.legacy_rest.windows import Window, window_of
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
    """One document in one session; `replace` gives it its first content too.

    Args:
        session: the session that shows it.
        changed: called with the document, the id of a model and its attribute, when a browser
            has changed that.
    """

    def __init__(self, session: Session, changed: Callable[[RawDocument, str, str], None]) -> None:
        self.session = session
        self._changed = changed
        self._raw: RawDocument
        self._translator: Translator
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
        """Show a document in the place of what was; call it with its lock held."""
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
        models = self._translator.models
        self._listening &= models.keys()
        self._sources = {key: ident for key, ident in self._sources.items() if ident in models}
        for ident, model in models.items():
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
                self._set(ident, attr, plain(self._translator.old_value(event.model, attr, new)))

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
        copies: visitors' copies of them.
        runtime: calls back later.
        fill_other: fills sessions of other documents.
        end: ends a session of the document space.
    """

    def __init__(
        self,
        library: Library,
        copies: Copies,
        runtime: Runtime,
        fill_other: Callable[[Document], object],
        end: Callable[[Session], object],
    ) -> None:
        self._library = library
        self._runtime = runtime
        self._fill_other = fill_other
        self._end = end
        self._copies = copies
        self._live: dict[str, dict[str, tuple[Window, LiveDocument]]] = {}
        self._others: dict[str, Session] = {}
        """Sessions that were opened before their document was pushed."""
        self._dirty: set[str] = set()
        self._waiting: set[str] = set()
        """Documents that could not be written, which the log has told."""
        self.on_read_back: Callable[[RawDocument, str, str], None] | None = None
        """Called when a browser has changed an attribute of a model."""
        self.on_change: Callable[[RawDocument, str, list[str]], None] | None = None
        """Called when models have changed, of a document or of the copy that is named."""

    def fill(self, document: Document) -> None:
        """Fill the document of a new session, if its id is that of an old client's document."""
        context = document.session_context
        assert isinstance(context, SessionContext)
        document.on_session_destroyed(self._forget)
        window = window_of(context.id, self._library.has)
        if window is not None:
            self._open(document, context.own_session(), window)
        else:
            self._others[context.id] = context.own_session()
            self._fill_other(document)

    def _open(self, document: Document, session: Session, window: Window) -> None:
        """Show a document in a new session. It is known here before it is filled, so that no change
        passes it by: one that comes meanwhile waits for its lock.
        """
        live = LiveDocument(session, partial(self._read_back, window))
        self._live.setdefault(window.docid, {})[session.id] = window, live
        with collecting_once(document):
            live.replace(document, self._seen(window, self._library.find(window.docid)))
        document.on_change(live.hear)

    def update(self, raw: RawDocument, idents: Iterable[str]) -> None:
        """Show changes of a document wherever somebody looks at it, each time as one patch."""
        changed = list(idents)
        self._show(raw, changed, self._live.get(raw.id, {}))
        if self.on_change is not None:
            self.on_change(raw, "", changed)

    def update_copy(self, seen: RawDocument, copy: str, idents: list[str]) -> None:
        """Show changes of a visitor's copy where that is looked at.

        Args:
            seen: the document as the copy has it.
            copy: its name.
            idents: the models that have changed.
        """
        found = self._live.get(seen.id, {}).items()
        shown = {ident: pair for ident, pair in found if pair[0].copy == copy}
        for window, live in shown.values():
            self._show_one(live, window.of(seen), idents)
        if self.on_change is not None:
            self.on_change(seen, copy, idents)

    def replace(self, raw: RawDocument) -> None:
        """Show a document that has taken the place of one of its id, or of none."""
        for window, live in tuple(self._live.get(raw.id, {}).values()):
            live.session.call(live.replace, live.session.document, self._seen(window, raw))
        other, window_on = self._others.pop(raw.id, None), window_of(raw.id, self._library.has)
        if other is not None and window_on is not None:
            other.call(self._open, other.document, other, window_on)

    def end(self, ident: str) -> None:
        """End the sessions of a document that is removed."""
        for _, live in self._live.pop(ident, {}).values():
            self._end(live.session)

    def _seen(self, window: Window, raw: RawDocument) -> RawDocument:
        """Return a document as a window shows it."""
        return window.of(self._copies.view(raw, window.copy) if window.copy else raw)

    def _show(
        self, raw: RawDocument, idents: list[str], where: dict[str, tuple[Window, LiveDocument]]
    ) -> None:
        """Show a document as it is by now: what has changed since then is not to be undone."""
        for window, live in tuple(where.values()):
            now = self._library.held(raw.id) or raw
            there = [ident for ident in idents if ident in now.models]
            self._show_one(live, self._seen(window, now), there)

    def _show_one(self, live: LiveDocument, seen: RawDocument, idents: list[str]) -> None:
        try:
            live.session.call(live.show, live.session.document, seen, idents)
        except SessionDestroyed:
            log.debug("= %s ended before its change came", live.session)
        except Exception:  # the document is kept, and who has sent it must not be told otherwise
            log.exception("! %s cannot show what was stored", live.session)

    def _forget(self, session_context: Any) -> None:
        self._others.pop(session_context.id, None)
        window = window_of(session_context.id, lambda ident: ident in self._live)
        if window is not None:
            self._live[window.docid].pop(session_context.id, None)
            if not self._live[window.docid]:
                del self._live[window.docid]
            self._write(window.docid)

    def _read_back(self, window: Window, seen: RawDocument, ident: str, attr: str) -> None:
        if window.copy:
            self._keep_copy(window, seen, ident, attr)
            return
        raw = self._library.held(seen.id) or seen
        if ident not in raw.models:
            return  # the model was removed meanwhile
        raw.adopt(seen.models[ident], attr)
        self._later(raw.id)
        others = {
            key: pair for key, pair in self._live.get(raw.id, {}).items() if pair[0] != window
        }
        if others:  # their locks are not to be waited for under this session's
            self._runtime.spawn(self._show, raw, [ident], others)
        if self.on_read_back is not None:
            self.on_read_back(raw, ident, attr)
        if self.on_change is not None:
            self.on_change(raw, "", [ident])

    def _keep_copy(self, window: Window, seen: RawDocument, ident: str, attr: str) -> None:
        model = seen.models[ident]
        spec = {**model, "attributes": {attr: model["attributes"][attr]}}
        try:
            self._copies.upsert(self._library.find(window.docid), window.copy, [spec])
        except HybridVizError as error:
            log.warning("! copy %s of %s is not kept: %s", window.copy, window.docid, error)
        if self.on_change is not None:
            self.on_change(seen, window.copy, [ident])

    def _later(self, ident: str) -> None:
        if ident not in self._dirty:
            self._dirty.add(ident)
            self._runtime.call_later(WRITE_AFTER, lambda: self._write(ident))

    def _write(self, ident: str) -> None:
        if ident not in self._dirty:
            return
        self._dirty.discard(ident)
        try:
            self._library.keep(ident)
        except DocumentNotFound:
            log.debug("= document %s was removed before its changes were written", ident)
        except (StoreFull, StoreUnavailable) as error:
            if ident not in self._waiting:
                log.error("! changes of document %s wait in memory: %s", ident, error)
            self._waiting.add(ident)
            self._later(ident)
            return
        self._waiting.discard(ident)
