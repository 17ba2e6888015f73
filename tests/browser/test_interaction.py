"""Every kind of interaction reaches Python, and what Python answers reaches the page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Keys

from tests.browser.conftest import APPS, Browser
from tests.browser.tab import Tab
from tests.servers import Server


@pytest.fixture(scope="module", params=["serve", "gunicorn-gevent", "gunicorn-gthread"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    server = Server(request.param, [APPS / "everything.py"], tmp_path_factory.mktemp("server"))
    yield server
    server.stop()
    assert "Traceback" not in server.log


@pytest.fixture
def tab(server: Server, browser: Browser) -> Tab:
    return browser.open(server.url + "/everything")


def test_page_has_the_title(tab: Tab) -> None:
    tab.wait(lambda: tab.title == "Everything", "the title is that of the document")


def test_slider_is_dragged(tab: Tab) -> None:
    tab.drag("slider", ".noUi-handle", right=120)
    value = tab.wait(lambda: tab.value("slider", "value") > 2 and tab.value("slider", "value"), "")
    tab.expect("echo", "text", f"slider {value}")


def test_slider_takes_keys(tab: Tab) -> None:
    tab.press("slider", ".noUi-handle", Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    tab.expect("echo", "text", "slider 3")


def test_button_is_clicked(tab: Tab) -> None:
    tab.click("button", "button")
    tab.expect("echo", "text", "button clicked")


def test_text_is_typed(tab: Tab) -> None:
    tab.type("text", "Grüße, 世界")
    tab.expect("echo", "text", "text Grüße, 世界")


def test_table_cell_is_edited(tab: Tab) -> None:
    tab.edit_cell("table", row=1, column=2, text="42")
    tab.expect("echo", "text", "cells [1, 42, 3]")


def test_point_is_tapped(tab: Tab) -> None:
    tab.click_point("scatter", 2, 2)
    tab.expect("echo", "text", "selected [1]")
    tab.expect("taps", "text", "2 2")


def test_box_selects_points(tab: Tab) -> None:
    tab.drag_box("scatter", (1.5, 1.5), (4.5, 4.5))
    tab.expect("echo", "text", "selected [1, 2, 3]")
    assert tab.selection("points") == [1, 2, 3]


def test_stream_goes_on(tab: Tab) -> None:
    first = tab.column("walk", "x")[-1]
    tab.wait(lambda: tab.column("walk", "x")[-1] >= first + 5, "the stream advances by five")
    steps = tab.column("walk", "x")
    assert steps == list(range(steps[0], steps[0] + len(steps)))


def test_panel_is_switched(tab: Tab) -> None:
    tab.click("tabs", ".bk-tab:nth-child(2)")
    tab.expect("echo", "text", "tab 1")


def test_file_is_chosen(tab: Tab, tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text("hello from a file")
    tab.choose_file("file", str(path))
    tab.expect("echo", "text", "file hello from a file")
