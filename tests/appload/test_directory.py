"""Directories as apps: main file, theme, template, package, hooks, and what is wrong with each."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from bokeh.document import Document
from bokeh.models import Div

from hybridviz.appload.directory import DirectoryApp
from hybridviz.appload.loader import load_apps
from hybridviz.errors import AppLoadError

Make = Callable[..., Path]

MAIN = """
from bokeh.io import curdoc
from bokeh.models import Div
curdoc().add_root(Div())
"""


@pytest.fixture
def make(write: Callable[[str, str], Path], tmp_path: Path) -> Make:
    """Return a function that makes an app's directory of names and contents."""

    def make(files: dict[str, str]) -> Path:
        for name, text in ({"main.py": MAIN} | files).items():
            (tmp_path / "app" / name).parent.mkdir(parents=True, exist_ok=True)
            write(f"app/{name}", text)
        return tmp_path / "app"

    return make


def run(app: DirectoryApp) -> Document:
    document = Document()
    app.run(document)
    return document


def test_main_file_is_run(make: Make) -> None:
    app = DirectoryApp(make({"main.py": MAIN + "curdoc().title = __file__"}))
    assert app.route == "/app"
    assert run(app).title == str(app.path / "main.py")


def test_notebook_is_run(make: Make) -> None:
    cell = {"cell_type": "code", "source": MAIN + "curdoc().title = 'book'"}
    path = make({"main.ipynb": json.dumps({"nbformat": 4, "cells": [cell]})})
    (path / "main.py").unlink()
    assert run(DirectoryApp(path)).title == "book"


def test_theme_and_template_are_set_before_the_run(make: Make) -> None:
    theme = "attrs:\n    Div:\n        text: themed\n"
    page = "mine, {{ name }}"
    document = run(DirectoryApp(make({"theme.yaml": theme, "templates/index.html": page})))
    (div,) = document.roots
    assert isinstance(div, Div) and div.text == "themed"
    assert document.template.render(name="ada") == "mine, ada"


def test_static_folder(make: Make) -> None:
    assert DirectoryApp(make({})).static is None
    path = make({"static/x.css": ""})
    assert DirectoryApp(path).static == path / "static"


def test_relative_imports_of_a_package(make: Make) -> None:
    main = "from .helper import title\nfrom bokeh.io import curdoc\ncurdoc().title = title"
    helper = "from . import NAME\ntitle = f'{NAME} helps'"
    files = {"main.py": main, "__init__.py": "NAME = 'package'", "helper.py": helper}
    app = DirectoryApp(make(files))
    assert run(app).title == run(app).title == "package helps"


def test_hooks_of_a_package_import_relatively(make: Make) -> None:
    hooks = "from .helper import on_server_loaded"
    helper = "def on_server_loaded(context): ..."
    app = DirectoryApp(make({"__init__.py": "", "app_hooks.py": hooks, "helper.py": helper}))
    assert app.problem() is None and app.hooks.on_server_loaded


def test_hooks_are_found(make: Make) -> None:
    hooks = "def on_server_loaded(context): ...\nasync def on_session_created(context): ..."
    app = DirectoryApp(make({"app_hooks.py": hooks}))
    assert app.hooks.on_server_loaded and app.hooks.on_session_created
    assert app.hooks.process_request is None


def test_old_hook_files(make: Make) -> None:
    old = {
        "server_lifecycle.py": "def on_session_destroyed(context): ...",
        "request_handler.py": "def process_request(request): return {}",
    }
    app = DirectoryApp(make(old))
    assert app.hooks.on_session_destroyed and app.hooks.process_request


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"main.py": "x = ("}, "SyntaxError"),
        ({"__init__.py": "1 / 0"}, "ZeroDivisionError"),
        ({"theme.yaml": "attrs: [1"}, "ParserError|YAML|while parsing"),
        ({"templates/index.html": "{% if %}"}, "TemplateSyntaxError"),
        ({"app_hooks.py": "1 / 0"}, "ZeroDivisionError"),
        ({"app_hooks.py": "on_server_loaded = 3"}, "must be a function, not 3"),
        ({"app_hooks.py": "", "server_lifecycle.py": ""}, "keep only the first"),
    ],
)
def test_what_is_wrong_is_logged_at_once_and_shown_to_each_visitor(
    make: Make, caplog: pytest.LogCaptureFixture, files: dict[str, str], reason: str
) -> None:
    (app,) = load_apps([make(files)])
    assert "failed to load" in caplog.text
    for _ in range(2):
        with pytest.raises(AppLoadError, match=reason):
            app.run(Document())


def test_hook_file_without_hooks_is_warned_of(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    DirectoryApp(make({"app_hooks.py": "def on_server_laoded(context): ..."}))
    assert "app_hooks.py defines no hook; known are on_server_loaded" in caplog.text


@pytest.mark.parametrize("name", ["main.py", "helper.py", "theme.yaml", "templates/index.html"])
def test_change_of_any_file_is_seen(make: Make, name: str) -> None:
    files = {
        "main.py": "import helper" + MAIN,
        "helper.py": "x = 1",
        "theme.yaml": "attrs: {}",
        "templates/index.html": "",
    }
    path = make(files)
    app = DirectoryApp(path)
    run(app)
    assert not app.refresh() and not app.refresh()
    (path / name).write_text((path / name).read_text() + "\n\n")
    assert app.refresh() and not app.refresh()


def test_changed_module_and_its_importers_are_read_again(make: Make) -> None:
    path = make(
        {
            "main.py": "from outer import y\nfrom bokeh.io import curdoc\ncurdoc().title = y",
            "outer.py": "from inner import x as y",
            "inner.py": "x = 'before'",
        }
    )
    app = DirectoryApp(path)
    assert run(app).title == "before"
    app.refresh()
    (path / "inner.py").write_text("x = 'afterwards'")
    assert app.refresh() and run(app).title == "afterwards"


def test_main_file_that_has_gone_counts_as_unchanged(make: Make) -> None:
    path = make({})
    app = DirectoryApp(path)
    (path / "main.py").unlink()
    assert not app.refresh()
    assert len(run(app).roots) == 1
