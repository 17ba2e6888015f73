"""Uploaded documents: each in the store, and live in a session while somebody views or changes it.

The store has the last word. What browsers and callbacks change is written behind, within a second;
what another server on the same store has written is taken over as fast. What cannot be written
waits in memory, as long as the server runs.
"""

import gc
import logging
from collections.abc import Callable
from typing import Any, TypeVar

from bokeh.document import Document

from hybridviz.bokeh_internals import move_content
from hybridviz.core.documents import document_json, read_document
from hybridviz.errors import DocumentInUse, DocumentNotFound, SessionDestroyed, StoreConflict
from hybridviz.runtime.base import Lock, Runtime
from hybridviz.runtime.lock import apart
from hybridviz.sessions import Request, Session
from hybridviz.sessions.context import SessionContext
from hybridviz.stores import Entry, Store, Stored
from hybridviz.web.documents.live import Live
from hybridviz.web.documents.tending import Tending

log = logging.getLogger("hybridviz.web")

T = TypeVar("T")

LAST_WITHIN = 1.0
"""Seconds in which the last attempts to store documents must begin when the server ends."""
KIND = "document"
"""What the store calls uploads."""
KEPT = ("legacy:", "legacy-user:")
"""How ids of the store begin that are not uploads', but what old clients have brought."""
LARGE = 10_000_000
"""Bytes of a body from which on memory is given back at once."""
TURNS = 64
"""Locks that keep the writes of one document apart; documents share them by the hash of their ids.
"""


class Uploads:
    """All uploaded documents of a server.

    Args:
        store: where they survive.
        runtime: keeps the store off the hub.
        open_session: returns the session of an id in the document space, made if need be.
        unused: called with a session that was kept and need not be any more.
    """

    def __init__(
        self,
        store: Store,
        runtime: Runtime,
        open_session: Callable[[str, Request], Session],
        unused: Callable[[Session], object],
    ) -> None:
        self._store = store
        self._runtime = runtime
        self._open_session = open_session
        self._unused = unused
        self._live: dict[str, Live] = {}
        self._ended: set[Live] = set()
        """Those whose session has ended, until what it has left is stored."""
        self._turns = [runtime.lock() for _ in range(TURNS)]
        self._tending = Tending(runtime, self._all, self._tend)

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
        self._tending.begin()

    def _keep(self, live: Live, pushed: Document) -> None:
        """Store what a client has pushed, before it is shown."""
        entry = self._write(live.session.id, document_json(pushed), pushed.title, None)
        live.version = entry.version

    def _forget(self, session_context: Any) -> None:
        """Take what a session leaves that is not stored yet. It is stored in its turn, and so not
        under the session's lock: who has the turn may be waiting for that.
        """
        live = self._live.pop(session_context.id, None)
        if live is not None and live.dirty and live.version:
            live.left = live.take()
            self._ended.add(live)
            apart(self._runtime.call_later, 0, self._tending.tend, live)

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
        """Store what sessions have left, all of which have ended, and close the store. What it does
        not take now is lost, and named in the log. Idempotent.
        """
        end = self._runtime.now() + LAST_WITHIN
        try:
            for live in tuple(self._ended):
                if self._runtime.now() < end:
                    self._tending.tend(live)
        finally:
            lost = sorted({live.session.id for live in self._all() if live.version and live.dirty})
            if lost:
                log.error("! the store did not take them, and the last changes are lost: %s", lost)
        self._live.clear()
        self._ended.clear()
        self._offload(self._store.close)

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
        if expected and live is not None:
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
            StoreFull, StoreUnavailable: the change is made but not durable yet; it will be. If a
                version is expected, it may not be made, for earlier changes are not durable either.
        """
        return self._in_turn(ident, self._change, ident, expected, call)

    def _change(
        self, ident: str, expected: int | None, call: Callable[[Document], T]
    ) -> tuple[T, int]:
        live = self._live[self.session(ident).id]
        if expected is not None:
            self._save(live)  # what the client knows may be out of date
            if expected != live.version:
                raise StoreConflict(live.version)
        result = live.session.call(call, live.session.document)
        self._save(live)
        return result, live.version

    # -- keeping store and session the same

    def _all(self) -> tuple[Live, ...]:
        """Return what is live, and what has ended with something left to be stored."""
        return (*tuple(self._ended), *tuple(self._live.values()))

    def _tend(self, live: Live) -> None:
        if live.version:
            self._in_turn(live.session.id, self._follow, live)

    def _follow(self, live: Live) -> None:
        if live.dirty:
            self._save(live)
        elif live.left is not None:
            self._ended.discard(live)
        else:
            entry = self._offload(self._store.entry, live.session.id)
            if entry is not None and entry.version != live.version:
                self._reload(live)

    def _save(self, live: Live) -> None:
        """Store a document if it has been changed; only in its turn. If that fails, its session is
        kept until it can be stored.
        """
        if not live.dirty:
            return
        ident, (body, title, changes) = live.session.id, live.state()
        try:
            entry = self._write(ident, body, title, live.version)
        except StoreConflict:
            self._reload(live)
            log.warning("! document %s was changed elsewhere too; what is stored counts", ident)
            raise
        except Exception:
            live.session.kept = True
            raise
        self._stored(live, entry.version, changes)

    def _stored(self, live: Live, version: int, changes: int) -> None:
        """Note which version is stored, with how many changes."""
        live.version, live.saved = version, changes
        if live.session.kept and not live.dirty:
            live.session.kept = False
            self._unused(live.session)

    def _reload(self, live: Live) -> None:
        """Show what is stored, which counts, unless there is nothing or nobody sees it any more."""
        stored = self._offload(self._store.get, live.session.id)
        if stored is None or live.left is not None:
            self._stored(live, live.version, live.changes)
        else:
            self._show(live, read_document(stored.body), stored.entry.version)

    def _show(self, live: Live, document: Document, version: int) -> None:
        def replace() -> None:
            move_content(document, live.session.document)
            self._stored(live, version, live.changes)

        try:
            live.session.call(replace)
        except SessionDestroyed:
            log.debug("= %s ended before its new content came", live.session)

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
