"""A running server: banner, browser, log, and its end. Web pages are a stand-in's."""

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parent.parent.parent
URL = re.compile(r"http://localhost:(\d+)(\S*)")


class Running:
    """A server process that has printed its banner."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        assert process.stdout is not None and process.stderr is not None
        lines = []
        while not lines or "Ctrl-C" not in lines[-1]:
            lines.append(process.stdout.readline())
            assert lines[-1], process.stderr.read()
        self.banner = "".join(lines)
        found = URL.search(self.banner)
        assert found is not None
        self.port = int(found[1])
        self.errors = process.stderr

    def ask(self, path: str) -> socket.socket:
        """Send a request and leave its answer unread."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        return connection

    def wait_for_line(self, text: str) -> str:
        for line in self.errors:
            if text in line:
                return line
        raise AssertionError(f"the server has ended without saying {text!r}")


@contextmanager
def served(*args: str, **environ: str) -> Iterator[Running]:
    """Run ``hybridviz serve`` on a free port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.cli.server_process", "serve", "--port", "0", *args],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **environ},
    )
    try:
        yield Running(process)
    finally:
        process.kill()
        process.communicate()


def apps(directory: Path, *names: str) -> list[str]:
    paths = [directory / name for name in names]
    for path in paths:
        path.write_text("x = (" if path.stem == "broken" else "")
    return [str(path) for path in paths]


def test_the_banner_has_the_url_of_each_app(tmp_path: Path) -> None:
    with served(*apps(tmp_path, "sliders.py", "two words.py")) as server:
        found = [path for _, path in URL.findall(server.banner)]
        assert found == ["/sliders", "/two%20words"]
        with urlopen(f"http://127.0.0.1:{server.port}/") as answer:
            hosts, routes = answer.read().decode().split(maxsplit=1)
    assert hosts.split(",") == [
        f"{name}:{server.port}" for name in ("localhost", "127.0.0.1", "[::1]")
    ]
    assert routes == "/sliders,/two words"


def test_without_files_it_waits_for_scripts() -> None:
    with served() as server:
        assert "No apps are served; waiting for scripts to connect" in server.banner


def test_a_broken_app_is_logged_and_served_beside_its_neighbours(tmp_path: Path) -> None:
    with served(*apps(tmp_path, "broken.py", "whole.py")) as server:
        assert "SyntaxError" in server.wait_for_line("app /broken failed to load")
        assert [path for _, path in URL.findall(server.banner)] == ["/broken", "/whole"]


@pytest.mark.parametrize(("names", "path"), [(["a.py"], "/a"), (["a.py", "b.py"], "/")])
def test_show_opens_a_browser(tmp_path: Path, names: list[str], path: str) -> None:
    browser = tmp_path / "browser"
    browser.write_text('#!/bin/sh\necho "opened $1" >&2\n')
    browser.chmod(0o755)
    with served("--show", *apps(tmp_path, *names), BROWSER=f"{browser} %s") as server:
        line = server.wait_for_line("opened ")
    assert line == f"opened http://localhost:{server.port}{path}\n"


def test_requests_are_logged() -> None:
    with served("--log-format", "json") as server, server.ask("/some/page"):
        entry = json.loads(server.wait_for_line("/some/page"))
    assert entry["logger"] == "hybridviz.access"
    assert entry["level"] == "info"
    assert '"GET /some/page HTTP/1.1" 200' in entry["message"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_sessions_and_requests_in_good_order(number: signal.Signals) -> None:
    with served() as server, server.ask("/hold") as waiting:
        server.wait_for_line("holding")
        server.process.send_signal(number)
        assert server.wait_for_line("closed: ") == "closed: the server is shutting down\n"
        assert b"200 OK" in waiting.recv(1000)
        assert server.process.wait(10) == 0
        with pytest.raises(ConnectionRefusedError):
            server.ask("/")


def test_a_callback_that_computes_for_ever_does_not_keep_the_process_up() -> None:
    with served() as server, server.ask("/spin"):
        server.wait_for_line("spinning")
        start = monotonic()
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(30) == 0
        assert monotonic() - start < 10
        assert "still running" in server.errors.read()
