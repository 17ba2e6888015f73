"""Paths to apps, and the one line for each that is no app."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bokeh.application import Application
from bokeh.application.handlers import FunctionHandler
from bokeh.document import Document

from hybridviz.appload.loader import RESERVED, load_apps
from hybridviz.errors import ConfigError

Write = Callable[[str, str], Path]


def test_routes_come_from_file_names(write: Write) -> None:
    paths = [str(write("b.py", "")), str(write("a.b.py", ""))]
    assert [app.route for app in load_apps(paths)] == ["/b", "/a.b"]


def test_a_script_that_cannot_be_compiled_is_logged_and_served(
    write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    path = write("bad.py", "x = (")
    (app,) = load_apps([str(path)])
    assert app.route == "/bad"
    assert f"SyntaxError: '(' was never closed ({path}, line 1)" in caplog.text


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("none.py", "there is no file .*none.py: give the path"),
        ("folder", "folder has neither main.py nor main.ipynb"),
        ("plot.txt", "its name must end in .py or .ipynb"),
        ("static.py", "/static is used by the server itself: serve the app at another route"),
        ("missing_module:make", "module missing_module cannot be imported: ModuleNotFoundError"),
        ("json:missing", "there is no missing in .*json"),
        ("json:__name__", "'json' cannot be served|there is no file json"),
        ("/a//b=plot.txt", "plot.txt: its name|there is no file plot.txt"),
    ],
)
def test_what_is_no_app_is_refused(write: Write, tmp_path: Path, name: str, complaint: str) -> None:
    for file in ("plot.txt", "static.py"):
        write(file, "")
    (tmp_path / "folder").mkdir()
    with pytest.raises(ConfigError, match=complaint) as caught:
        load_apps([name if ":" in name or "=" in name else str(tmp_path / name)])
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_refused(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write("x.py", "")

    def deny(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", deny)
    with pytest.raises(ConfigError, match="x.py cannot be read: Permission denied"):
        load_apps([str(path)])


def test_two_apps_at_one_url_are_refused(write: Write, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    paths = [str(write("x.py", "")), str(write("other/x.py", ""))]
    with pytest.raises(ConfigError, match="would both be served at /x: rename one"):
        load_apps(paths)


def test_the_servers_own_names_are_reserved() -> None:
    assert {"static", "ws"} <= RESERVED


def test_module_and_name_are_an_app(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("apps_of_mine.py", "def sine(doc): doc.title = 'sine'\nclass group: cosine = sine")
    monkeypatch.chdir(path.parent)
    sine, cosine = load_apps(["apps_of_mine:sine", "/gallery/cos=apps_of_mine:group.cosine"])
    assert (sine.route, cosine.route) == ("/sine", "/gallery/cos")
    document = Document()
    cosine.run(document)
    assert document.title == "sine"


def test_route_can_be_given(write: Write) -> None:
    path = write("x.py", "")
    (app,) = load_apps([f"/report/<int:id>={path}"])
    assert app.route == "/report/<int:id>"


@pytest.mark.parametrize("route", ["x", "/x/", "/x//y", "/static/x", "/api"])
def test_route_that_cannot_be_is_refused(route: str) -> None:
    with pytest.raises(ConfigError, match="no route|the server itself"):
        load_apps({route: id})


def test_functions_and_applications_are_apps() -> None:
    def title(document: Document) -> None:
        document.title = "by a function"

    apps = load_apps({"/f": title, "/a": Application(FunctionHandler(title))})
    assert [app.route for app in apps] == ["/f", "/a"]
    for app in apps:
        document = Document()
        app.run(document)
        assert document.title == "by a function"
    assert load_apps([title])[0].route == "/title"


def test_what_is_nothing_of_this_is_refused() -> None:
    source: Any = 3
    with pytest.raises(ConfigError, match="3 cannot be served"):
        load_apps([source])
