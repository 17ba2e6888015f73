"""Every kind of app, as a visitor sees it, at each kind of server."""

from collections.abc import Iterator

import pytest

from tests.browser.conftest import APPS, Browser
from tests.servers import Server


@pytest.fixture(scope="module", params=["serve", "gunicorn-gevent", "gunicorn-gthread", "flask"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    report = f"/deep/report/<int:number>={APPS / 'report.py'}"
    apps = [APPS / "gallery", APPS / "book.ipynb", report]
    server = Server(request.param, apps, tmp_path_factory.mktemp("server"))
    yield server
    server.stop()
    assert "Traceback" not in server.log


def test_directory(server: Server, browser: Browser) -> None:
    for visitor in ("ada", "bob"):
        tab = browser.open(f"{server.url}/gallery?name={visitor}")
        tab.expect("label", "text", f"hello {visitor}")
        tab.expect("themed", "text", "themed")
        assert "a note from main.py" in tab.text and tab.title == "Gallery"
        color = "return getComputedStyle(document.querySelector('#heading')).color"
        assert tab.run(color) == "rgb(1, 2, 3)"
        assert tab.run("return document.querySelector('#second').innerText.length >= 0")
        tab.click("button", "button")
        tab.expect("label", "text", "clicked")


def test_notebook(server: Server, browser: Browser) -> None:
    for _ in range(2):
        tab = browser.open(f"{server.url}/book")
        tab.expect("label", "text", "from a notebook")
        tab.click("button", "button")
        tab.expect("label", "text", "clicked")


def test_route_with_a_number(server: Server, browser: Browser) -> None:
    for number in (7, 8):
        tab = browser.open(f"{server.url}/deep/report/{number}")
        tab.expect("label", "text", f"report {number} at /deep/report/{number}")
        tab.click("button", "button")
        tab.expect("label", "text", f"clicked {number}")
