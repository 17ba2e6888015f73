"""The documents of old clients: found by id or title, kept in the store as they came."""

from collections.abc import Callable
from typing import TypeVar

from hybridviz.errors import DocumentNotFound, StoreConflict, TitleTaken
from hybridviz.legacy_rest.raw import RawDocument, new_document, read_raw
from hybridviz.legacy_rest.users import NOBODY
from hybridviz.runtime.base import Lock, Runtime
from hybridviz.stores import Entry, Store

T = TypeVar("T")

KIND = "legacy"
"""What the store calls these documents."""
FRESH = 0.05
"""Seconds for which a document is not looked up anew; what is written is checked in any case."""
PREFIX = "legacy:"
"""What stands before their ids in the store, so that no upload of today has such a one."""


class Library:
    """All documents of old clients.

    Args:
        store: where they survive.
        runtime: keeps the store off the hub.
    """

    def __init__(self, store: Store, runtime: Runtime) -> None:
        self._store = store
        self._runtime = runtime
        self._known: dict[str, tuple[int, RawDocument]] = {}
        self._fresh: dict[str, float] = {}
        self._turn: Lock = runtime.lock()

    def of_user(self, user: str) -> list[RawDocument]:
        """Return the documents of a user, the oldest first."""
        return [raw for raw, _ in self.listed(user) if raw.owner == user]

    def listed(self, user: str) -> list[tuple[RawDocument, float]]:
        """Return the documents of a user, the oldest first, and the Unix times at which they were
        last written; without users also what clients of 0.11 have pushed, which is nobody's.
        """
        owners = (user, "") if user == NOBODY else (user,)
        entries = sorted(self._entries(), key=lambda entry: entry.created)
        found = ((self.find(e.ident.removeprefix(PREFIX)), e.updated) for e in entries)
        return [(raw, updated) for raw, updated in found if raw.owner in owners]

    def has(self, ident: str) -> bool:
        """Return whether there is a document of that id."""
        return ident in self._known or self._entry(ident) is not None

    def find(self, ident: str) -> RawDocument:
        """Return a document as it is now.

        Raises:
            DocumentNotFound: there is none.
        """
        version, raw = self._known.get(ident, (0, None))
        if raw is not None and self._runtime.now() < self._fresh.get(ident, 0.0):
            return raw
        entry = self._entry(ident)
        if entry is None:
            self._forget(ident)
            raise DocumentNotFound(f"there is no document {ident!r}")
        if raw is None or version != entry.version:
            _, raw = self._load(ident)
        self._fresh[ident] = self._runtime.now() + FRESH
        return raw

    def held(self, ident: str) -> RawDocument | None:
        """Return a document as this server has it in memory, without a look into the store."""
        return self._known.get(ident, (0, None))[1]

    def _load(self, ident: str) -> tuple[int, RawDocument]:
        stored = self._offload(lambda: self._store.get(PREFIX + ident))
        if stored is None:
            raise DocumentNotFound(f"there is no document {ident!r}")
        known = self._known.get(ident)
        if known is None or known[0] != stored.entry.version:  # else it was written here meanwhile
            self._known[ident] = known = stored.entry.version, read_raw(stored.body)
        return known

    def _loaded(
        self, ident: str, make: Callable[[], RawDocument] | None
    ) -> tuple[int, RawDocument]:
        try:
            return self._load(ident)
        except DocumentNotFound:
            if make is None:
                raise
            return 0, make()

    def titled(self, user: str, title: str) -> RawDocument | None:
        """Return the document of that title, or None."""
        return next((raw for raw in self.of_user(user) if raw.title == title), None)

    def create(self, user: str, title: str) -> RawDocument:
        """Make an empty document.

        Raises:
            TitleTaken: the user has one of that title.
        """
        if self.titled(user, title) is not None:
            raise TitleTaken(f"there is a document {title!r} already")
        raw = new_document(title, user)
        self.save(raw)
        return raw

    def change(
        self,
        ident: str,
        call: Callable[[RawDocument], T],
        make: Callable[[], RawDocument] | None = None,
    ) -> tuple[RawDocument, T]:
        """Change a document, wholly or not at all; one change at a time. What changes nothing, such
        as the tidying up by which clients begin each poll, is not written.

        Args:
            ident: the document's.
            call: changes it.
            make: makes it, if there is none.

        Returns:
            The document after it, and what ``call(document)`` returned.

        Raises:
            DocumentNotFound: there is none, and nothing makes it.
            HybridVizError: what the call, or the store, raised; nothing is changed then.
        """
        self._turn.acquire()
        try:
            while True:
                version, before = self._known.get(ident) or self._loaded(ident, make)
                noted, raw = before.apart(), before.copy()
                result = call(raw)
                if raw.same_as(before):
                    return raw, result
                if self._put(raw, version):
                    raw.take_over(before, noted)  # viewers went on while it was written
                    return raw, result
                self._known.pop(ident, None)  # another server on this store was faster
        finally:
            self._turn.release()

    def save(self, raw: RawDocument) -> None:
        """Write a document; once this returns it is durable.

        Raises:
            StoreUnavailable, StoreFull: it cannot be written now.
        """
        self._turn.acquire()
        try:
            self._put(raw, None)
        finally:
            self._turn.release()

    def keep(self, ident: str) -> None:
        """Write a document whose models have been changed in place.

        Raises:
            DocumentNotFound, StoreUnavailable, StoreFull: it cannot be written.
        """
        self._turn.acquire()
        try:
            self._put(self.find(ident), None)
        finally:
            self._turn.release()

    def _put(self, raw: RawDocument, expected: int | None) -> bool:
        """Write a document; return False if another version than expected is stored."""
        body = raw.to_json()

        def put() -> Entry | None:
            try:
                return self._store.put(
                    PREFIX + raw.id, body, title=raw.title, kind=KIND, expected=expected
                )
            except StoreConflict:
                return None

        entry = self._offload(put)
        if entry is not None:
            self._known[raw.id] = entry.version, raw
            self._fresh[raw.id] = self._runtime.now() + FRESH
        return entry is not None

    def remove(self, ident: str) -> None:
        """Remove a document, if it is there; what writes it at the same time comes before."""
        self._turn.acquire()
        try:
            self._offload(lambda: self._store.delete(PREFIX + ident))
            self._forget(ident)
        finally:
            self._turn.release()

    def _forget(self, ident: str) -> None:
        self._known.pop(ident, None)
        self._fresh.pop(ident, None)

    def _entries(self) -> list[Entry]:
        return self._offload(lambda: self._store.entries(KIND))

    def _entry(self, ident: str) -> Entry | None:
        return self._offload(lambda: self._store.entry(PREFIX + ident))

    def _offload(self, call: Callable[[], T]) -> T:
        return self._runtime.offload(call)
