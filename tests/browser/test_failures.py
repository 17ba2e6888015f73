"""Apps that fail, wherever they may: the visitor sees a page that says so, or the log does.

Nothing is blank, and the server goes on.
"""

import json
from pathlib import Path

import pytest

from tests.browser.conftest import Browser, Serve

GOOD = (
    "from bokeh.io import curdoc\nfrom bokeh.models import Button\n"
    "button = Button(label='Press', name='button')\ncurdoc().add_root(button)\n"
)
NOTEBOOK = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {},
    "cells": [
        {"cell_type": "code", "metadata": {}, "outputs": [], "source": "x = 1"},
        {"cell_type": "code", "metadata": {}, "outputs": [], "source": "x / 0"},
    ],
}
FAILURES = {
    "syntax": ({"main.py": "def ("}, "SyntaxError"),
    "run": ({"main.py": GOOD + "1 / 0\n"}, "ZeroDivisionError"),
    "exit": ({"main.py": "import sys\nsys.exit('enough')\n"}, "SystemExit: enough"),
    "import": ({"main.py": "import broken\n", "broken.py": "1 / 0\n"}, "ZeroDivisionError"),
    "missing": ({"main.py": "import nowhere_at_all\n"}, "ModuleNotFoundError"),
    "theme": ({"main.py": GOOD, "theme.yaml": "attrs: [\n"}, "theme.yaml"),
    "template": ({"main.py": GOOD, "templates/index.html": "{% block"}, "TemplateSyntaxError"),
    "rendering": ({"main.py": GOOD, "templates/index.html": "{{ a.b.c }}"}, "UndefinedError"),
    "notebook": ({"main.ipynb": json.dumps(NOTEBOOK)}, "ZeroDivisionError"),
    "hooks": ({"main.py": GOOD, "app_hooks.py": "1 / 0\n"}, "ZeroDivisionError"),
    "request": (
        {"main.py": GOOD, "app_hooks.py": "def process_request(request):\n    1 / 0\n"},
        "ZeroDivisionError",
    ),
}
HOOKS = ["on_server_loaded", "on_session_created"]
BODY = "return document.body.innerText"


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_each_says_what_happened(serve: Serve, browser: Browser, tmp_path: Path) -> None:
    apps = [write(tmp_path / name, files) for name, (files, _) in FAILURES.items()]
    apps.append(write(tmp_path / "good", {"main.py": GOOD}))
    plain, dev = serve(*apps), serve(*apps, options=["--dev"])
    tab = browser.tab()
    for name, (_, reason) in FAILURES.items():
        for _ in range(2):  # a page that is shown before its app is run, too
            text = tab.load(f"{plain.url}/{name}").run(BODY)
            assert f"The app /{name} could not be loaded" in text and reason not in text
            assert "The log of the server says what happened" in text
        text = tab.load(f"{dev.url}/{name}").run(BODY)
        assert f"The app /{name} could not be loaded" in text and reason in text
        assert f"app /{name} failed to load" in plain.log and reason in plain.log
    assert browser.console_errors()  # the answers' status is 500
    for server in (plain, dev):
        assert tab.open(f"{server.url}/good").value("button", "label") == "Press"


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_that_raises_harms_only_its_step(
    hook: str, serve: Serve, browser: Browser, tmp_path: Path
) -> None:
    hooks = f"def {hook}(context):\n    raise ValueError('from the hook')\n"
    server = serve(write(tmp_path / "app", {"main.py": GOOD, "app_hooks.py": hooks}))
    assert browser.open(f"{server.url}/app").value("button", "label") == "Press"
    assert f"the hook {hook} raised" in server.log and "from the hook" in server.log


def test_a_hook_for_the_end_that_raises(serve: Serve, browser: Browser, tmp_path: Path) -> None:
    hooks = "def on_session_destroyed(context):\n    raise ValueError('from the hook')\n"
    app = write(tmp_path / "app", {"main.py": GOOD, "app_hooks.py": hooks})
    server = serve(app, options=["--unused-session-lifetime", "100"])
    tab = browser.open(f"{server.url}/app")
    tab.load("about:blank")
    tab.wait(lambda: "from the hook" in server.log, "the log tells of it")
    assert browser.open(f"{server.url}/app").value("button", "label") == "Press"


def test_a_callback_that_raises(serve: Serve, browser: Browser, tmp_path: Path) -> None:
    code = GOOD + (
        "def press():\n    button.label = 'Pressed'\n    raise ValueError('from the callback')\n"
        "button.on_click(press)\n"
    )
    server = serve(write(tmp_path / "app", {"main.py": code}))
    tab = browser.open(f"{server.url}/app")
    for _ in range(2):
        tab.click("button")
        tab.expect("button", "label", "Pressed")
    tab.wait(lambda: "from the callback" in server.log, "the log tells of it")
    assert "app=/app" in server.log and "main.py" in server.log
