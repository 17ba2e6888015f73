"""Two workers of gunicorn add their metrics up, by the hook of docs/performance.md."""

import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from tests.interop.wire import TIMEOUT, Refused, Wire
from tests.servers import ROOT, Server

APP = Path(__file__).parent / "apps" / "slider.py"
HOOK = re.search(
    r"```python\n(# gunicorn.conf.py\n.*?)```",
    (ROOT / "docs" / "performance.md").read_text(),
    re.DOTALL,
)
PATIENCE = 20.0
"""Seconds; each worker tells every 2."""


@pytest.fixture(params=["gunicorn-gthread", "gunicorn-gevent"])
def server(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Server]:
    """A server with two workers that are both ready."""
    assert HOOK is not None
    (tmp_path / "gunicorn.conf.py").write_text(HOOK[1])
    (tmp_path / "metrics").mkdir()
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path / "metrics"))
    monkeypatch.setenv("HYBRIDVIZ_METRICS", "1")
    monkeypatch.setenv("HYBRIDVIZ_DISABLE_INDEX_REDIRECT", "1")  # nobody opens the app but we
    monkeypatch.setenv("GUNICORN_CMD_ARGS", f"--config {tmp_path / 'gunicorn.conf.py'} --workers 2")
    server = Server(request.param, [APP], tmp_path)
    try:
        while len(list((tmp_path / "metrics").glob("counter_*.db"))) < 2:
            time.sleep(0.05)
        yield server
    finally:
        server.kill()


def numbers(server: Server) -> dict[tuple[str, ...], float]:
    text = requests.get(f"{server.url}/metrics", timeout=TIMEOUT).text
    return {
        (sample.name.removeprefix("hybridviz_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def until_told(server: Server, expected: dict[tuple[str, ...], float]) -> None:
    end = time.monotonic() + PATIENCE
    found: dict[tuple[str, ...], float] = {}
    while found != expected and time.monotonic() < end:
        told = numbers(server)
        found = {key: told[key] for key in expected if key in told}
        time.sleep(0.1)
    assert found == expected


def visit(server: Server, others: list[int]) -> Wire:
    """Be refused once, and open a session, by one worker while the others stand still."""
    for pid in others:
        os.kill(pid, signal.SIGSTOP)
    try:
        with suppress(Refused), Wire(f"{server.url}/slider", token="forged") as forged:
            assert forged.close_frame().code == 1008
        return Wire(f"{server.url}/slider")
    finally:
        for pid in others:
            os.kill(pid, signal.SIGCONT)


def test_both_workers_are_counted(server: Server) -> None:
    one, two = server.processes()[1:]
    with visit(server, [two]) as first, visit(server, [one]) as second:
        first.pull()
        second.pull()
        expected = {
            ("sessions", "/slider"): 2,
            ("connections", "/slider"): 2,
            ("sessions_made_total", "/slider"): 2,
            ("stage_passes_total", "accept"): 2,
            ("stage_passes_total", "decode"): 2,
            ("websockets_refused_total", "TokenRefused"): 2,
        }
        until_told(server, expected)
        told = numbers(server)
        assert 0 < told["websocket_bytes_total", "received"] < told["websocket_bytes_total", "sent"]

        os.kill(one, signal.SIGKILL)
        gone = {("sessions", "/slider"): 1, ("connections", "/slider"): 1}
        until_told(server, expected | gone)
