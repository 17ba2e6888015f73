"""What scripts show, and where: real scripts, as processes of their own, and a real server."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from bokeh.document import Document
from bokeh.models import Slider
from bokeh.plotting import figure

import hybridviz
from hybridviz import io
from hybridviz.bokeh_internals import curdoc_of, make_curdoc_local
from hybridviz.errors import ChangeRefused, ServerNotFound, ServerRefused
from tests.servers import Server, free_port

TOKEN = "a token that is long enough"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server("serve", [], tmp_path_factory.mktemp("io"))
    yield server
    server.kill()


@pytest.fixture
def document() -> Iterator[Document]:
    make_curdoc_local()
    document = Document()
    with curdoc_of(document):
        yield document


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The pages that a browser was told to open."""
    pages: list[str] = []

    class Browser:
        def open(self, url: str, new: int) -> None:
            pages.append(f"{url} {new}")

    monkeypatch.setattr(io, "get_browser_controller", lambda browser: Browser())
    yield pages
    io.reset_output()


def stored(server: Server, ident: str) -> dict[str, Any]:
    found: dict[str, Any] = requests.get(f"{server.url}/api/documents/{ident}", timeout=10).json()
    return found


def run(script: str, directory: Path, *command: str, **environment: str) -> Any:
    (directory / "script.py").write_text(script)
    return subprocess.run(
        [sys.executable, *command, "script.py"],
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "BROWSER": "echo opened %s", **environment},
    )


def test_show_uploads_and_opens_the_page(
    server: Server, document: Document, opened: list[str]
) -> None:
    io.output_server("plain", url=server.url)
    io.show(figure(title="shown"), new="window")
    assert stored(server, "plain")["roots"][0]["attributes"]["title"]["attributes"]["text"]
    assert opened == [f"{server.url}/?bokeh-session-id=plain 1"]
    assert len(document.roots) == 1


def test_showing_again_replaces_what_was_there(server: Server, document: Document) -> None:
    io.output_server("again", url=server.url)
    slider = Slider(start=0, end=9, value=1)
    io.show(slider)
    slider.value = 5
    io.show(slider)
    roots = stored(server, "again")["roots"]
    assert [root["attributes"]["value"] for root in roots] == [5]


def test_several_models_are_shown_together(server: Server, document: Document) -> None:
    io.output_server("several", url=server.url)
    io.show([Slider(start=0, end=9, value=1), figure()])
    assert len(stored(server, "several")["roots"]) == 2


@pytest.mark.parametrize(
    "call",
    [
        lambda url: io.output_server("forms", url),
        lambda url: io.output_server("forms", url, "/"),
        lambda url: io.output_server("forms", None, url),
        lambda url: io.output_server(docname="forms", url=url),
        lambda url: io.output_server(session_id="forms", url=url, app_path="/"),
    ],
)
def test_the_forms_of_output_server(call: Any) -> None:
    call("http://example.org:99/base/")
    target = io.target()
    assert target.id == "forms"
    assert target.page == "http://example.org:99/base?bokeh-session-id=forms"
    assert target.resource == "http://example.org:99/base/api/documents/forms"


def test_without_a_name_and_a_url_it_is_the_default_document_here() -> None:
    io.output_server()
    assert io.target().page == "http://localhost:5006/?bokeh-session-id=default"


def test_apps_of_a_server_take_no_uploads() -> None:
    with pytest.raises(ValueError, match="pull_session"):
        io.output_server("x", app_path="/sliders")


def test_names_are_escaped(server: Server, document: Document) -> None:
    io.output_server("a b/c?", url=server.url)
    assert io.target().resource.endswith("/api/documents/a%20b%2Fc%3F")


def test_a_name_that_cannot_be_is_refused_with_the_reason(
    server: Server, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)
    io.output_server("x" * 300, url=server.url)
    with pytest.raises(ChangeRefused, match="does not take the document 'xxx.*: .*"):
        io.show(figure())


def test_push_takes_a_document_of_its_own(server: Server) -> None:
    document = Document()
    document.add_root(Slider(start=0, end=9, value=7))
    hybridviz.push("own", server.url, document)
    assert stored(server, "own")["roots"][0]["attributes"]["value"] == 7


def test_no_server_is_an_error_at_a_prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)
    port = free_port()
    with pytest.raises(ServerNotFound, match=f"hybridviz serve --port {port}"):
        io.push("x", f"http://127.0.0.1:{port}", Document())


def test_something_else_at_the_url_is_said_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)
    server = Server("bokeh", [], tmp_path)
    try:
        with pytest.raises(ServerRefused, match="perhaps no hybridviz server"):
            io.push("x", server.url, Document())
    finally:
        server.kill()


def test_reset_output_forgets_the_server(document: Document, opened: list[str]) -> None:
    io.output_server("forgotten", url="http://127.0.0.1:1")
    io.reset_output()
    assert io.target().id == "default"


def test_the_server_beside_a_file(
    server: Server, document: Document, tmp_path: Path, opened: list[str]
) -> None:
    io.output_file(str(tmp_path / "both.html"))
    io.output_server("both", url=server.url)
    io.show(figure())
    assert (tmp_path / "both.html").exists()
    assert len(opened) == 1


def test_in_a_notebook_the_page_is_shown_in_the_cell(
    server: Server, document: Document, monkeypatch: pytest.MonkeyPatch, opened: list[str]
) -> None:
    shown: list[dict[str, str]] = []
    monkeypatch.setattr(io, "publish_display_data", shown.append)
    monkeypatch.setattr(io.curstate(), "_notebook", True)
    io.output_server("cell", url=server.url)
    io.show(figure())
    assert f'<iframe src="{server.url}/?bokeh-session-id=cell"' in shown[0]["text/html"]
    assert opened == []


SCRIPT = """
from hybridviz.io import output_server, show
from bokeh.plotting import figure
output_server("script", url="{url}")
show(figure())
print("after")
"""


def test_a_script_without_a_server_ends_with_one_line(tmp_path: Path) -> None:
    port = free_port()
    done = run(SCRIPT.format(url=f"http://127.0.0.1:{port}"), tmp_path)
    assert done.returncode == 1
    assert done.stderr == (
        f"hybridviz: no server at http://127.0.0.1:{port}/: start one with:"
        f" hybridviz serve --port {port}\n"
    )
    assert done.stdout == ""


def test_a_script_uses_the_token_of_the_environment(tmp_path: Path) -> None:
    server = Server("serve", [], tmp_path, options=["--upload-token", TOKEN])
    try:
        script = SCRIPT.format(url=server.url)
        refused = run(script, tmp_path, HYBRIDVIZ_UPLOAD_TOKEN="another one, and a wrong one")
        assert refused.returncode == 1
        assert "does not take the document 'script'" in refused.stderr
        assert refused.stderr.count("\n") == 1
        done = run(script, tmp_path, HYBRIDVIZ_UPLOAD_TOKEN=TOKEN)
        assert (done.returncode, done.stderr) == (0, "")
        assert "after" in done.stdout
    finally:
        server.kill()


def test_a_document_that_is_too_large_is_refused_with_the_limit(tmp_path: Path) -> None:
    server = Server("serve", [], tmp_path, options=["--max-upload-size", "2000"])
    try:
        done = run(SCRIPT.format(url=server.url), tmp_path)
        assert done.returncode == 1
        assert "2000" in done.stderr
    finally:
        server.kill()


def test_a_served_app_shows_nothing(tmp_path: Path) -> None:
    script = "from bokeh.plotting import curdoc\ncurdoc().add_root(figure())"
    script = f"{SCRIPT.format(url='http://127.0.0.1:1')}\n{script}"
    (tmp_path / "app.py").write_text(script)
    server = Server("serve", [tmp_path / "app.py"], tmp_path)
    try:
        assert requests.get(f"{server.url}/app", timeout=20).status_code == 200
        assert "show(), which does nothing in a served app" in server.log
    finally:
        server.kill()


def test_the_public_names_are_there() -> None:
    for name in ("ClientSession", "output_server", "pull_session", "push", "push_session", "show"):
        assert callable(getattr(hybridviz, name))
