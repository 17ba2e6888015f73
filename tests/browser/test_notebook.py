"""Apps in the cells of a notebook: a real Jupyter server, its kernel, and a browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.conftest import SCREENSHOTS
from tests.browser.jupyter import Jupyter
from tests.browser.tab import Tab

WAVE = """
import numpy as np
from bokeh.layouts import column
from bokeh.models import Slider
from bokeh.plotting import figure
from hybridviz.io import show
seen, ended = [], []
def wave(doc):
    x = np.linspace(0, 10, 200)
    plot = figure(height=250)
    line = plot.line(x, np.sin(x))
    line.data_source.name = "wave"
    slider = Slider(start=1, end=5, value=1, step=1, title="Frequency", name="frequency")
    def moved(attr, old, new):
        seen.append(new)
        line.data_source.data = {"x": x, "y": np.sin(new * x)}
    slider.on_change("value", moved)
    doc.add_root(column(slider, plot))
    doc.on_session_destroyed(lambda context: ended.append(1))
"""
SHOW = "show(wave)"
PRINT = "print(seen, ended)"
CONNECTED = "return window.Jupyter?.notebook?.kernel?.is_connected() ?? false"
OUTPUT = "return Jupyter.notebook.get_cell(arguments[0]).output_area.element[0].innerText"
RUN = "Jupyter.notebook.execute_cells([arguments[0]])"
HEIGHT = "return document.querySelector('iframe')?.clientHeight"


class Book(Tab):
    """A notebook."""

    def _turn(self) -> WebDriver:
        driver = super()._turn()
        driver.switch_to.default_content()
        return driver

    def run_cell(self, number: int) -> None:
        """Run one cell; the kernel has it when this returns, and may not have done it."""
        self.run(RUN, number)

    def output(self, number: int) -> str:
        """Return the text under a cell."""
        return str(self.run(OUTPUT, number)).strip()

    def printed(self, number: int, text: str) -> None:
        """Run a cell until it prints a text."""

        def prints() -> bool:
            self.run_cell(number)
            return self.output(number) == text

        self.wait(prints, f"cell {number} prints {text}")

    def frame(self) -> "Frame":
        """Return the app in the notebook's only frame, once it is drawn."""
        self.wait(lambda: self.run(HEIGHT), "the cell shows a frame")
        frame = Frame(self._driver, self._handle)
        frame.settle()
        return frame


class Frame(Book):
    """The app in a cell."""

    def _turn(self) -> WebDriver:
        driver = super()._turn()
        driver.switch_to.frame(driver.find_element(By.TAG_NAME, "iframe"))
        return driver


@pytest.fixture(params=["/", "/user/ada/"], ids=["direct", "behind a hub"])
def jupyter(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Jupyter]:
    server = Jupyter(tmp_path, [WAVE, SHOW, PRINT], request.param)
    yield server
    print(server.log)
    server.close()


@pytest.fixture
def book(jupyter: Jupyter, driver: WebDriver) -> Iterator[Book]:
    book = Book(driver, driver.current_window_handle)
    book.load(jupyter.book)
    book.wait(lambda: book.run(CONNECTED), "the kernel is there")
    yield book
    SCREENSHOTS.mkdir(exist_ok=True)
    driver.switch_to.default_content()
    driver.save_screenshot(str(SCREENSHOTS / f"notebook{len(jupyter.prefix)}.png"))
    book.run("Jupyter.notebook.set_dirty(false); window.onbeforeunload = null")
    driver.get("about:blank")


def errors_of_the_frame(driver: WebDriver, url: str) -> list[str]:
    """Return what the console says of the app; the notebook has errors of its own."""
    entries = driver.get_log("browser")
    severe = [entry["message"] for entry in entries if entry["level"] == "SEVERE"]
    return [text for text in severe if text.startswith(url)]


def test_an_app_lives_in_its_cell(book: Book, jupyter: Jupyter, driver: WebDriver) -> None:
    book.run_cell(0)
    book.run_cell(1)
    app = book.frame()
    book.wait(lambda: 280 < book.run(HEIGHT) < 340, "the frame is as high as the app")
    before: Any = app.column("wave", "y")
    app.press("frequency", ".noUi-handle", Keys.ARROW_RIGHT)
    app.expect("frequency", "value", 2)
    app.wait(lambda: app.column("wave", "y") != before, "the plot follows")
    book.printed(2, "[2] []")
    assert not errors_of_the_frame(driver, book.run("return document.querySelector('iframe').src"))

    book.run_cell(1)
    book.printed(2, "[2] [1]")
    again = book.frame()
    again.expect("frequency", "value", 1)
    again.press("frequency", ".noUi-handle", Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    book.printed(2, "[2, 2, 3] [1]")
    assert jupyter.prefix in book.run("return document.querySelector('iframe').src")
