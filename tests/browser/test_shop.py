"""examples/shop as its sellers see it: two plots in a page of the shop's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Keys

from tests.browser.conftest import Browser
from tests.browser.tab import Tab
from tests.examples.shop import PASSWORDS, ShopServer

RANGES = """
const figures = Bokeh.documents.flatMap((doc) => doc.roots()).flatMap((root) => root.children)
return figures.filter((it) => it.type === "Figure").map((it) => it.x_range.end > it.x_range.start)
"""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[ShopServer]:
    server = ShopServer("flask", tmp_path)
    yield server
    server.kill()


def log_in(tab: Tab, shop: ShopServer, name: str) -> Tab:
    tab.load(f"{shop.url}/login")
    tab.run(
        "const form = document.querySelector('form.login');"
        "form.name.value = arguments[0]; form.password.value = arguments[1]; form.submit()",
        name,
        PASSWORDS[name],
    )
    tab.wait(lambda: "Revenue by day" in tab.text, "the overview is there")
    return drawn(tab)


def drawn(tab: Tab) -> Tab:
    """Wait until both plots have their data."""
    tab.wait(lambda: tab.column("days", "sum"), "the revenue is there")
    tab.wait(lambda: tab.column("categories", "sum"), "the categories are there")
    return tab


def test_seller_uses_the_page_and_outlives_the_server(shop: ShopServer, browser: Browser) -> None:
    tab = log_in(browser.tab(), shop, "ada")
    days = tab.column("days", "sum")
    assert tab.run("return Bokeh.documents.length") == 2
    assert all(tab.run(RANGES)), "both plots show something"
    assert tab.run("return document.querySelectorAll('script[src*=\"bokeh.min\"]').length") == 1

    # Moving the slider computes the mean anew, on the server.
    tab.element("window", ".noUi-handle").send_keys(Keys.HOME)
    tab.wait(lambda: tab.column("days", "mean") == pytest.approx(days), "the mean is of one day")

    other = drawn(browser.tab().load(f"{shop.url}/"))
    before = tab.column("categories", "sum")
    tab.run(
        "const form = document.querySelector('form.sale');"
        "fetch(form.action, {method: 'POST', body: new URLSearchParams("
        "{category: 'Toys', amount: '2500'})})"
    )
    for window in (tab, other):
        window.wait(
            lambda w=window: w.column("categories", "sum")[4] == pytest.approx(before[4] + 2500),
            "the sale shows",
        )

    shop.kill()
    tab.wait(lambda: "Connection lost" in tab.text, "the page tells of the loss")
    shop.start()
    for window in (tab, other):
        window.wait(lambda w=window: "Connection lost" not in w.text, "the page is back")
        drawn(window)
        assert window.column("days", "sum")[:-1] == days[:-1]
    browser.console_errors()  # those of the connection that was lost


def test_logout_empties_other_windows(shop: ShopServer, browser: Browser) -> None:
    tab = log_in(browser.tab(), shop, "eve")
    other = drawn(browser.tab().load(f"{shop.url}/"))
    tab.run("document.querySelector('header form').submit()")
    tab.wait(lambda: "Try ada" in tab.text, "the login is there")
    other.wait(lambda: "Try ada" in other.text, "the other window leads to the login")
    browser.console_errors()
