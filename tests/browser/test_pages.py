"""The pages around the apps: index, an app that is broken, a path where nothing is."""

import pytest

from tests.browser.conftest import Browser, Serve
from tests.servers import ROOT

EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
KINDS = ["serve", "gunicorn-gevent", "gunicorn-gthread", "flask"]

# Chromium writes this of every page with an error status; nothing in the page caused it.
STATUS = "the server responded with a status of"


@pytest.mark.parametrize("kind", KINDS)
def test_one_app_object_under_every_server(serve: Serve, browser: Browser, kind: str) -> None:
    server = serve("everything.py", "shared.py", kind=kind)
    tab = browser.open(server.url + "/everything")
    tab.click("button", "button")
    tab.expect("echo", "text", "button clicked")
    tab.wait(lambda: tab.column("walk", "x")[-1] >= 3, "the stream advances")
    other = browser.open(server.url + "/shared")
    other.click("more", "button")
    other.expect("count", "text", "1 added")


def test_index_leads_to_each_example(serve: Serve, browser: Browser) -> None:
    server = serve(*EXAMPLES)
    index = browser.tab().load(server.url + "/")
    links = index.run("return [...document.querySelectorAll('a[href]')].map((a) => a.href)")
    for example in EXAMPLES:
        (link,) = {link for link in links if link.rstrip("/").endswith("/" + example.stem)}
        assert browser.open(link).title


def test_broken_app_has_an_error_page_without_its_code(serve: Serve, browser: Browser) -> None:
    server = serve("broken.py", "everything.py")
    tab = browser.tab().load(server.url + "/broken")
    assert "nobody_defined_this" not in tab.run("return document.documentElement.outerHTML")
    assert "broken" in tab.text
    assert "NameError" in server.log
    assert "broken.py" in server.log
    assert "line 6" in server.log
    assert all(STATUS in error for error in browser.console_errors())
    assert browser.open(server.url + "/everything").title == "Everything"


def test_broken_app_shows_its_traceback_to_its_developer(serve: Serve, browser: Browser) -> None:
    server = serve("broken.py", options=["--dev"])
    tab = browser.tab().load(server.url + "/broken")
    assert "NameError" in tab.text
    assert "nobody_defined_this" in tab.text
    assert all(STATUS in error for error in browser.console_errors())


def test_path_of_no_app(serve: Serve, browser: Browser) -> None:
    server = serve("everything.py")
    tab = browser.tab().load(server.url + "/nowhere")
    assert "404" in tab.text or "not found" in tab.text.lower()
    assert all(STATUS in error for error in browser.console_errors())
