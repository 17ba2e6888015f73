"""Whole scripts, as processes of their own: the guide's example, Ctrl-C, gevent, notebooks."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hybridviz.client import ClientSession, pull_session
from tests.client.conftest import until
from tests.servers import ROOT, Server, free_port

Keep = Callable[[ClientSession], ClientSession]
Run = Callable[..., "subprocess.Popen[str]"]

COSINE = """
import numpy as np
from numpy import pi

from hybridviz.client import push_session
from bokeh.driving import cosine
from bokeh.plotting import figure, curdoc

x = np.linspace(0, 4*pi, 80)
y = np.sin(x)

p = figure()
r1 = p.line([0, 4*pi], [-1, 1], color="firebrick")
r2 = p.line(x, y, color="navy", line_width=4)
r2.data_source.name = "wave"

session = push_session(curdoc(), "cosine {how}", "{url}")

@cosine(w=0.03)
def update(step):
    r2.data_source.data["y"] = y * step
    r2.glyph.line_alpha = 1 - 0.8 * abs(step)

curdoc().add_periodic_callback(update, 50)

session.show(p)

session.loop_until_closed()
print("the end")
"""

THREADS = """
import threading
from bokeh.io import curdoc
from bokeh.models import Slider
from hybridviz.client import push_session

slider = Slider(start=0, end=99, value=0, name="slider")
curdoc().add_root(slider)
session = push_session(session_id="mine", url="{url}")
worker = threading.Thread(target=lambda: setattr(slider, "value", 7))
worker.start()
worker.join()
session.force_roundtrip()
slider.value = 8
"""

NOTEBOOK = """
import asyncio
from bokeh.io import curdoc
from bokeh.models import Slider
from hybridviz.client import push_session

slider = Slider(start=0, end=99, value=0)
other = Slider(start=0, end=99, value=0)

async def heard(attr, old, new):
    await asyncio.sleep(0)
    other.value = new

async def cell():  # what a kernel does: cells run in its loop
    curdoc().add_root(slider)
    curdoc().add_root(other)
    session = push_session(url="{url}", background=True)
    ticks = []
    curdoc().add_periodic_callback(lambda: ticks.append(curdoc()), 10)
    slider.on_change("value", heard)
    slider.value = 5
    session.force_roundtrip()
    while len(ticks) < 5 or other.value != 5:
        await asyncio.sleep(0.01)
    session.close()
    print("ticks", set(ticks) == {{curdoc()}})

asyncio.run(cell())
"""

UNTIL_DESTROYED = """
import sys
from bokeh.io import curdoc
from hybridviz.client import push_session

session = push_session(url="{url}")
def end():
    sys.exit(3)
curdoc().add_timeout_callback(end, 20)
session.loop_until_closed()
"""


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Start a script; what it writes can be read."""
    started: list[subprocess.Popen[str]] = []

    def start(text: str, url: str, *before: str) -> "subprocess.Popen[str]":
        script = tmp_path / "script.py"
        script.write_text(text.format(url=url))
        process = subprocess.Popen(
            [sys.executable, "-W", "error", *before, str(script)],
            cwd=ROOT,
            env=os.environ | {"BOKEH_BROWSER": "none", "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


GEVENT = ("-W", "ignore", "-m", "gevent.monkey")


@pytest.mark.parametrize("before", [(), GEVENT], ids=["threads", "gevent"])
def test_the_guides_example_moves_and_ends_cleanly_on_ctrl_c(
    space: Server, run: Run, keep: Keep, before: tuple[str, ...]
) -> None:
    how = "gevent" if before else "threads"
    process = run(COSINE.replace("{how}", how), space.url, *before)
    viewer: list[ClientSession] = []

    def opened() -> bool:
        assert process.poll() is None, process.communicate()
        session = keep(pull_session(f"cosine {how}", space.url))
        assert session.document is not None
        if session.document.get_model_by_name("wave") is None:
            session.close()  # or all that are too early would be told of each step
            return False
        viewer.append(session)
        return True

    until(opened)
    document = viewer[0].document
    assert document is not None
    source, seen = document.get_model_by_name("wave"), []
    source.on_change("data", lambda attr, old, new: seen.append(float(new["y"][20])))
    until(lambda: len(seen) >= 20)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (0, "the end\n")
    assert "Traceback" not in err
    if not before:  # gevent's hub itself writes the word KeyboardInterrupt
        assert err == ""


@pytest.mark.parametrize("before", [(), GEVENT], ids=["threads", "gevent"])
def test_a_script_that_just_ends_has_sent_everything(
    space: Server, run: Run, keep: Keep, before: tuple[str, ...]
) -> None:
    process = run(THREADS, space.url, *before)
    assert (*process.communicate(timeout=30), process.returncode) == ("", "", 0)
    document = keep(pull_session("mine", space.url)).document
    assert document is not None and document.get_model_by_name("slider").value == 8


def test_in_a_notebook(space: Server, run: Run) -> None:
    process = run(NOTEBOOK, space.url)
    assert process.communicate(timeout=30) == ("ticks True\n", "")


def test_a_callback_may_end_the_script(ours: Server, run: Run) -> None:
    process = run(UNTIL_DESTROYED, ours.url)
    assert (*process.communicate(timeout=30), process.returncode) == ("", "", 3)


def test_without_a_server_the_last_line_says_how_to_start_one(run: Run) -> None:
    process = run(COSINE.replace("{how}", ""), f"http://localhost:{free_port()}")
    _, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "hybridviz serve --port" in err.strip().splitlines()[-1]
