"""The three listings of the user guide, unchanged, in a browser; and like ones of our own.

The guide is not part of the project: where it is absent, ours alone are run.
"""

import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from tests.browser.conftest import Browser
from tests.browser.tab import Tab
from tests.ports import guides_port
from tests.servers import ROOT, Server

GUIDE = ROOT.parent / "shared" / "seed" / "userguide_server.rst"
OURS = Path(__file__).parent / "scripts"
MARKS = {
    "hover": 'output_server("hover")',
    "cosine": "session.loop_until_closed()",
    "myapp": "vplot(button, p)",
}
URL = "http://localhost:5006"

POINTS = """
const [source] = [...Bokeh.documents[0]._all_models.values()].filter((m) => m.data != null)
return Object.fromEntries(Object.entries(source.data).map(([k, v]) => [k, Array.from(v)]))
"""
COUNT = """
window.updates = 0
for (const model of Bokeh.documents[0]._all_models.values())
  if (model.data != null) model.properties.data.change.connect(() => window.updates++)
  else if (model.type == "Line") model.change.connect(() => window.repaints++)
"""
LINES = """
const models = [...Bokeh.documents[0]._all_models.values()]
return models.filter((m) => m.data != null).map((m) => Array.from(m.data.y))
"""


def listings() -> list[str]:
    """Return where the listings are taken from, on this machine."""
    return ["guide", "ours"] if GUIDE.exists() else ["ours"]


def listing(source: str, name: str) -> str:
    if source == "ours":
        return (OURS / f"{name}.py").read_text()
    blocks = re.findall(r"code-block:: python\n\n((?:    .*\n|\n)+)", GUIDE.read_text())
    found = [textwrap.dedent(block) for block in blocks if MARKS[name] in block]
    return next(block for block in found if "import" in block)


@pytest.fixture(params=listings())
def script(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], Path]:
    """Write a listing to a file, as it stands."""

    def write(name: str) -> Path:
        path = tmp_path / f"{name}.py"
        path.write_text(listing(request.param, name))
        return path

    return write


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start ``hybridviz serve`` at the port that the guide names, which one test has at a time."""
    with guides_port() as port:
        servers: list[Server] = []

        def call(*apps: Path) -> Server:
            servers.append(Server("serve", apps, tmp_path, port=port))
            return servers[-1]

        yield call
        for server in servers:
            server.kill()


class Script:
    """A script that ``hybridviz run`` runs, and the pages that it opens.

    Args:
        path: the script.
    """

    def __init__(self, path: Path) -> None:
        self._opened = path.with_suffix(".opened")
        recorder = path.with_suffix(".sh")
        recorder.write_text(f'#!/bin/sh\necho "$1" >> {self._opened}\n')
        recorder.chmod(0o755)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "hybridviz", "run", str(path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "BROWSER": f"{recorder} %s"},
        )

    @property
    def page(self) -> str:
        """The page that it has opened."""
        end = time.monotonic() + 30
        while not self._opened.exists() or not self._opened.read_text():
            assert time.monotonic() < end, self.process.communicate(timeout=1)
            time.sleep(0.05)
        return self._opened.read_text().strip()

    def end(self) -> tuple[int, str]:
        """Wait for its end; return its status and what it has written to standard error."""
        errors = self.process.communicate(timeout=20)[1]
        return self.process.returncode, errors


@pytest.fixture
def run() -> Iterator[Callable[[Path], Script]]:
    scripts: list[Script] = []

    def call(path: Path) -> Script:
        scripts.append(Script(path))
        return scripts[-1]

    yield call
    for script in scripts:
        script.process.kill()
        script.process.communicate()


def test_hover_is_shown_at_the_url_of_the_guide(
    script: Callable[[str], Path],
    start: Callable[..., Server],
    run: Callable[[Path], Script],
    browser: Browser,
) -> None:
    start()
    started = run(script("hover"))
    assert started.page == f"{URL}/?bokeh-session-id=hover"
    status, errors = started.end()
    assert status == 0, errors
    assert "p.circle without radius" in errors or "p.circle" not in errors
    tab = browser.open(started.page)
    assert tab.run(POINTS) == {"x": [1, 2, 3], "y": [4, 5, 6]}


def moves(tab: Tab, seconds: float) -> float:
    """Return how many updates per second a page sees."""
    tab.run(COUNT)
    started = time.monotonic()
    time.sleep(seconds)
    updates = tab.run("return window.updates")
    return float(updates / (time.monotonic() - started))


@pytest.mark.timeout(150)
def test_the_line_of_cosine_moves_until_ctrl_c(
    script: Callable[[str], Path],
    start: Callable[..., Server],
    run: Callable[[Path], Script],
    browser: Browser,
    soak: bool,
) -> None:
    start()
    started = run(script("cosine"))
    tab = browser.open(started.page)
    rate = moves(tab, 30.0 if soak else 3.0)
    print(f"{rate:.1f} updates/s")
    assert 0 < rate < 25, "it is sent 20 times a second, and a busy machine may be late"
    tab.open(started.page)
    before = tab.run(LINES)
    tab.wait(lambda: tab.run(LINES) != before, "the line moves after a reload")
    started.process.send_signal(signal.SIGINT)
    status, errors = started.end()
    assert (status, errors.count("Traceback")) == (0, 0)


def test_cosine_ends_when_its_session_is_destroyed(
    script: Callable[[str], Path],
    start: Callable[..., Server],
    run: Callable[[Path], Script],
) -> None:
    start()
    started = run(script("cosine"))
    ident = started.page.partition("=")[2]
    requests.delete(f"{URL}/api/documents/{ident}", timeout=10).raise_for_status()
    status, errors = started.end()
    assert (status, errors.count("Traceback")) == (0, 0), errors


def test_myapp_adds_a_number_per_click(
    script: Callable[[str], Path], start: Callable[..., Server], browser: Browser
) -> None:
    start(script("myapp"))
    tab = browser.open(f"{URL}/myapp")
    for count in range(1, 4):
        tab.run(
            "const [b] = [...Bokeh.documents[0]._all_models.values()]"
            ".filter((m) => m.type == 'Button'); Bokeh.index.get_one_by_id(b.id).button_el.click()"
        )
        shown = [str(number) for number in range(count)]
        tab.wait(lambda shown=shown: tab.run(POINTS)["text"] == shown, f"{count} numbers")
