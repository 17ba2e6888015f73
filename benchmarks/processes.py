"""The start and the end of a server's process, with the apps that it serves."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import Target
from benchmarks.servers import ROOT, SERVERS, Launch

APPS = ROOT / "benchmarks" / "apps"
START_SECONDS = 60.0
STOP_SECONDS = 10.0
LOOK_EVERY = 0.005  # seconds; the error of a start-up time


class ServerFailed(Exception):
    """A server did not start; the text ends with its log."""


@contextmanager
def running(
    server: str, apps: Sequence[str], settings: Mapping[str, str], seconds: float
) -> Iterator[Target]:
    """Serve apps with one of SERVERS; yield the target for a scenario.

    Args:
        server: its name.
        apps: names in benchmarks/apps; ``slider-7`` is a copy of ``slider``.
        settings: further environment variables.
        seconds: how long scenarios measure.

    Raises:
        ServerFailed: it ended, or did not listen in time.
    """
    kind = SERVERS[server]
    with TemporaryDirectory(prefix="benchmark-") as scratch:
        paths = [str(_script(name, Path(scratch))) for name in apps]
        launch = Launch(kind.python, free_port(), paths, scratch)
        log = Path(scratch) / "log"
        started = time.perf_counter()
        with log.open("wb") as output:
            process = subprocess.Popen(
                kind.command(launch),
                cwd=ROOT,
                env={**_environment(), **kind.variables(launch), **settings},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            _await_port(process, launch.port, log)
            yield Target("127.0.0.1", launch.port, process.pid, seconds, started, server)
        finally:
            _stop(process)


def _environment() -> dict[str, str]:
    """Return our own environment, in which Python may keep compiled files: pip has made them for
    the peers, but not for us, who run from the source.
    """
    return {name: os.environ[name] for name in os.environ if name != "PYTHONDONTWRITEBYTECODE"}


@contextmanager
def another(target: Target, apps: Sequence[str]) -> Iterator[Target]:
    """Serve other apps with a further server of the same kind, beside the target, which rests."""
    with running(target.server, apps, {}, target.seconds) as made:
        yield made


def free_port() -> int:
    """Return a TCP port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _script(name: str, scratch: Path) -> Path:
    original, is_copy, _ = name.partition("-")
    if not is_copy:
        return APPS / f"{name}.py"
    return Path(shutil.copy(APPS / f"{original}.py", scratch / f"{name}.py"))


def _await_port(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(LOOK_EVERY)
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
