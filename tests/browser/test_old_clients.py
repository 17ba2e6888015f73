"""Real clients of Bokeh 0.10 and 0.11, on Python 2.7, with today's Chromium at the other end."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from selenium.webdriver import Keys

from hybridviz.client import pull_session
from tests.browser.conftest import Browser, Serve
from tests.browser.tab import Tab
from tests.client.conftest import until
from tests.old_clients import OldScript
from tests.servers import Server

Start = Callable[[str, str], OldScript]
SET = "Bokeh.documents[0].get_model_by_name(arguments[0])[arguments[1]] = arguments[2]"
SELECT = "Bokeh.documents[0].get_model_by_name(arguments[0]).selected.indices = [0, 2]"
ITEM = """
const {menu} = Bokeh.index.get_one_by_id(Bokeh.documents[0].get_model_by_name("dropdown").id)
const parts = [...(menu.el.shadowRoot ?? menu.el).querySelectorAll("*")]
parts.filter((part) => part.textContent.trim() == "Two").at(-1).click()
"""
CHANGES = [
    ("slider", "value", 72, "72"),
    ("select", "value", "two", "two"),
    ("multi", "value", ["one", "three"], "[one, three]"),
    ("text", "value", "after", "after"),
    ("toggle", "active", True, "True"),
    ("checks", "active", [0, 2], "[0, 2]"),
    ("radios", "active", 2, "2"),
    ("check_buttons", "active", [1], "[1]"),
    ("radio_buttons", "active", 1, "1"),
    ("x_range", "start", -3, "-3"),
    ("tabs", "active", 1, "1"),
]
"""Model, property, what a browser sets it to, and what the script writes then."""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start scripts; they end with the test."""
    scripts: list[OldScript] = []

    def call(name: str, url: str) -> OldScript:
        scripts.append(OldScript(name, url, tmp_path))
        return scripts[-1]

    yield call
    for script in scripts:
        script.end()


@pytest.mark.parametrize("version", ["010", "011"])
def test_a_plot_is_shown_when_its_script_has_ended(
    version: str, serve: Serve, browser: Browser, start: Start
) -> None:
    server = serve()
    script = start(f"hover_{version}", server.url)
    script.finish()
    tab = browser.open(script.page())
    year = {"010": "from 2015", "011": "from 2016"}[version]
    assert tab.run("return Bokeh.documents[0].get_model_by_name('plot').title.text") == year
    assert "Traceback" not in server.log


@pytest.mark.parametrize("version", ["010", "011"])
def test_every_change_of_a_browser_reaches_the_script(
    version: str, serve: Serve, browser: Browser, start: Start
) -> None:
    server = serve()
    script = start(f"everything_{version}", server.url)
    tab = browser.open(script.page())
    tab.press("slider", ".noUi-handle", Keys.ARROW_RIGHT)
    script.expect("heard slider value 51")
    tab.click("button", "button")
    script.expect("heard button clicks 1")
    choose(tab)
    script.expect("heard dropdown value two")
    for name, attribute, value, written in CHANGES:
        tab.run(SET, name, attribute, value)
        script.expect(f"heard {name} {attribute} {written}")
    tab.run(SELECT, "source")
    script.expect("heard source selected [0, 2]")
    tab.edit_cell("table", 0, 0, "edited")
    script.expect("heard source data edited")
    assert "Traceback" not in script.output + server.log


def choose(tab: Tab) -> None:
    """Open the menu of the dropdown and click its second item."""
    tab.click("dropdown", "button")
    tab.run(ITEM)


@pytest.mark.parametrize("version", ["010", "011"])
def test_an_animation_is_one_small_patch_for_each_update(
    version: str, serve: Serve, browser: Browser, start: Start
) -> None:
    server = serve()
    script = start(f"animation_{version}", server.url)
    tab = browser.open(script.page())
    with pull_session(session_id(server, script), server.url) as session:
        document: Any = session.document
        patches: list[Any] = []
        document.on_change(patches.append)
        script.go()
        script.expect("done")
        tab.wait(lambda: tab.column("source", "y") == [40, 40], "the last update is there")
        until(lambda: list(document.get_model_by_name("source").data["y"]) == [40, 40])
    assert [patch.attr for patch in patches] == ["data"] * 40


def session_id(server: Server, script: OldScript) -> str:
    """Return the id of the session that a script's page shows."""
    url = urlsplit(script.page())
    return url.query.partition("=")[2] or url.path.split("/")[3]


def test_a_session_of_an_app_is_shared(serve: Serve, browser: Browser, start: Start) -> None:
    app = Path(__file__).parent.parent / "interop" / "apps" / "slider.py"
    server = serve(app)
    tab = browser.open(f"{server.url}/slider?bokeh-session-id=shared")
    script = start("pull_011", f"{server.url}/slider")
    script.expect("pulled 0")
    script.go()
    script.expect("heard 7")
    tab.expect("slider", "value", 7)
    tab.run(SET, "slider", "value", 9)
    script.expect("moved 9")
    script.expect("heard 9")
    assert "Traceback" not in script.output + server.log


def test_both_and_curl_work_while_an_app_is_open(
    serve: Serve, browser: Browser, start: Start
) -> None:
    app = Path(__file__).parent.parent / "interop" / "apps" / "slider.py"
    server = serve(app)
    modern = browser.open(f"{server.url}/slider")
    scripts = [start(f"everything_{version}", server.url) for version in ("010", "011")]
    tabs = [browser.open(script.page()) for script in scripts]
    ident = session_id(server, scripts[0])
    for number, (script, tab) in enumerate(zip(scripts, tabs, strict=True), 1):
        tab.run(SET, "slider", "value", 10 * number)
        script.expect(f"heard slider value {10 * number}")
    modern.run(SET, "slider", "value", 3)
    modern.expect("label", "text", "3")
    models = curl(f"{server.url}/bokeh/bb/{ident}/Slider/")
    assert [model["value"] for model in models] == [10]
    url = f"{server.url}/bokeh/bb/{ident}/Slider/{models[0]['id']}/"
    curl("-X", "PUT", "-d", '{"value": 33}', url)
    tabs[0].expect("slider", "value", 33)
    scripts[0].expect("heard slider value 33")
    assert tabs[1].value("slider", "value") == 20
    assert "Traceback" not in server.log


def curl(*arguments: str) -> Any:
    reply = subprocess.run(["curl", "-sSf", *arguments], capture_output=True, check=True)
    return json.loads(reply.stdout)
