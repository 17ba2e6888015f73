"""How apps introduce themselves without being run."""

import ast
from pathlib import Path

import pytest

from hybridviz.appload.directory import DirectoryApp
from hybridviz.appload.face import written_title
from hybridviz.appload.script import ScriptApp


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ('curdoc().title = "Sliders"', "Sliders"),
        ('import bokeh.io as io\nio.curdoc().title = "Sliders"', "Sliders"),
        ('def main():\n    curdoc().title = "Sliders"', "Sliders"),
        ("curdoc().title = name", ""),
        ('plot.title = "Sliders"', ""),
        ('figure().title = "Sliders"', ""),
        ("", ""),
    ],
)
def test_the_title_is_found_in_the_code(code: str, title: str) -> None:
    assert written_title(ast.parse(code)) == title


def test_a_script_has_title_and_picture(tmp_path: Path) -> None:
    path = tmp_path / "app.py"
    path.write_text('from bokeh.io import curdoc\ncurdoc().title = "An app"\n')
    app = ScriptApp(path)
    assert app.title == "An app" and app.thumbnail is None
    (tmp_path / "app.svg").write_text("<svg/>")
    assert app.thumbnail == tmp_path / "app.svg"


@pytest.mark.parametrize("place", ["thumbnail.png", "static/thumbnail.png"])
def test_a_directory_has_a_picture(tmp_path: Path, place: str) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "main.py").write_text("")
    (tmp_path / place).write_bytes(b"")
    assert DirectoryApp(tmp_path).thumbnail == tmp_path / place


@pytest.mark.parametrize("name", ["theme.yaml", "templates/part.html", "static/style.css"])
def test_files_that_come_later_are_changes(tmp_path: Path, name: str) -> None:
    (tmp_path / "main.py").write_text("")
    app = DirectoryApp(tmp_path)
    assert not app.refresh()
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("{}")
    assert app.refresh() and not app.refresh()
