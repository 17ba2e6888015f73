"""Several tabs on one session see one document; tabs with sessions of their own do not meet."""

from tests.browser.conftest import Browser, Serve

SQUARES = [0, 1, 4, 9, 16]
CUBES = [0, 1, 8, 27, 64]


def test_three_viewers_stay_equal(serve: Serve, browser: Browser) -> None:
    server = serve("shared.py")
    tabs = [browser.open(f"{server.url}/shared?bokeh-session-id=abc") for _ in range(3)]

    tabs[0].drag("power", ".noUi-handle", right=75)
    power = tabs[0].wait(
        lambda: tabs[0].value("power", "value") != 2 and tabs[0].value("power", "value"), ""
    )
    for tab in tabs:
        tab.expect("power", "value", power)
        tab.wait(lambda tab=tab: tab.column("numbers", "y")[2] == 2**power, "the columns follow")

    for tab in tabs:
        tab.click("more", "button")
    for tab in tabs:
        tab.expect("count", "text", "3 added")
        for number in (1, 2, 3):
            assert tab.column(f"line {number} data", "x") == [0, 1, 2, 3, 4]
            assert tab.column(f"line {number} data", "y") == [number] * 5

    late = browser.open(f"{server.url}/shared?bokeh-session-id=abc")
    assert late.value("power", "value") == power
    assert late.column("line 3 data", "y") == [3] * 5


def test_sessions_are_apart(serve: Serve, browser: Browser) -> None:
    server = serve("shared.py")
    mine, yours = (browser.open(f"{server.url}/shared") for _ in range(2))
    mine.click("more", "button")
    mine.expect("count", "text", "1 added")
    yours.click("more", "button")
    yours.expect("count", "text", "1 added")
    mine.expect("count", "text", "1 added")
