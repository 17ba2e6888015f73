"""``hybridviz json``, ``html``, ``static`` and ``info``."""

import io
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import bokeh
import pytest
import requests
from bokeh.document import Document

import hybridviz
from hybridviz.cli import main
from tests.servers import free_port

APP = """
import sys
from bokeh.models import Slider
from bokeh.plotting import curdoc
curdoc().add_root(Slider(start=0, end=9, value=3, title=" ".join(sys.argv[1:]) or "none"))
curdoc().title = "a title"
"""


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "app.py"
    path.write_text(APP)
    return path


def test_json_beside_us(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["json", str(app)]) == 0
    assert capsys.readouterr().err == "wrote app.json\n"
    document = Document.from_json(json.loads(Path("app.json").read_text()))
    assert (document.title, document.roots[0].value) == ("a title", 3)  # type: ignore[attr-defined]


def test_json_is_what_bokeh_writes(app: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["json", str(app), "-o", "-", "--args", "a", "--args", "b"]) == 0
    ours = json.loads(capfdbinary.readouterr().out)
    document = Document.from_json(ours)
    assert document.roots[0].title == "a b"  # type: ignore[attr-defined]
    assert {"version", "title", "config", "roots"} <= set(ours)


def test_json_with_an_indent(app: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["json", str(app), "--output", "-", "--indent", "4"]) == 0
    text = capfdbinary.readouterr().out.decode()
    assert text.splitlines()[1].startswith('    "')
    assert json.loads(text)["title"] == "a title"


def test_a_script_from_standard_input(
    app: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(APP.encode())))
    assert main(["json", "-", "-o", "-"]) == 0
    assert json.loads(capfdbinary.readouterr().out)["title"] == "a title"


def test_several_apps_have_a_file_each(app: Path) -> None:
    Path("other.py").write_text(APP)
    assert main(["html", "app.py", "other.py"]) == 0
    assert {path.name for path in Path().glob("*.html")} == {"app.html", "other.html"}


def test_html_from_the_network_or_by_itself(app: Path) -> None:
    assert main(["html", "app.py", "-o", "cdn.html"]) == 0
    assert main(["html", "app.py", "-o", "inline.html", "--resources", "inline"]) == 0
    cdn, inline = Path("cdn.html").read_text(), Path("inline.html").read_text()
    assert "<title>a title</title>" in cdn
    assert f"https://cdn.bokeh.org/bokeh/release/bokeh-{bokeh.__version__}.min.js" in cdn
    assert not re.search(r'<script[^>]* src="http', inline)
    assert len(inline) > 500_000


def test_html_is_shown(app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("click.launch", opened.append)
    assert main(["html", "app.py", "--show"]) == 0
    assert opened == ["app.html"]


@pytest.mark.parametrize(
    ("args", "status", "reason"),
    [
        (["json", "none.py"], 2, "there is no file none.py"),
        (["json", "app.py", "app2.py", "-o", "x"], 2, "--output takes one APP"),
        (["html", "app.py", "--show", "-o", "-"], 2, "--show needs a file"),
        (["json", "app.py", "-o", "none/x.json"], 1, "cannot write none/x.json: No such file"),
        (["json", "empty.py"], 1, "app /empty adds nothing to curdoc()"),
        (["html", "broken.py"], 1, "ZeroDivisionError"),
        (["json"], 2, "Missing argument"),
        (["json", "app.py", "--indent", "99"], 2, "99 is not in the range"),
        (["static", "-o", "app.py"], 1, "cannot copy to app.py"),
        (["static", "--address", "192.0.2.1"], 1, "cannot listen on 192.0.2.1"),
    ],
)
def test_what_cannot_be_done(
    app: Path, args: list[str], status: int, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("empty.py").write_text("")
    Path("broken.py").write_text("1 / 0")
    assert main(args) == status
    error = capsys.readouterr().err
    assert reason in error
    assert error.count("\n") == 1


def test_the_files_of_bokeh_are_copied(app: Path, tmp_path: Path) -> None:
    assert main(["static", "--output", str(tmp_path / "files")]) == 0
    assert (tmp_path / "files/js/bokeh.min.js").stat().st_size > 100_000


def test_the_files_of_bokeh_are_served() -> None:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "hybridviz", "static", "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=dict(os.environ),
    )
    assert process.stdout is not None
    with process.stdout:
        line = process.stdout.readline()
        url = f"http://127.0.0.1:{port}/static/js/bokeh.min.js"
        assert line == f"Serving BokehJS at {url}\n"
        assert len(requests.get(url, timeout=10).content) > 100_000
        assert requests.get(f"http://127.0.0.1:{port}/", timeout=10).status_code == 404
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0


def test_info(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info"]) == 0
    lines = dict(line.split(":", 1) for line in capsys.readouterr().out.splitlines())
    assert lines["hybridviz"].strip() == hybridviz.__version__
    assert lines["bokeh"].strip() == bokeh.__version__
    assert main(["info", "--static"]) == 0
    assert (Path(capsys.readouterr().out.strip()) / "js" / "bokeh.min.js").exists()
