"""The real servers, each as a process of its own: how one is started, watched and stopped.

Called by the fixtures of tests/browser and tests/interop.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import requests

ROOT = Path(__file__).parent.parent
START_TIMEOUT = 30.0  # seconds; a cold import of bokeh on a busy machine takes some
STOP_TIMEOUT = 5.0  # seconds; promised by the issue

GUNICORN = ("gunicorn", "--bind", "127.0.0.1:{port}", "--worker-class")
COMMANDS = {
    "serve": ("hybridviz", "serve", "--port", "{port}"),
    "bokeh": ("bokeh", "serve", "--port", "{port}"),
    "gunicorn-gevent": (
        *GUNICORN,
        "geventwebsocket.gunicorn.workers.GeventWebSocketWorker",
        "wsgi:app",
    ),
    "gunicorn-gthread": (*GUNICORN, "gthread", "--threads", "32", "wsgi:app"),
    "flask": ("flask", "--app", "wsgi", "run", "--port", "{port}"),
}


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """One server process on 127.0.0.1.

    Args:
        kind: a key of ``COMMANDS``.
        apps: files of the apps, or other texts that name them.
        directory: where its data directory and its log go.
        hosts: further values of the Host header that it accepts.
        options: further options of ``hybridviz serve`` or ``bokeh serve``.
        secret_key: that which it shall have.
        port: where it listens; by default at a free one.
    """

    stop_timeout = STOP_TIMEOUT

    def __init__(
        self,
        kind: str,
        apps: Sequence[Path | str],
        directory: Path,
        hosts: Sequence[str] = (),
        options: Sequence[str] = (),
        secret_key: str = "",
        port: int = 0,
    ) -> None:
        self._cwd = ROOT
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.directory = directory
        self._log = directory / f"{kind}-{self.port}.log"
        self._command = [sys.executable, "-m", *(p.format(port=self.port) for p in COMMANDS[kind])]
        self._environment = os.environ | {"HYBRIDVIZ_DATA_DIR": str(directory / "data")}
        if secret_key:
            self._environment["HYBRIDVIZ_SECRET_KEY"] = secret_key
        if hosts:
            self._environment["HYBRIDVIZ_HOSTS"] = " ".join([f"127.0.0.1:{self.port}", *hosts])
        if kind in ("serve", "bokeh"):
            self._command += [*options, *map(str, apps)]
        else:
            self._environment["HYBRIDVIZ_APPS"] = os.pathsep.join(map(str, apps))
        self.start()

    @property
    def log(self) -> str:
        """What the process has written so far."""
        return self._log.read_text()

    def start(self) -> None:
        """Start the process and wait until it answers requests."""
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=self._cwd,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + START_TIMEOUT
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"{' '.join(self._command)} did not start:\n{self.log}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            requests.get(self.url + "/", timeout=5)
        except (requests.ConnectionError, requests.Timeout):
            return False
        return True

    def processes(self) -> list[int]:
        """Return the ids of the process and its children."""
        found = [self._process.pid]
        for pid in found:
            found += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
        return found

    def stop(self) -> None:
        """End the process as an operator would; it must be gone in time."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(self.stop_timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(
                f"no exit within {self.stop_timeout} s of SIGTERM:\n{self.log}"
            ) from None

    def kill(self) -> None:
        """End the process at once; no effect if it has ended."""
        self._process.kill()
        self._process.wait()
