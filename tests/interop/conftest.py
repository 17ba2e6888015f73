"""Servers for tests at the real socket: one process per kind of transport, shared by a module."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import Server

APPS = Path(__file__).parent / "apps"

KINDS = ("serve", "gunicorn-gthread")
"""One over gevent-websocket, one over threads."""

GIVES_BACK = "glibc.malloc.mmap_threshold=131072"
"""Else glibc keeps up to twice the largest block that was ever freed, at its own discretion."""


@pytest.fixture(scope="module", params=KINDS)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server of the apps beside this file, whose memory is what it holds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLIBC_TUNABLES", GIVES_BACK)
        server = Server(request.param, sorted(APPS.glob("*.py")), tmp_path_factory.mktemp("server"))
    yield server
    server.stop()


@pytest.fixture(params=KINDS)
def impatient_server(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Server]:
    """A server that finds a silent peer in 0.6 s."""
    monkeypatch.setenv("HYBRIDVIZ_KEEP_ALIVE", "300")
    server = Server(request.param, sorted(APPS.glob("*.py")), tmp_path)
    yield server
    server.kill()
