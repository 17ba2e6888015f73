"""Documents in one SQLite file, which any number of processes may share.

Writes are durable when they return: the journal is a write-ahead log, synchronised to the disk with
each transaction. Methods may be called from any thread: a connection is used by one at a time.
"""

import os
import sqlite3

# Not queue's own: under gevent that is made for greenlets, and the methods run in real threads.
from _queue import Empty, SimpleQueue
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hybridviz.errors import ConfigError, StoreConflict, StoreFull, StoreUnavailable
from hybridviz.stores.base import Entry, Stored, check_ident

SCHEMA = 1
"""Number of the schema below, kept as the file's ``user_version``."""
TABLES = """
CREATE TABLE documents (
    ident TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    version INTEGER NOT NULL,
    size INTEGER NOT NULL,
    created REAL NOT NULL,
    updated REAL NOT NULL,
    body BLOB NOT NULL
);
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
INSERT INTO counters VALUES ('version', 0), ('size', 0);
"""
ENTRY = "ident, kind, title, version, size, created, updated"
BUSY = 5.0
"""Seconds that a write waits for those of other processes."""
PIECE = 1 << 20
"""Bytes of a large body that are written at a time."""
QUEUE = 30.0
"""Seconds that a write waits for those of its own process."""


class SqliteStore:
    """A store in a file.

    Args:
        path: the file; it is made if it is not there.
        quota: most bytes of all bodies together.
        clock: Unix time in seconds.
        busy: seconds that a write waits for those of other processes.

    Raises:
        ConfigError: the file cannot be used; the text says what to do.
    """

    def __init__(
        self, path: Path, quota: int, clock: Callable[[], float], busy: float = BUSY
    ) -> None:
        self._path = path
        self._quota = quota
        self._clock = clock
        self._busy = busy
        self._idle: deque[sqlite3.Connection] = deque()
        self._writer: SimpleQueue[sqlite3.Connection] = SimpleQueue()
        self._process = os.getpid()
        self._closed = False
        try:
            self._prepare()
        except (sqlite3.Error, OSError) as error:
            raise ConfigError(
                f"the documents in {path} cannot be used ({error}): correct that, move the file"
                " away, or name another with --store"
            ) from None

    def _prepare(self) -> None:
        if not self._path.exists():
            os.close(os.open(self._path, os.O_CREAT | os.O_WRONLY, 0o600))
        connection = self._connect()
        (problem,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if problem != "ok":
            raise sqlite3.DatabaseError(f"it is damaged: {problem}")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("BEGIN IMMEDIATE")
        (schema,) = connection.execute("PRAGMA user_version").fetchone()
        if schema > SCHEMA:
            raise sqlite3.DatabaseError(
                f"a newer hybridviz has written it, with schema {schema}; this one knows {SCHEMA}"
            )
        if schema == 0:
            for statement in TABLES.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version={SCHEMA}")
        connection.execute("COMMIT")
        self._writer.put(connection)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=self._busy, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA synchronous=FULL")
        return connection

    @contextmanager
    def _read(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection for reading; one that failed is not used again.

        Raises:
            StoreUnavailable: the file cannot be read now.
        """
        self._check()
        try:
            connection = self._idle.pop() if self._idle else self._connect()
            yield connection
        except sqlite3.Error as error:
            raise StoreUnavailable(f"documents cannot be read now: {error}") from None
        self._idle.append(connection)

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        """Lend the one connection for writing, inside a transaction that is durable at the end.

        Raises:
            StoreUnavailable: the file cannot be written now; nothing was.
        """
        self._check()
        try:
            connection = self._writer.get(timeout=QUEUE)
        except Empty:
            raise StoreUnavailable("documents cannot be stored now: others take too long") from None
        try:
            # Not deferred: a reader that becomes a writer fails at once if others wrote meanwhile.
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise StoreUnavailable(f"documents cannot be stored now: {error}") from None
        finally:
            if connection.in_transaction:
                connection.rollback()
            self._writer.put(connection)

    def _check(self) -> None:
        if self._closed:
            raise StoreUnavailable("the store is closed")
        if self._process != os.getpid():  # connections do not survive a fork
            self._process, self._idle, self._writer = os.getpid(), deque(), SimpleQueue()
            self._writer.put(self._connect())

    def entries(self, kind: str | None = None) -> list[Entry]:
        """Return what is stored, sorted by id."""
        with self._read() as connection:
            rows = connection.execute(
                f"SELECT {ENTRY} FROM documents WHERE ? IS NULL OR kind = ? ORDER BY ident",
                (kind, kind),
            )
            return [Entry(*row) for row in rows]

    def entry(self, ident: str) -> Entry | None:
        """Return what is known of one document."""
        with self._read() as connection:
            return _entry(connection, ident)

    def get(self, ident: str) -> Stored | None:
        """Return one document."""
        with self._read() as connection:
            connection.execute("BEGIN")
            try:
                return _read_row(connection, ident)
            finally:
                connection.execute("COMMIT")

    def put(
        self,
        ident: str,
        body: bytes,
        *,
        title: str = "",
        kind: str = "document",
        expected: int | None = None,
    ) -> Entry:
        """Store a document; see `Store`."""
        check_ident(ident)
        with self._write() as connection:
            known = _expect(connection, ident, expected)
            growth = len(body) - (known.size if known else 0)
            if growth > 0 and _count(connection, "size", growth) > self._quota:
                raise StoreFull(
                    f"there is no room: all documents together may have {self._quota} bytes, set"
                    " by --store-quota"
                )
            if growth < 0:
                _count(connection, "size", growth)
            now = self._clock()
            created = known.created if known else now
            version = _count(connection, "version", 1)
            entry = Entry(ident, kind, title, version, len(body), created, now)
            row = (ident, kind, title, version, len(body), created, now)
            _write_row(connection, row, body)
        return entry

    def delete(self, ident: str, *, expected: int | None = None) -> bool:
        """Remove a document; see `Store`."""
        with self._write() as connection:
            known = _expect(connection, ident, expected)
            if known is not None:
                _remove(connection, known)
        return known is not None

    def expire(self, before: float) -> list[str]:
        """Remove documents that were last written before a Unix time."""
        with self._write() as connection:
            rows = connection.execute(
                f"SELECT {ENTRY} FROM documents WHERE updated < ? ORDER BY ident", (before,)
            ).fetchall()
            for row in rows:
                _remove(connection, Entry(*row))
        return [row[0] for row in rows]

    def close(self) -> None:
        """Close all connections; idempotent."""
        if self._closed:
            return
        self._closed = True
        if self._process == os.getpid():
            while self._idle:
                self._idle.pop().close()
            with suppress(Empty):
                self._writer.get(timeout=self._busy).close()


def _write_row(connection: sqlite3.Connection, row: tuple[object, ...], body: bytes) -> None:
    """Write a document; a large body piece by piece, for SQLite copies, and keeps, what it is
    given as a parameter.
    """
    whole = len(body) <= PIECE
    value = "?" if whole else "zeroblob(?)"
    cursor = connection.execute(
        f"REPLACE INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, {value})",
        (*row, body if whole else len(body)),
    )
    if whole or cursor.lastrowid is None:
        return
    with connection.blobopen("documents", "body", cursor.lastrowid) as blob:
        view = memoryview(body)
        for start in range(0, len(body), PIECE):
            blob.write(view[start : start + PIECE])


def _read_row(connection: sqlite3.Connection, ident: str) -> Stored | None:
    row = connection.execute(
        f"SELECT {ENTRY}, rowid FROM documents WHERE ident = ?", (ident,)
    ).fetchone()
    if row is None:
        return None
    with connection.blobopen("documents", "body", row[-1], readonly=True) as blob:
        return Stored(Entry(*row[:-1]), blob.read())


def _entry(connection: sqlite3.Connection, ident: str) -> Entry | None:
    row = connection.execute(f"SELECT {ENTRY} FROM documents WHERE ident = ?", (ident,)).fetchone()
    return Entry(*row) if row else None


def _expect(connection: sqlite3.Connection, ident: str, expected: int | None) -> Entry | None:
    known = _entry(connection, ident)
    if expected is not None and expected != (known.version if known else 0):
        raise StoreConflict(known.version if known else None)
    return known


def _count(connection: sqlite3.Connection, name: str, growth: int) -> int:
    """Add to a counter and return its new value."""
    (value,) = connection.execute(
        "UPDATE counters SET value = value + ? WHERE name = ? RETURNING value", (growth, name)
    ).fetchone()
    return int(value)


def _remove(connection: sqlite3.Connection, entry: Entry) -> None:
    connection.execute("DELETE FROM documents WHERE ident = ?", (entry.ident,))
    _count(connection, "size", -entry.size)
