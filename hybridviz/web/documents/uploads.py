"""Uploaded documents: each in the store, and live in a session while somebody views or changes it.

The store has the last word. What browsers and callbacks change is written behind, within a second;
what another server on the same store has written is taken over as fast.
"""

import gc
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from bokeh.document import Document

from hybridviz.bokeh_internals import move_content
from hybridviz.core.documents import document_json, read_document
from hybridviz.errors import (
    DocumentInUse,
    DocumentNotFound,
    HybridVizError,
    SessionDestroyed,
    StoreConflict,
    StoreUnavailable,
)
from hybridviz.runtime.base import Lock, Runtime
from hybridviz.sessions import Request, Session
from hybridviz.sessions.context import SessionContext
from hybridviz.stores import Entry, Store, Stored

log = logging.getLogger("hybridviz.web")

T = TypeVar("T")

TEND_EVERY = 0.5
"""Seconds between two looks at the documents that are live."""
KIND = "document"
"""What the store calls uploads."""
KEPT = ("legacy:", "legacy-user:")
"""How ids of the store begin that are not uploads', but what old clients have brought."""
LARGE = 10_000_000
"""Bytes of a body from which on memory is given back at once."""
TURNS = 64
"""Locks that keep the writes of one document apart; documents share them by the hash of their ids.
"""


@dataclass(slots=True, eq=False)
class Live:
    """A document that is live.

    Attributes:
        session: the session.
        version: the stored version that it equals; 0 if it has never been uploaded.
        dirty: whether it has been changed since.
    """

    session: Session
    version: int = 0
    dirty: bool = False

    def changed(self) -> None:
        """Note a change."""
        self.dirty = True


class Uploads:
    """All uploaded documents of a server.

    Args:
        store: where they survive.
        runtime: keeps the store off the hub.
        open_session: returns the session of an id in the document space, made if need be.
    """

    def __init__(
        self, store: Store, runtime: Runtime, open_session: Callable[[str, Request], Session]
    ) -> None:
        self._store = store
        self._runtime = runtime
        self._open_session = open_session
        self._live: dict[str, Live] = {}
        self._turns = [runtime.lock() for _ in range(TURNS)]
        self._tending = False
        self._unavailable = False

    # -- the document space

    def fill(self, document: Document) -> None:
        """Fill the document of a new session with what is stored under its id, if anything is, and
        look after it from now on.
        """
        context = document.session_context
        assert isinstance(context, SessionContext)
        _check_ident(context.id)
        session, stored = context.own_session(), self._offload(self._store.get, context.id)
        if stored is not None:
            move_content(read_document(stored.body), document)
        live = Live(session, stored.entry.version if stored else 0)
        session.on_change = live.changed
        session.on_push = lambda pushed: self._keep(live, pushed)
        document.on_session_destroyed(self._forget)
        self._live[session.id] = live
        self._tend_later()

    def _keep(self, live: Live, pushed: Document) -> None:
        """Store what a client has pushed, before it is shown."""
        entry = self._write(live.session.id, document_json(pushed), pushed.title, None)
        live.version = entry.version

    def _forget(self, session_context: Any) -> None:
        live = self._live.pop(session_context.id, None)
        if live is not None and live.dirty and live.version:
            body, title = _snapshot(live)
            self._write(live.session.id, body, title, live.version)

    def expire(self, before: float) -> None:
        """Remove documents that nobody has changed since a Unix time; those that are live stay."""
        for entry in self.entries():
            if entry.updated < before and entry.ident not in self._live:
                try:
                    self._in_turn(
                        entry.ident, self._offload, self._delete, entry.ident, entry.version
                    )
                except StoreConflict:
                    continue  # it has just been changed
                log.info("= document %s is old and removed", entry.ident)

    def close(self) -> None:
        """Close the store, once all sessions have ended. Idempotent."""
        self._live.clear()
        self._store.close()

    # -- what requests want

    def entries(self) -> list[Entry]:
        """Return what is stored, sorted by id."""
        return self._offload(self._store.entries, KIND)

    def read(self, ident: str) -> Stored:
        """Return a document as it is now.

        Raises:
            DocumentNotFound: there is none.
        """
        _check_ident(ident)
        live = self._live.get(ident)
        if live is not None and live.dirty and live.version:
            self._in_turn(ident, self._save, live)
        stored: Stored | None = self._offload(self._store.get, ident)
        if stored is None:
            raise DocumentNotFound(f"there is no document {ident!r}")
        return stored

    def put(self, ident: str, body: bytes, expected: int | None) -> Entry:
        """Store a document and show it to all who view that id.

        Raises:
            PatchError: the body is no document.
            HybridVizError: the store refuses it.
        """
        _check_ident(ident)
        document = read_document(body)
        try:
            return self._in_turn(ident, self._put, ident, document, body, expected)
        finally:
            if len(body) > LARGE:
                del document
                gc.collect()  # a document is a cycle; the next large one needs its room

    def _put(self, ident: str, document: Document, body: bytes, expected: int | None) -> Entry:
        live = self._live.get(ident)
        if expected and live is not None and live.dirty:
            self._save(live)  # what the client knows is out of date
        entry = self._write(ident, body, document.title, expected)
        if live is not None:
            self._show(live, document, entry.version)
        return entry

    def delete(self, ident: str, expected: int | None) -> Session | None:
        """Remove a document; return its session if it is live, to be ended.

        Raises:
            DocumentNotFound: there is none.
        """
        _check_ident(ident)
        if not self._in_turn(ident, self._offload, self._delete, ident, expected):
            raise DocumentNotFound(f"there is no document {ident!r}")
        live = self._live.pop(ident, None)
        return live.session if live else None

    def _delete(self, ident: str, expected: int | None) -> bool:
        return self._store.delete(ident, expected=expected)

    def session(self, ident: str) -> Session:
        """Return the live session of a document, made if need be.

        Raises:
            DocumentNotFound: there is none.
        """
        _check_ident(ident)
        live = self._live.get(ident)
        if live is None or not live.version:
            if self._offload(self._store.entry, ident) is None:
                raise DocumentNotFound(f"there is no document {ident!r}")
        return self._open_session(ident, Request(path="/"))

    def change(
        self, ident: str, expected: int | None, call: Callable[[Document], T]
    ) -> tuple[T, int]:
        """Call ``call(document)``, which changes the document; return what it returned and the
        version of the document that is stored then.

        Raises:
            DocumentNotFound: there is none.
            StoreConflict: it is not of the version expected.
            StoreUnavailable: the change is made but not durable yet; it will be.
        """
        return self._in_turn(ident, self._change, ident, expected, call)

    def _change(
        self, ident: str, expected: int | None, call: Callable[[Document], T]
    ) -> tuple[T, int]:
        live = self._live[self.session(ident).id]
        if live.dirty:
            self._save(live)
        if expected is not None and expected != live.version:
            raise StoreConflict(live.version)
        result = live.session.call(call, live.session.document)
        if live.dirty:
            self._save(live)
        return result, live.version

    # -- keeping store and session the same

    def _save(self, live: Live) -> None:
        """Store a live document; only in its turn."""
        ident = live.session.id
        body, title = live.session.call(_snapshot, live)
        try:
            entry = self._write(ident, body, title, live.version)
        except StoreConflict:
            log.warning("! document %s was changed elsewhere too; what is stored counts", ident)
            self._reload(live)
            raise
        except HybridVizError:
            live.dirty = True
            raise
        live.version = entry.version

    def _reload(self, live: Live) -> None:
        stored = self._offload(self._store.get, live.session.id)
        if stored is not None:
            self._show(live, read_document(stored.body), stored.entry.version)

    def _show(self, live: Live, document: Document, version: int) -> None:
        def replace() -> None:
            move_content(document, live.session.document)
            live.version, live.dirty = version, False

        try:
            live.session.call(replace)
        except SessionDestroyed:
            log.debug("= %s ended before its new content came", live.session)

    def _tend_later(self) -> None:
        if not self._tending:
            self._tending = True
            self._runtime.call_later(TEND_EVERY, self._tend)

    def _tend(self) -> None:
        self._tending = False
        for live in tuple(self._live.values()):
            if live.version:
                self._tend_one(live)
        if self._live:
            self._tend_later()

    def _tend_one(self, live: Live) -> None:
        try:
            self._in_turn(live.session.id, self._follow, live)
        except (StoreConflict, SessionDestroyed):
            return  # told in the log, or over
        except StoreUnavailable as error:
            if not self._unavailable:
                log.error("! documents cannot be stored, changes wait in memory: %s", error)
            self._unavailable = True
        else:
            self._unavailable = False

    def _follow(self, live: Live) -> None:
        if live.dirty:
            self._save(live)
            return
        entry = self._offload(self._store.entry, live.session.id)
        if entry is not None and entry.version != live.version:
            self._reload(live)

    # -- the store, off the hub

    def _write(self, ident: str, body: bytes, title: str, expected: int | None) -> Entry:
        def put() -> Entry:
            return self._store.put(ident, body, title=title, expected=expected)

        return self._offload(put)

    def _offload(self, call: Callable[..., T], *args: object) -> T:
        return self._runtime.offload(call, *args)

    def _in_turn(self, ident: str, call: Callable[..., T], *args: Any) -> T:
        turn: Lock = self._turns[hash(ident) % TURNS]
        turn.acquire()
        try:
            return call(*args)
        finally:
            turn.release()


def _check_ident(ident: str) -> None:
    """Check whether an id may be that of an upload.

    Raises:
        DocumentInUse: it is kept for something else.
    """
    if ident.startswith(KEPT):
        raise DocumentInUse(f"ids that begin as {ident!r} are not for uploads")


def _snapshot(live: Live) -> tuple[bytes, str]:
    document = live.session.document
    live.dirty = False
    return document_json(document), document.title
