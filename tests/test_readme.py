"""Every command of README.md, run as it stands; its listings are the files that they name."""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from tests.ports import guides_port
from tests.servers import ROOT, Server

README = (ROOT / "README.md").read_text()
COMMANDS = re.findall(
    r"^    (\S.*)$", re.sub(r"```.*?```", "", README, flags=re.DOTALL), re.MULTILINE
)
LISTINGS = dict(re.findall(r"```python\n# (\w+\.py)\n(.*?)```", README, re.DOTALL))
MAKE = ("make demo", "make test")  # these run this suite, or are run before it
SERVERS = {"serve": 5006, "gunicorn": 8000, "flask": 5000}
TIMEOUT = 60.0

OLD = """
from bokeh.plotting import figure, output_server, show, vplot
output_server("old")
plot = figure(plot_width=300)
plot.circle([1, 2], [3, 4])
show(vplot(plot))
"""
NOTEBOOK = '{"nbformat": 4, "cells": [{"cell_type": "code", "source": "%s"}], "metadata": {}}'
ADD = "from bokeh.plotting import curdoc, figure; curdoc().add_root(figure())"


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with all that the README speaks of."""
    found = tmp_path_factory.mktemp("readme")
    for name, text in LISTINGS.items():
        (found / name).write_text(text)
    (found / "old.py").write_text(OLD)
    for name in ("script.py", "report.py", "directory/main.py"):
        (found / name).parent.mkdir(exist_ok=True)
        (found / name).write_text(ADD)
    (found / "notebook.ipynb").write_text(NOTEBOOK % ADD)
    (found / "package").mkdir()
    (found / "package/module.py").write_text("def function(document): pass")
    (found / "wsgi.py").write_text((ROOT / "wsgi.py").read_text())
    return found


def environment_of(directory: Path) -> dict[str, str]:
    return {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "BROWSER": "echo opened %s",
        "HYBRIDVIZ_DATA_DIR": str(directory / "readme-data"),
    }


def port_of(command: str) -> int | None:
    """Return where a command serves, if it does."""
    words = [word for word in shlex.split(command) if "=" not in word]
    return SERVERS.get(words[1] if words[0] == "hybridviz" else words[0])


DONE = [
    command for command in COMMANDS if not command.startswith(MAKE) and port_of(command) is None
]
SERVING = [command for command in COMMANDS if not command.startswith(MAKE) and port_of(command)]


SETUP = ("hybridviz json wave.py", "python hover.py", "python drive.py")


@pytest.mark.timeout(200)
def test_what_is_done_and_ends(directory: Path) -> None:
    """In their order, with ``hybridviz serve`` where the README has it."""
    with guides_port() as port:
        server = Server("serve", [], directory, port=port)
        try:
            failed = {command: run(command, directory) for command in (*SETUP, *DONE)}
        finally:
            server.kill()
    assert {command: why for command, why in failed.items() if why} == {}


def run(command: str, directory: Path) -> str:
    """Run a command; return what it wrote to standard error if it failed."""
    command = command.replace("curl ", "curl --silent --show-error --fail ")
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=directory,
        env=environment_of(directory),
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
    )
    return done.stderr or "failed" if done.returncode else ""


@pytest.mark.parametrize("command", SERVING)
def test_what_serves(command: str, directory: Path) -> None:
    with guides_port():
        process = subprocess.Popen(
            ["bash", "-c", f"exec env {command}"], cwd=directory, env=environment_of(directory)
        )
        try:
            wait_for(f"http://localhost:{port_of(command)}/", process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + TIMEOUT
    while True:
        assert process.poll() is None, "it has ended"
        try:
            assert requests.get(url, timeout=10).status_code == 200
        except requests.ConnectionError:
            assert time.monotonic() < end, "it does not answer"
            time.sleep(0.1)
        else:
            return


def test_the_readme_was_read() -> None:
    assert set(MAKE) <= {command.partition("  ")[0] for command in COMMANDS}
    assert set(LISTINGS) == {"wave.py", "hover.py", "drive.py", "test_wave.py"}
    assert len(DONE) > 8
    assert len(SERVING) > 4
