"""Documents in memory, gone with the process: for servers that need to keep nothing."""

from collections.abc import Callable
from dataclasses import replace

from hybridviz.errors import StoreConflict, StoreFull, StoreUnavailable
from hybridviz.stores.base import Entry, Stored, check_ident


class MemoryStore:
    """A store that is not durable.

    Args:
        quota: most bytes of all bodies together.
        clock: Unix time in seconds.
    """

    def __init__(self, quota: int, clock: Callable[[], float]) -> None:
        self._quota = quota
        self._clock = clock
        self._documents: dict[str, Stored] = {}
        self._version = 0
        self._closed = False

    def entries(self, kind: str | None = None) -> list[Entry]:
        """Return what is stored, sorted by id."""
        self._check_open()
        found = [stored.entry for stored in tuple(self._documents.values())]
        return sorted((e for e in found if kind in (None, e.kind)), key=lambda e: e.ident)

    def entry(self, ident: str) -> Entry | None:
        """Return what is known of one document."""
        stored = self.get(ident)
        return stored.entry if stored else None

    def get(self, ident: str) -> Stored | None:
        """Return one document."""
        self._check_open()
        return self._documents.get(ident)

    def put(
        self,
        ident: str,
        body: bytes,
        *,
        title: str = "",
        kind: str = "document",
        expected: int | None = None,
    ) -> Entry:
        """Keep a document; see `Store`."""
        check_ident(ident)
        known = self._expect(ident, expected)
        others = sum(e.size for e in self.entries() if e.ident != ident)
        if others + len(body) > self._quota:
            raise StoreFull(f"the quota of {self._quota} bytes for documents is reached")
        self._version += 1
        now = self._clock()
        entry = Entry(ident, kind, title, self._version, len(body), now, now)
        if known is not None:
            entry = replace(entry, created=known.created)
        self._documents[ident] = Stored(entry, bytes(body))
        return entry

    def delete(self, ident: str, *, expected: int | None = None) -> bool:
        """Forget a document; see `Store`."""
        self._expect(ident, expected)
        return self._documents.pop(ident, None) is not None

    def expire(self, before: float) -> list[str]:
        """Forget documents that were last written before a Unix time."""
        old = [entry.ident for entry in self.entries() if entry.updated < before]
        for ident in old:
            del self._documents[ident]
        return old

    def close(self) -> None:
        """Forget all; idempotent."""
        self._closed = True
        self._documents.clear()

    def _expect(self, ident: str, expected: int | None) -> Entry | None:
        known = self.entry(ident)
        version = known.version if known else 0
        if expected is not None and expected != version:
            raise StoreConflict(known.version if known else None)
        return known

    def _check_open(self) -> None:
        if self._closed:
            raise StoreUnavailable("the store is closed")
