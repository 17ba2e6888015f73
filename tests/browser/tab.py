"""One browser tab with a Bokeh page in it: what a viewer sees of it and does with it.

Finds models by name, and their elements through Bokeh's own index of views, so that the shadow
roots of Bokeh's components are no obstacle. Knows nothing of servers.
"""

from collections.abc import Callable
from typing import Any

from selenium.common import (
    ElementNotInteractableException,
    StaleElementReferenceException,
    TimeoutException,
)
from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.common.actions.mouse_button import MouseButton
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

TIMEOUT = 30.0  # seconds; a busy machine with two browsers on two cores

IDLE = """
const documents = window.Bokeh?.documents ?? []
return documents.length > 0 && documents.every((doc) => doc.roots().length > 0 && doc.is_idle)
"""
NOT_YET = (StaleElementReferenceException, ElementNotInteractableException)
EDITABLE = ".slick-cell.editable"
EDITOR = "return arguments[0].firstElementChild?.shadowRoot?.querySelector('input')"
MODEL = """
const documents = window.Bokeh?.documents ?? []
const model = documents.map((doc) => doc.get_model_by_name(arguments[0])).find((m) => m)
if (model == null) return null
"""
VALUE = MODEL + "return model[arguments[1]]"
COLUMN = MODEL + "const column = model.data[arguments[1]]; return column && Array.from(column)"
INDICES = MODEL + "return model.selected.indices"
ELEMENT = (
    MODEL
    + """
const {el} = Bokeh.index.get_one_by_id(model.id)
return arguments[1] ? (el.shadowRoot ?? el).querySelector(arguments[1]) : el
"""
)
POINT = (
    MODEL
    + """
const view = Bokeh.index.get_one_by_id(model.id)
const box = view.canvas_view.el.getBoundingClientRect()
const {x_scale, y_scale} = view.frame
return [box.left + x_scale.compute(arguments[1]), box.top + y_scale.compute(arguments[2])]
"""
)

Point = tuple[float, float]


class Tab:
    """A tab of a driver; every method turns to it first.

    Args:
        driver: the driver.
        handle: the tab's window handle.
    """

    def __init__(self, driver: WebDriver, handle: str) -> None:
        self._driver = driver
        self._handle = handle

    def open(self, url: str) -> "Tab":
        """Load a page that shows a document, and wait until all of it is drawn."""
        return self.load(url).settle()

    def load(self, url: str) -> "Tab":
        """Load any page."""
        self._turn().get(url)
        return self

    def settle(self) -> "Tab":
        """Wait until the document is drawn."""
        self.wait(lambda: self.run(IDLE), "the document is drawn")
        return self

    @property
    def title(self) -> str:
        return self._turn().title

    @property
    def text(self) -> str:
        """The visible text of the page."""
        return str(self.run("return document.body.innerText"))

    def run(self, script: str, *arguments: object) -> Any:
        """Run a JavaScript function body in the page and return what it returns."""
        return self._turn().execute_script(script, *arguments)

    def value(self, name: str, attribute: str) -> Any:
        """Return what the browser has for a property of the model of that name, if there is one."""
        return self.run(VALUE, name, attribute)

    def column(self, name: str, column: str) -> Any:
        """Return a column of the data source of that name as a list."""
        return self.run(COLUMN, name, column)

    def selection(self, name: str) -> list[int]:
        """Return the selected indices of the data source of that name, in order."""
        return sorted(self.run(INDICES, name))

    def element(self, name: str, selector: str = "") -> WebElement:
        """Return the element of a model's view, or the first one in it that a selector finds."""
        found: WebElement = self.wait(lambda: self.run(ELEMENT, name, selector), f"{name} is there")
        return found

    def wait(self, condition: Callable[[], Any], expectation: str) -> Any:
        """Wait until the condition holds and return its value; else fail with the expectation."""
        try:
            waiting = WebDriverWait(self._turn(), TIMEOUT, 0.05, NOT_YET)
            return waiting.until(lambda _: condition())
        except TimeoutException:
            raise AssertionError(f"in {TIMEOUT:.0f} s it never came that {expectation}") from None

    def expect(self, name: str, attribute: str, value: object) -> None:
        """Wait until a property of a model has a value in the browser."""
        try:
            self.wait(lambda: self.value(name, attribute) == value, "")
        except AssertionError:
            assert self.value(name, attribute) == value, f"{name}.{attribute}"

    # -- what a viewer does

    def click(self, name: str, selector: str = "") -> None:
        self.element(name, selector).click()

    def type(self, name: str, text: str, selector: str = "input") -> None:
        """Replace the text of an input, and press Enter."""
        field = self.element(name, selector)
        field.click()
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(text, Keys.ENTER)

    def choose_file(self, name: str, path: str) -> None:
        self.element(name, "input[type=file]").send_keys(path)

    def press(self, name: str, selector: str, *keys: str) -> None:
        """Focus an element of a model's view and press keys."""
        element = self.element(name, selector)
        ActionChains(self._driver).click(element).send_keys(*keys).perform()

    def drag(self, name: str, selector: str, right: int) -> None:
        """Drag an element of a model's view by some pixels to the right, in several moves."""
        actions = ActionChains(self._driver, duration=20)
        actions.click_and_hold(self.element(name, selector))
        for _ in range(5):
            actions.move_by_offset(right // 5, 0)
        actions.release().perform()

    def edit_cell(self, name: str, row: int, column: int, text: str) -> None:
        """Open the editor of one cell of a data table, type over its text and press Enter."""
        cell = f".slick-row:nth-child({row + 1}) .slick-cell.l{column}"
        self.wait(lambda: self._typed_over(name, cell, text), "the cell's editor takes text")

    def _typed_over(self, name: str, cell: str, text: str) -> bool:
        """Type into a cell's editor if it is there; else open it, also once more: a table that is
        drawn anew meanwhile closes it.
        """
        editing = self.run(ELEMENT, name, EDITABLE)
        editor = editing and self.run(EDITOR, editing)
        if editor:
            editor.send_keys(Keys.BACKSPACE, text, Keys.ENTER)
        elif not editing:
            ActionChains(self._driver).double_click(self.element(name, cell)).perform()
        return bool(editor)

    def click_point(self, name: str, x: float, y: float) -> None:
        """Click at a place of a plot, in data units."""
        self._mouse(self.point(name, x, y))

    def drag_box(self, name: str, start: Point, end: Point) -> None:
        """Drag the mouse over a plot from one corner to the other, both in data units."""
        self._mouse(self.point(name, *start), self.point(name, *end))

    def point(self, name: str, x: float, y: float) -> Point:
        """Return the place in the window, in pixels, of a place of a plot in data units."""
        left, top = self.run(POINT, name, x, y)
        return left, top

    def _mouse(self, start: Point, end: Point | None = None) -> None:
        """Press the button at one place, release it there or at another. Both in pixels."""
        actions = ActionBuilder(self._turn(), duration=100)
        mouse = actions.pointer_action
        mouse.move_to_location(*map(round, start))
        mouse.pointer_down(button=MouseButton.LEFT)
        if end is not None:
            mouse.move_to_location(*(round((a + b) / 2) for a, b in zip(start, end, strict=True)))
            mouse.move_to_location(*map(round, end))
        mouse.pointer_up(button=MouseButton.LEFT)
        actions.perform()

    def _turn(self) -> WebDriver:
        if self._driver.current_window_handle != self._handle:
            self._driver.switch_to.window(self._handle)
        return self._driver
