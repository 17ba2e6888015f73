"""The sessions of Bokeh 0.10 in real scripts: `cursession` and `bokeh.session.Session`."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.client.conftest import until
from tests.servers import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server("serve", [], tmp_path_factory.mktemp("sessions"))
    yield server
    server.kill()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Any]:
    """Start a script by ``hybridviz run``; it is killed at the end."""
    started: list[subprocess.Popen[str]] = []

    def call(source: str, *command: str) -> subprocess.Popen[str]:
        path = tmp_path / f"script{len(started)}.py"
        path.write_text(source)
        process = subprocess.Popen(
            [sys.executable, "-m", "hybridviz", *(command or ("run",)), str(path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "BROWSER": "echo opened %s"},
        )
        started.append(process)
        return process

    yield call
    for process in started:
        process.kill()
        process.communicate()


def column(server: Server, ident: str, name: str) -> Any:
    url = f"{server.url}/api/documents/{ident}"
    reply = requests.get(f"{url}/models/{name}/data", timeout=10)
    return reply.json() if reply.ok else None


ANIMATION = """
import time
from bokeh.plotting import cursession, figure, show, output_server
output_server("moving", None, "{url}")
p = figure(plot_width=300)
r = p.line([1, 2], [3, 4])
r.data_source.name = "line"
show(p)
n = 0
while True:
    n += 1
    {change}
    cursession().store_objects(r.data_source)
    time.sleep(0.02)
"""


@pytest.mark.parametrize(
    "change", ["r.data_source.data['y'] = [n, n]", "r.data_source.data['y'][:] = [n, n]"]
)
def test_an_endless_loop_that_stores_its_source(server: Server, start: Any, change: str) -> None:
    script = start(ANIMATION.format(url=server.url, change=change))
    until(lambda: ((column(server, "moving", "line") or {}).get("y") or [0])[0] > 10)
    first = column(server, "moving", "line")["y"]
    until(lambda: column(server, "moving", "line")["y"][0] > first[0] + 10)
    script.send_signal(signal.SIGINT)
    assert script.wait(10) == 130
    assert "Traceback" not in script.stderr.read()


SESSION = """
from bokeh.document import Document
from bokeh.models import ColumnDataSource, Slider
from bokeh.session import Session

document = Document()
session = Session(root_url="{url}")
session.use_doc("polled")
session.load_document(document)
slider = Slider(start=0, end=9, value=1, name="slider")
source = ColumnDataSource(dict(x=[0]), name="source")
slider.on_change("value", lambda attr, old, new: source.data.update(x=[new]))
document.add(slider)
document.add(source)
session.store_document(document)
print(session.object_link(document.context), session.root_url, flush=True)
session.poll_document(document)
print("the end", flush=True)
"""


def test_a_session_that_is_polled(server: Server, start: Any) -> None:
    script = start(SESSION.format(url=server.url))
    link, root = script.stdout.readline().split()
    assert (link, root) == (f"{server.url}/?bokeh-session-id=polled", f"{server.url}/")
    url = f"{server.url}/api/documents/polled"
    until(lambda: column(server, "polled", "source") == {"x": [0]})
    changed = requests.patch(f"{url}/models/slider", json={"value": 6}, timeout=10)
    assert changed.ok, changed.text
    until(lambda: column(server, "polled", "source") == {"x": [6]})
    requests.delete(url, timeout=10).raise_for_status()
    assert script.stdout.readline() == "the end\n"
    assert script.wait(10) == 0


def test_push_shows_what_was_made(server: Server, start: Any) -> None:
    script = start(
        f"""
from bokeh.plotting import figure, output_server, push
output_server("pushed", "{server.url}")
figure(title="made", name="made")
push()
"""
    )
    assert script.wait(30) == 0, script.stderr.read()
    reply = requests.get(f"{server.url}/api/documents/pushed", timeout=10).json()
    assert [root["attributes"]["name"] for root in reply["roots"]] == ["made"]


def test_a_session_of_bokeh_client_is_ours(server: Server, start: Any) -> None:
    script = start(
        f"""
from bokeh.client import push_session
from bokeh.plotting import curdoc, figure
r = figure(name="p").line([1, 2], [3, 4])
r.data_source.name = "line"
session = push_session(curdoc(), "joined", "{server.url}", "/")
print(type(session).__module__, flush=True)
def update():
    r.data_source.data["y"] = [value + 1 for value in r.data_source.data["y"]]
curdoc().add_periodic_callback(update, 20)
session.loop_until_closed()
print("closed")
"""
    )
    assert script.stdout.readline() == "hybridviz.client.session\n"
    until(lambda: ((column(server, "joined", "line") or {}).get("y") or [0])[0] > 10)
    script.send_signal(signal.SIGINT)
    assert script.wait(10) == 0
    assert "closed" in script.stdout.read()


def test_the_script_of_a_page_elsewhere(start: Any) -> None:
    script = start(
        """
from bokeh.embed import autoload_server
from bokeh.plotting import figure
print(autoload_server(None, app_path="/sliders", url="http://example.org"))
print(autoload_server(None, session_id="x", url="http://example.org"))
"""
    )
    out, errors = script.communicate(timeout=30)
    assert out.count("<script") == 2, errors
    assert "http://example.org/sliders/autoload.js" in out


def test_no_server_for_a_session_is_one_line(start: Any) -> None:
    script = start(
        "from bokeh.client import push_session\npush_session(None, url='http://[::1]:9')"
    )
    _, errors = script.communicate(timeout=30)
    assert script.returncode == 1
    assert errors.startswith("hybridviz: ")
    assert errors.count("\n") == 1
