"""The seam between uploaded documents and where they survive. One contract suite holds for every
implementation.

Methods block and may be called from any thread of the operating system; who calls them keeps them
off the hub.
"""

from dataclasses import dataclass
from typing import Protocol

from hybridviz.errors import BadRequest

MAX_IDENT = 256
"""Longest id of a document, in characters."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a list shows of a stored document.

    Attributes:
        ident: its id.
        kind: ``document``, or what else the body is.
        title: its title.
        version: grows with each write of this id and never repeats, not even after a removal.
        size: of the body, in bytes.
        created, updated: Unix times in seconds.
    """

    ident: str
    kind: str
    title: str
    version: int
    size: int
    created: float
    updated: float


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored document."""

    entry: Entry
    body: bytes


class Store(Protocol):
    """Documents by their ids."""

    def entries(self, kind: str | None = None) -> list[Entry]:
        """Return what is stored, sorted by id."""

    def entry(self, ident: str) -> Entry | None:
        """Return what is known of one document."""

    def get(self, ident: str) -> Stored | None:
        """Return one document."""

    def put(
        self,
        ident: str,
        body: bytes,
        *,
        title: str = "",
        kind: str = "document",
        expected: int | None = None,
    ) -> Entry:
        """Store a document; it is durable when this returns.

        Args:
            ident: its id, 1 to 256 characters.
            body: its content.
            title, kind: see `Entry`.
            expected: the version that must be there; 0: none may be there; None: any.

        Raises:
            BadRequest: the id is no good.
            StoreConflict: another version is there.
            StoreFull: there is no room for it.
            StoreUnavailable: it cannot be written now. Whatever is raised, what was stored before
                is whole.
        """

    def delete(self, ident: str, *, expected: int | None = None) -> bool:
        """Remove a document; return whether it was there.

        Raises:
            StoreConflict: another version is there.
            StoreUnavailable: it cannot be written now.
        """

    def expire(self, before: float) -> list[str]:
        """Remove documents that were last written before a Unix time; return their ids."""

    def close(self) -> None:
        """Give back what the store holds; idempotent."""


def check_ident(ident: str) -> None:
    """Check an id.

    Raises:
        BadRequest: it is empty, too long, or has a character that cannot be stored.
    """
    if not 0 < len(ident) <= MAX_IDENT:
        raise BadRequest(f"the id of a document has from 1 to {MAX_IDENT} characters")
    if "\0" in ident or any("\ud800" <= letter <= "\udfff" for letter in ident):
        raise BadRequest("the id of a document cannot have a null character or half a surrogate")
