"""SQLite's own dangers: other processes, kills, full disks, locks, damage, other versions."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from hybridviz.errors import ConfigError, StoreUnavailable
from hybridviz.stores.sqlite import SqliteStore

PUT_FOR_EVER = """
import sys, itertools
from pathlib import Path
from hybridviz.stores.sqlite import SqliteStore
store = SqliteStore(Path(sys.argv[1]), 10**9, lambda: 0.0)
for number in itertools.count():
    ident = f"{sys.argv[2]}-{number}"
    store.put(ident, ident.encode() * 5000)
    print(ident, flush=True)
"""
FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from hybridviz.errors import StoreUnavailable
from hybridviz.stores.sqlite import SqliteStore
store = SqliteStore(Path(sys.argv[1]), 10**9, lambda: 0.0)
store.put("x", b"first")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
try:
    store.put("x", bytes(1_000_000))
except StoreUnavailable as error:
    print("unavailable")
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(store.get("x").body.decode())
store.put("x", b"second")
print(store.get("x").body.decode())
"""
UNDER_GEVENT = """
from gevent import monkey; monkey.patch_all()
import sys, gevent
from pathlib import Path
from hybridviz.stores.sqlite import SqliteStore
store = SqliteStore(Path(sys.argv[1]), 10**9, lambda: 0.0)
ticks = []
def tick():
    while True:
        ticks.append(1)
        gevent.sleep(0.001)
gevent.spawn(tick)
pool = gevent.get_hub().threadpool
puts = [pool.spawn(store.put, f"d{n}", b"x" * 50000) for n in range(50)]
for put in puts:
    put.get()
print(len(store.entries()), len(ticks) > 5)
"""


def make(path: Path, busy: float = 5.0) -> SqliteStore:
    return SqliteStore(path, 10**9, lambda: 0.0, busy)


def run(script: str, *args: object) -> list[str]:
    command = [sys.executable, "-c", script, *map(str, args)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def test_every_acknowledged_put_survives_a_kill(tmp_path: Path, soak: bool) -> None:
    path = tmp_path / "d.sqlite"
    acknowledged: list[str] = []
    for number in range(20 if soak else 2):
        command = [sys.executable, "-c", PUT_FOR_EVER, str(path), str(number)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            acknowledged += [process.stdout.readline().strip() for _ in range(50)]
            os.kill(process.pid, signal.SIGKILL)
            acknowledged += process.stdout.read().split("\n")[:-1]
    store = make(path)
    for ident in acknowledged:
        stored = store.get(ident)
        assert stored is not None and stored.body == ident.encode() * 5000
    store.close()


def test_two_processes_share_a_file(tmp_path: Path) -> None:
    path = tmp_path / "d.sqlite"
    store = make(path)
    command = [sys.executable, "-c", PUT_FOR_EVER, str(path), "other"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for number in range(50):
            store.put(f"own-{number}", b"x")
            process.stdout.readline()
        process.kill()
    entries = store.entries()
    assert len({entry.version for entry in entries}) == len(entries) >= 100
    store.close()


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    assert run(FULL_DISK, tmp_path / "d.sqlite") == ["unavailable", "first", "second"]


def test_the_hub_of_gevent_goes_on(tmp_path: Path) -> None:
    assert run(UNDER_GEVENT, tmp_path / "d.sqlite") == ["50 True"]


def test_a_locked_file(tmp_path: Path) -> None:
    path = tmp_path / "d.sqlite"
    store = make(path, busy=0.05)
    store.put("x", b"1")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="locked"):
        store.put("x", b"2")
    other.execute("ROLLBACK")
    other.close()
    store.put("x", b"3")
    store.close()


def test_the_file_is_its_owners(tmp_path: Path) -> None:
    path = tmp_path / "d.sqlite"
    make(path).close()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_damaged_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "d.sqlite"
    path.write_bytes(b"this is no database, " * 500)
    before = path.read_bytes()
    with pytest.raises(ConfigError, match="not a database.*move the file"):
        make(path)
    assert path.read_bytes() == before


def test_a_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "d.sqlite"
    make(path).close()
    other = sqlite3.connect(path)
    other.execute("PRAGMA user_version=99")
    other.close()
    with pytest.raises(ConfigError, match="a newer hybridviz has written it"):
        make(path)


def test_a_directory_in_its_place(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be used"):
        make(tmp_path)
