"""One suite for all stores: memory, SQLite in a real file, a real Redis server."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import redis

from hybridviz.errors import BadRequest, StoreConflict, StoreFull, StoreUnavailable
from hybridviz.stores import Store, open_store
from tests.servers import free_port

QUOTA = 10_000_000

Open = Callable[..., Store]


class Clock:
    """Unix time as the test sets it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis server that writes each change to its disk before it answers."""
    port = free_port()
    command = [shutil.which("redis-server") or "redis-server", "--port", str(port), "--save", ""]
    command += ["--appendonly", "yes", "--appendfsync", "always"]
    directory = tmp_path_factory.mktemp("redis")
    with subprocess.Popen(command, cwd=directory, stdout=subprocess.DEVNULL) as process:
        client = redis.Redis(port=port)
        deadline = time.monotonic() + 10
        while True:
            try:
                client.ping()
                break
            except redis.ConnectionError:
                assert time.monotonic() < deadline, "redis-server does not answer"
                time.sleep(0.02)
        yield f"redis://127.0.0.1:{port}/0"
        client.close()
        process.terminate()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", "sqlite", "redis"])
def open_one(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Open]:
    """Open a store that is empty at first; each call opens the same one again."""
    url = f"{request.param}:"
    if request.param == "redis":
        url = request.getfixturevalue("redis_url")
        with redis.Redis.from_url(url) as client:
            client.flushall()
    opened: list[Store] = []

    def open_again(quota: int = QUOTA) -> Store:
        opened.append(open_store(url, tmp_path, quota, clock))
        return opened[-1]

    yield open_again
    for store in opened:
        store.close()


@pytest.fixture
def store(open_one: Open) -> Store:
    return open_one()


@pytest.mark.parametrize("ident", ["hover", "ünï/cødé 'x' \"y\"", "x" * 256])
@pytest.mark.parametrize("body", [b"", b"{}", bytes(range(256)) * 20_000])
def test_what_was_put_is_got(store: Store, clock: Clock, ident: str, body: bytes) -> None:
    entry = store.put(ident, body, title="A title", kind="other")
    assert (entry.ident, entry.title, entry.kind) == (ident, "A title", "other")
    assert (entry.size, entry.created, entry.updated) == (len(body), clock.now, clock.now)
    stored = store.get(ident)
    assert stored is not None and stored.entry == entry and stored.body == body
    assert store.entry(ident) == entry


def test_what_is_not_there(store: Store) -> None:
    assert store.get("x") is None and store.entry("x") is None
    assert store.entries() == [] and not store.delete("x")


def test_a_list_is_sorted_and_may_be_of_one_kind(store: Store) -> None:
    for ident, kind in (("b", "document"), ("a", "legacy"), ("c", "document")):
        store.put(ident, b"", kind=kind)
    assert [entry.ident for entry in store.entries()] == ["a", "b", "c"]
    assert [entry.ident for entry in store.entries("document")] == ["b", "c"]


def test_a_second_put_replaces_and_keeps_the_creation(store: Store, clock: Clock) -> None:
    first = store.put("x", b"1")
    clock.now += 5
    second = store.put("x", b"2")
    assert second.version > first.version
    assert (second.created, second.updated) == (first.created, clock.now)


def test_versions_never_come_again(store: Store) -> None:
    first = store.put("x", b"1")
    assert store.delete("x")
    assert store.put("x", b"1").version > first.version


def test_a_put_expects_a_version(store: Store) -> None:
    with pytest.raises(StoreConflict, match="it is not there") as absent:
        store.put("x", b"1", expected=7)
    first = store.put("x", b"1", expected=0)
    with pytest.raises(StoreConflict, match=f"its version is {first.version}") as present:
        store.put("x", b"2", expected=0)
    assert (absent.value.present, present.value.present) == (None, first.version)
    store.put("x", b"2", expected=first.version)
    with pytest.raises(StoreConflict):
        store.delete("x", expected=first.version)
    found = store.get("x")
    assert found is not None and found.body == b"2"


@pytest.mark.parametrize("ident", ["", "x" * 257, "a\0b", "\ud800"])
def test_bad_ids_are_refused(store: Store, ident: str) -> None:
    with pytest.raises(BadRequest, match="the id of a document"):
        store.put(ident, b"")


def test_the_quota_holds_and_loses_nothing(open_one: Open) -> None:
    store = open_one(100)
    store.put("a", b"x" * 60)
    with pytest.raises(StoreFull, match="100 bytes"):
        store.put("b", b"x" * 41)
    with pytest.raises(StoreFull):
        store.put("a", b"x" * 101)
    assert [entry.ident for entry in store.entries()] == ["a"]
    store.put("a", b"x" * 50)
    store.put("b", b"x" * 50)
    store.delete("a")
    store.put("c", b"x" * 50)


def test_old_documents_expire(store: Store, clock: Clock) -> None:
    store.put("old", b"1")
    clock.now += 10
    store.put("new", b"1")
    assert store.expire(clock.now) == ["old"]
    assert [entry.ident for entry in store.entries()] == ["new"]


def test_one_of_two_wins(store: Store) -> None:
    def attempt(number: int) -> bool:
        try:
            store.put("x", str(number).encode(), expected=0)
        except StoreConflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == 1


def test_no_version_is_given_twice(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        entries = list(pool.map(lambda number: store.put("x", b"%d" % number), range(200)))
    assert len({entry.version for entry in entries}) == 200
    assert store.entry("x") == max(entries, key=lambda entry: entry.version)


def test_a_store_that_is_closed(store: Store) -> None:
    store.close()
    store.close()
    for call in (store.entries, lambda: store.put("x", b""), lambda: store.get("x")):
        with pytest.raises(StoreUnavailable, match="closed"):
            call()
