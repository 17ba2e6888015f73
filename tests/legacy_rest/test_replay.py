"""Recordings of real clients of Bokeh 0.10: our answers have the statuses and shapes of its own.

The recordings are not part of the project: where they are absent, there is nothing here to run.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.legacy_rest.conftest import RECORDINGS
from tests.legacy_rest.replay import Replay
from tests.servers import Server

LATER = ("probe__", "browser__", "publishing")  # several users, old browsers, published pages
CLIENTS = [
    path
    for path in sorted(RECORDINGS.glob("*.json"))
    if not any(part in path.name for part in LATER)
]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server("serve", [], tmp_path, options=["--store", "memory:"])
    yield server
    server.kill()


@pytest.mark.parametrize("path", CLIENTS, ids=lambda path: path.stem)
def test_clients_get_what_they_got(path: Path, server: Server) -> None:
    assert list(Replay(path, server.url).run()) == []
