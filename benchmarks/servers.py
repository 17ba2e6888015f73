"""The servers that are compared, and the start and end of their processes.

To add a peer: write its command, list it in SERVERS. A peer in an environment of its own names that
environment's python instead of ours.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
APPS = ROOT / "benchmarks" / "apps"
START_SECONDS = 30.0
STOP_SECONDS = 10.0


class ServerFailed(Exception):
    """A server did not start; the text ends with its log."""


@dataclass(frozen=True, slots=True)
class Launch:
    """What a server is started with."""

    port: int
    apps: Sequence[str]
    scratch: str

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"


@dataclass(frozen=True, slots=True)
class Server:
    """One kind of server: its command, its environment variables, the packages it stands on."""

    packages: tuple[str, ...]
    command: Callable[[Launch], list[str]]
    environment: Callable[[Launch], dict[str, str]] = lambda launch: {}


def _bokeh_serve(launch: Launch) -> list[str]:
    options = ["--port", str(launch.port), "--allow-websocket-origin", launch.address]
    return [sys.executable, "-m", "bokeh", "serve", *options, *launch.apps]


def _hybridviz(launch: Launch) -> list[str]:
    options = ["--port", str(launch.port), "--data-dir", launch.scratch]
    return [sys.executable, "-m", "hybridviz", "serve", *options, *launch.apps]


def _gunicorn(launch: Launch) -> list[str]:
    worker = "geventwebsocket.gunicorn.workers.GeventWebSocketWorker"
    return [sys.executable, "-m", "gunicorn", "-k", worker, "-b", launch.address, "wsgi:app"]


def _wsgi_environment(launch: Launch) -> dict[str, str]:
    return {"HYBRIDVIZ_APPS": os.pathsep.join(launch.apps), "HYBRIDVIZ_DATA_DIR": launch.scratch}


SERVERS = {
    "bokeh-serve": Server(("bokeh", "tornado"), _bokeh_serve),
    "hybridviz": Server(("bokeh", "flask", "gevent"), _hybridviz),
    "hybridviz-gunicorn": Server(
        ("bokeh", "flask", "gevent", "gunicorn"), _gunicorn, _wsgi_environment
    ),
}


@contextmanager
def running(server: Server, apps: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Serve benchmarks/apps/NAME.py for the names in ``apps``; yield the port and the process id.

    Raises:
        ServerFailed: it ended, or did not listen in time.
    """
    with TemporaryDirectory(prefix="benchmark-") as scratch:
        launch = Launch(free_port(), [str(APPS / f"{name}.py") for name in apps], scratch)
        log = Path(scratch) / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                server.command(launch),
                cwd=ROOT,
                env={**os.environ, **server.environment(launch)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            _await_port(process, launch.port, log)
            yield launch.port, process.pid
        finally:
            _stop(process)


def free_port() -> int:
    """Return a TCP port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_port(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise ServerFailed(f"{process.args!r} does not listen:\n{log.read_text()[-2000:]}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """End the server and its workers."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:  # it had ended by itself
            pass
        try:
            process.wait(STOP_SECONDS)
            return
        except subprocess.TimeoutExpired:
            continue
