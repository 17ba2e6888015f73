"""Documents in Redis, which servers on several hosts may share.

A write is as durable as the server makes it before it answers: with ``appendonly yes`` and
``appendfsync always`` on its disk; anything less is told in the log.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import redis

from hybridviz.errors import ConfigError, StoreConflict, StoreFull, StoreUnavailable
from hybridviz.stores.base import Entry, Stored, check_ident

log = logging.getLogger("hybridviz.stores")

PREFIX = "hybridviz:"
TIMEOUT = 5.0
"""Seconds for connecting and for each answer."""
FIELDS = ("kind", "title", "version", "size", "created", "updated")

PUT = """
local key, idents, counters = KEYS[1], KEYS[2], KEYS[3]
local known = redis.call('HMGET', key, 'version', 'size', 'created')
local version = tonumber(known[1] or 0)
if ARGV[1] ~= '' and tonumber(ARGV[1]) ~= version then return {'conflict', version} end
local size = tonumber(redis.call('HGET', counters, 'size') or 0)
local growth = tonumber(ARGV[6]) - tonumber(known[2] or 0)
if growth > 0 and size + growth > tonumber(ARGV[7]) then return {'full', 0} end
local number = redis.call('HINCRBY', counters, 'version', 1)
redis.call('HINCRBY', counters, 'size', growth)
redis.call('HSET', key, 'kind', ARGV[3], 'title', ARGV[4], 'version', number, 'size', ARGV[6],
  'created', known[3] or ARGV[5], 'updated', ARGV[5], 'body', ARGV[8])
redis.call('ZADD', idents, 0, ARGV[2])
return {'ok', number, known[3] or ARGV[5]}
"""
DELETE = """
local known = redis.call('HMGET', KEYS[1], 'version', 'size')
local version = tonumber(known[1] or 0)
if ARGV[1] ~= '' and tonumber(ARGV[1]) ~= version then return {'conflict', version} end
redis.call('ZREM', KEYS[2], ARGV[2])
if not known[1] then return {'ok', 0} end
redis.call('DEL', KEYS[1])
redis.call('HINCRBY', KEYS[3], 'size', -tonumber(known[2]))
return {'ok', 1}
"""


class RedisStore:
    """A store in a Redis server.

    Args:
        url: as for ``redis.Redis.from_url``.
        quota: most bytes of all bodies together.
        clock: Unix time in seconds.

    Raises:
        ConfigError: the server cannot be reached.
    """

    def __init__(self, url: str, quota: int, clock: Callable[[], float]) -> None:
        self._quota = quota
        self._clock = clock
        self._closed = False
        try:
            self._redis: Any = redis.Redis.from_url(
                url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT
            )
            self._redis.ping()
        except (redis.RedisError, ValueError) as error:
            raise ConfigError(f"the store {url} cannot be used: {error}") from None
        self._put = self._redis.register_script(PUT)
        self._delete = self._redis.register_script(DELETE)
        self._warn_unless_durable()

    def _warn_unless_durable(self) -> None:
        try:
            found = self._redis.config_get("append*")
        except redis.RedisError:
            log.warning("! the Redis server does not tell whether it writes to its disk")
            return
        if (found.get("appendonly"), found.get("appendfsync")) != ("yes", "always"):
            log.warning(
                "! the Redis server may lose documents that it has confirmed: set appendonly yes"
                " and appendfsync always"
            )

    @contextmanager
    def _talk(self) -> Iterator[None]:
        if self._closed:
            raise StoreUnavailable("the store is closed")
        try:
            yield
        except redis.OutOfMemoryError as error:
            raise StoreFull(f"the Redis server has no room: {error}") from None
        except redis.RedisError as error:
            raise StoreUnavailable(f"the Redis server does not answer: {error}") from None

    def entries(self, kind: str | None = None) -> list[Entry]:
        """Return what is stored, sorted by id."""
        with self._talk():
            idents = [raw.decode() for raw in self._redis.zrange(f"{PREFIX}idents", 0, -1)]
            pipe = self._redis.pipeline(transaction=False)
            for ident in idents:
                pipe.hmget(_key(ident), FIELDS)
            rows = pipe.execute()
        found = (_entry(ident, row) for ident, row in zip(idents, rows, strict=True) if row[0])
        return sorted((e for e in found if kind in (None, e.kind)), key=lambda e: e.ident)

    def entry(self, ident: str) -> Entry | None:
        """Return what is known of one document."""
        with self._talk():
            row = self._redis.hmget(_key(ident), FIELDS)
        return _entry(ident, row) if row[0] is not None else None

    def get(self, ident: str) -> Stored | None:
        """Return one document."""
        with self._talk():
            *row, body = self._redis.hmget(_key(ident), (*FIELDS, "body"))
        return Stored(_entry(ident, row), body) if row[0] is not None else None

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
        now = self._clock()
        given = "" if expected is None else expected
        args = (given, ident, kind, title, repr(now), len(body), self._quota, body)
        with self._talk():
            outcome, number, *rest = self._put(_keys(ident), args)
        if outcome == b"full":
            raise StoreFull(
                f"there is no room: all documents together may have {self._quota} bytes, set by"
                " --store-quota"
            )
        if outcome == b"conflict":
            raise StoreConflict(number or None)
        return Entry(ident, kind, title, number, len(body), float(rest[0]), now)

    def delete(self, ident: str, *, expected: int | None = None) -> bool:
        """Remove a document; see `Store`."""
        with self._talk():
            given = "" if expected is None else expected
            outcome, number = self._delete(_keys(ident), (given, ident))
        if outcome == b"conflict":
            raise StoreConflict(number or None)
        return bool(number)

    def expire(self, before: float) -> list[str]:
        """Remove documents that were last written before a Unix time."""
        old = [entry for entry in self.entries() if entry.updated < before]
        gone = []
        for entry in old:
            try:
                gone += [entry.ident] * self.delete(entry.ident, expected=entry.version)
            except StoreConflict:
                log.debug("= %s was written meanwhile and stays", entry.ident)
        return gone

    def close(self) -> None:
        """Close all connections; idempotent."""
        self._closed = True
        self._redis.close()


def _key(ident: str) -> str:
    return f"{PREFIX}document:{ident}"


def _keys(ident: str) -> list[str]:
    return [_key(ident), f"{PREFIX}idents", f"{PREFIX}counters"]


def _entry(ident: str, row: list[bytes]) -> Entry:
    kind, title, version, size, created, updated = (value.decode() for value in row)
    return Entry(ident, kind, title, int(version), int(size), float(created), float(updated))
