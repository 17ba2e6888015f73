"""Apps inside pages of another server, in a real browser."""

import pytest
from bokeh.embed import server_document, server_session

from tests.browser.blog import Blog
from tests.browser.conftest import APPS, Browser, Serve


@pytest.mark.parametrize("kind", ["serve", "gunicorn-gthread"])
def test_app_in_a_page_of_another_origin(
    serve: Serve, browser: Browser, blog: Blog, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("HYBRIDVIZ_ALLOW_WEBSOCKET_ORIGIN", blog.origin)
    route = f"/deep/report/<int:number>={APPS / 'report.py'}"
    server = serve(route, APPS / "book.ipynb", kind=kind)
    tag = server_document(f"{server.url}/deep/report/7", arguments={"x": "y"})
    for _ in range(2):
        tab = blog.show(browser.tab(), tag).settle()
        tab.expect("label", "text", "report 7 at /deep/report/7")
        tab.click("button", "button")
        tab.expect("label", "text", "clicked 7")
        assert "Before" in tab.text and "After" in tab.text and tab.title == "Blog"


def test_session_that_others_see_too(
    serve: Serve, browser: Browser, blog: Blog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HYBRIDVIZ_ALLOW_WEBSOCKET_ORIGIN", f"{blog.origin},*")
    server = serve(APPS / "book.ipynb")
    tag = server_session(session_id="shared", url=f"{server.url}/book")
    embedded = blog.show(browser.tab(), tag).settle()
    page = browser.open(f"{server.url}/book?bokeh-session-id=shared")
    page.click("button", "button")
    embedded.expect("label", "text", "clicked")


def test_refusal_is_told_where_the_app_was_to_appear(
    serve: Serve, browser: Browser, blog: Blog
) -> None:
    server = serve(APPS / "book.ipynb")
    tab = blog.show(browser.tab(), server_document(f"{server.url}/book"))
    tab.wait(lambda: "This app cannot be shown here" in tab.text, "the reason is shown")
    assert blog.origin in tab.text and "allow-websocket-origin" in tab.text
    assert browser.console_errors()  # the browser's own about status 403, and ours
