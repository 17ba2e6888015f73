"""A page outlives a cut line and a server that is started anew, with its data whole."""

import re

from tests.browser.conftest import Browser, Serve
from tests.browser.relay import Relay
from tests.browser.tab import Tab

# What Chromium and BokehJS write by themselves when a socket is refused; a page cannot prevent it.
REFUSED = re.compile(r"WebSocket connection to|ERR_CONNECTION_REFUSED|Failed to connect to Bokeh")


# BokehJS replaces all models when it is connected again, and so does a page that is loaded anew.
MARK = "for (const root of Bokeh.documents[0].roots()) root.is_of_old = true"
MARKED = "return window.Bokeh?.documents[0]?.roots().some((root) => root.is_of_old)"


def wait_for_new_document(tab: Tab) -> None:
    """Wait until the page shows another document than the one that was marked."""
    tab.wait(lambda: tab.run(MARKED) is False, "a new document is there")
    tab.element("more", "button")  # BokehJS calls a document that it has pulled again never idle


def test_cut_connection_resumes_the_session(serve: Serve, browser: Browser) -> None:
    with Relay() as relay:
        server = serve("shared.py", hosts=[relay.netloc])
        relay.open_to(server.port)
        tab = browser.open(relay.url + "/shared")
        tab.click("more", "button")
        tab.expect("count", "text", "1 added")
        tab.run(MARK)

        relay.cut()
        wait_for_new_document(tab)

        assert tab.value("count", "text") == "1 added"
        assert tab.column("numbers", "y") == [0, 1, 4, 9, 16]
        assert tab.column("line 1 data", "y") == [1] * 5
        tab.click("more", "button")
        tab.expect("count", "text", "2 added")
        assert tab.column("line 2 data", "y") == [2] * 5
        tab.run("location.href = 'about:blank'")  # or it would miss the relay, and say so
        assert [e for e in browser.console_errors() if not REFUSED.search(e)] == []


def test_page_says_so_while_it_is_cut_off(serve: Serve, browser: Browser) -> None:
    server = serve("shared.py")
    tab = browser.open(server.url + "/shared")
    before = tab.text
    server.stop()
    tab.wait(
        lambda: "connect" in tab.text.removeprefix(before).lower(), "the page tells of the drop"
    )
    assert [e for e in browser.console_errors() if not REFUSED.search(e)] == []


def test_restarted_server_gets_its_page_back(serve: Serve, browser: Browser) -> None:
    server = serve("shared.py")
    tab = browser.open(server.url + "/shared")
    tab.run(MARK)

    server.stop()
    server.start()

    wait_for_new_document(tab)

    assert tab.column("numbers", "y") == [0, 1, 4, 9, 16]
    tab.click("more", "button")
    tab.expect("count", "text", "1 added")
    assert tab.column("line 1 data", "y") == [1] * 5
    assert [e for e in browser.console_errors() if not REFUSED.search(e)] == []
