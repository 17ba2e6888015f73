"""The servers that are compared: how each is started, and the environment that it is started in.

To add a peer: have scripts/peers.sh make its environment, write its command, list it in SERVERS.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
ENVIRONMENTS = ROOT / ".bench"
TOOLS = "tools"
VERSIONS = """
import sys
try:
    from importlib.metadata import version
except ImportError:  # the Python of a server of 2015
    from pkg_resources import get_distribution
    version = lambda name: get_distribution(name).version
told = ["Python " + sys.version.split()[0]]
told += [name + " " + version(name) for name in sys.argv[1:]]
sys.stdout.write(", ".join(told))
"""


@dataclass(frozen=True, slots=True)
class Launch:
    """What a server is started with.

    Args:
        python: of the server's environment.
        port: to listen on, at 127.0.0.1.
        apps: paths of scripts; each is served under its file's name.
        scratch: a directory of its own.
    """

    python: str
    port: int
    apps: Sequence[str]
    scratch: str

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"


@dataclass(frozen=True, slots=True)
class Server:
    """One kind of server.

    Args:
        packages: what it stands on; the report tells their versions.
        command: makes the command line.
        variables: makes the environment variables that it needs.
        environment: name below .bench/; by default our own environment.
        general: whether it takes part in all scenarios that do not say otherwise.
        workers: how many processes serve; sessions with several viewers need a single one.
    """

    packages: tuple[str, ...]
    command: Callable[[Launch], list[str]]
    variables: Callable[[Launch], dict[str, str]] = lambda launch: {}
    environment: str = ""
    general: bool = True
    workers: int = 1

    @property
    def python(self) -> str:
        if not self.environment:
            return sys.executable
        return str(ENVIRONMENTS / self.environment / "bin" / "python")

    @property
    def is_ours(self) -> bool:
        return not self.environment

    @property
    def is_installed(self) -> bool:
        return self.is_ours or any((ENVIRONMENTS / self.environment).glob(".ready-*"))

    def versions(self) -> str:
        """Ask its environment for the versions of Python and the packages."""
        asked = [self.python, "-c", VERSIONS, *self.packages]
        return subprocess.run(asked, capture_output=True, text=True, check=True).stdout


def _serve(module: str) -> Callable[[Launch], list[str]]:
    def command(launch: Launch) -> list[str]:
        options = ["--port", str(launch.port), "--allow-websocket-origin", launch.address]
        return [launch.python, "-m", module, "serve", *options, *launch.apps]

    return command


def _uvicorn(module: str) -> Callable[[Launch], list[str]]:
    def command(launch: Launch) -> list[str]:
        options = ["--port", str(launch.port), "--no-access-log"]  # as the others have none
        return [launch.python, "-m", "uvicorn", *options, f"benchmarks.peers.{module}:app"]

    return command


def _apps(launch: Launch) -> dict[str, str]:
    return {"BENCHMARK_APPS": os.pathsep.join(launch.apps), "BENCHMARK_ORIGIN": launch.address}


def _hybridviz(launch: Launch) -> list[str]:
    options = ["--port", str(launch.port), "--data-dir", launch.scratch]
    return [launch.python, "-m", "hybridviz", "serve", *options, *launch.apps]


def _gunicorn(workers: int) -> Callable[[Launch], list[str]]:
    def command(launch: Launch) -> list[str]:
        worker = "geventwebsocket.gunicorn.workers.GeventWebSocketWorker"
        options = ["-k", worker, "-w", str(workers), "-b", launch.address]
        return [launch.python, "-m", "gunicorn", *options, "wsgi:app"]

    return command


def _wsgi_environment(launch: Launch) -> dict[str, str]:
    return {"HYBRIDVIZ_APPS": os.pathsep.join(launch.apps), "HYBRIDVIZ_DATA_DIR": launch.scratch}


SERVERS: Mapping[str, Server] = {
    "bokeh-3.9": Server(("bokeh", "tornado"), _serve("bokeh"), environment="bokeh-3.9"),
    "bokeh-3.10": Server(("bokeh", "tornado"), _serve("bokeh"), environment="bokeh-3.10"),
    "bokeh-3.10-asgi": Server(
        ("bokeh", "uvicorn", "uvloop"), _uvicorn("bokeh_asgi"), _apps, "bokeh-3.10"
    ),
    "bokeh-fastapi": Server(
        ("bokeh", "bokeh-fastapi", "uvicorn", "uvloop"),
        _uvicorn("bokeh_fastapi"),
        _apps,
        "bokeh-fastapi",
    ),
    "panel": Server(("panel", "bokeh", "tornado"), _serve("panel"), environment="panel"),
    "hybridviz": Server(("bokeh", "flask", "gevent", "orjson"), _hybridviz),
    "hybridviz-gunicorn": Server(
        ("bokeh", "flask", "gevent", "gunicorn"), _gunicorn(1), _wsgi_environment
    ),
    "hybridviz-gunicorn-2": Server(
        ("bokeh", "flask", "gevent", "gunicorn"), _gunicorn(2), _wsgi_environment, workers=2
    ),
}
PEERS = tuple(name for name, server in SERVERS.items() if not server.is_ours)
EVERYWHERE = tuple(name for name, server in SERVERS.items() if server.general)
ONE_PROCESS = tuple(name for name in EVERYWHERE if SERVERS[name].workers == 1)
OURS = tuple(name for name, server in SERVERS.items() if server.is_ours)
