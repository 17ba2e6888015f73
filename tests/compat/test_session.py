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

import hybridviz.io
from hybridviz.client import opening
from tests.client.conftest import APPS, until
from tests.compat.conftest import Execute
from tests.servers import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server("serve", [APPS / "slider.py"], tmp_path_factory.mktemp("sessions"))
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


@pytest.fixture
def forgotten() -> Iterator[None]:
    """Forget at the end which server a script has named."""
    yield
    hybridviz.io.reset_output()


def first_root(server: Server, ident: str) -> str:
    reply = requests.get(f"{server.url}/api/documents/{ident}", timeout=10).json()
    return str(reply["roots"][0]["attributes"]["name"])


def test_apps_are_pulled_and_shown_by_their_paths(
    server: Server, execute: Execute, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages: list[str] = []

    class Browser:
        def open(self, url: str, new: int) -> None:
            pages.append(url)

    monkeypatch.setattr(opening, "get_browser_controller", lambda browser: Browser())
    found = execute(
        f"""
        from bokeh.client import pull_session, show_session
        session = pull_session(url="{server.url}", app_path="/slider")
        name = session.document.roots[0].name
        session.close()
        show_session(url="{server.url}", app_path="/slider/")
        show_session("x", "{server.url}", "/slider")
        show_session("y", "{server.url}")
        """
    )
    assert found["name"] == "box"
    assert pages == [
        f"{server.url}/slider",
        f"{server.url}/slider?bokeh-session-id=x",
        f"{server.url}/?bokeh-session-id=y",
    ]


@pytest.mark.usefixtures("forgotten")
def test_a_server_that_is_not_there_yet_may_be_tried_again(execute: Execute) -> None:
    found = execute(
        """
        from bokeh.plotting import cursession, figure, output_server
        output_server("later", url="http://127.0.0.1:9")
        source = figure().line([1], [2]).data_source
        errors = []
        for attempt in range(2):
            try:
                cursession().store_objects(source)
            except IOError as error:
                errors.append(type(error).__name__)
        """
    )
    assert found["errors"] == ["ServerNotFound", "ServerNotFound"]


@pytest.mark.usefixtures("forgotten")
def test_a_document_is_pushed_in_the_order_of_its_version(server: Server, execute: Execute) -> None:
    execute(
        f"""
        from bokeh.document import Document
        from bokeh.models import Slider
        from bokeh.plotting import output_server, push
        from bokeh.session import Session

        def made(name):
            document = Document()
            document.add_root(Slider(start=0, end=1, value=0, name=name))
            return document

        session = Session(root_url="{server.url}", load_from_config=False, username="bryan")
        session.use_doc("tenth")
        push(session, made("0.10"))
        push("eleventh", "{server.url}", "/", made("0.11"))
        output_server("named", url="{server.url}")
        push(document=made("by name"))
        session.use_doc(docid="loaded")
        session.load_document(made("session's"))
        push(session=session)
        """
    )
    idents = ("tenth", "eleventh", "named", "loaded")
    names = [first_root(server, ident) for ident in idents]
    assert names == ["0.10", "0.11", "by name", "session's"]


def test_a_document_is_not_pushed_to_an_app(execute: Execute) -> None:
    with pytest.raises(ValueError, match="pull_session"):
        execute("from bokeh.io import push\npush('x', app_path='/slider')")


@pytest.mark.usefixtures("forgotten")
def test_the_server_may_be_named_by_a_session(execute: Execute) -> None:
    found = execute(
        """
        from bokeh.embed import autoload_server
        from bokeh.plotting import cursession, figure, output_server
        from bokeh.session import Session

        session = Session("whatever", "http://example.org/")
        output_server("by-order", session, clear=True)
        ordered = cursession() is session and session.docid
        output_server("by-name", session=session, name="whatever")
        named = cursession() is session and session.docid
        tag = autoload_server(figure(), cursession())
        output_server("pushed", autopush=True)
        other = cursession() is not session
        """
    )
    assert (found["ordered"], found["named"], found["other"]) == ("by-order", "by-name", True)
    assert "http://example.org/autoload.js" in found["tag"]
    assert "by-name" in found["tag"]
    assert any("call push() or show()" in line for line in found["told"])


@pytest.mark.parametrize(
    "call",
    ["session.publish()", "session.login('a', 'b')", "autoload_server(None, session, public=True)"],
)
def test_users_and_published_documents_are_refused_with_a_way_out(
    execute: Execute, call: str
) -> None:
    with pytest.raises(NotImplementedError, match="HYBRIDVIZ_UPLOAD_TOKEN"):
        execute(
            "from bokeh.embed import autoload_server\nfrom bokeh.session import Session\n"
            f"session = Session()\n{call}"
        )


def test_what_the_server_has_cannot_be_kept_by_an_upload(execute: Execute) -> None:
    with pytest.raises(ValueError, match="pull_session"):
        execute("from bokeh.plotting import output_server\noutput_server('x', clear=False)")
