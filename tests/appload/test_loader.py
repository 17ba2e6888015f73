"""Paths to apps, and the one line for each that is no app."""

from collections.abc import Callable
from pathlib import Path

import pytest

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
        ("folder", "is a directory, which cannot be served yet"),
        ("book.ipynb", "is a notebook, which cannot be served yet: export it"),
        ("plot.txt", "its name must end in .py"),
        ("static.py", "cannot be served at /static, which the server itself uses: rename it"),
    ],
)
def test_what_is_no_app_is_refused(write: Write, tmp_path: Path, name: str, complaint: str) -> None:
    for file in ("book.ipynb", "plot.txt", "static.py"):
        write(file, "")
    (tmp_path / "folder").mkdir()
    with pytest.raises(ConfigError, match=complaint) as caught:
        load_apps([str(tmp_path / name)])
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
