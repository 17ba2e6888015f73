"""``--dev`` in a real browser: pages follow the code and its errors, and show the app's output."""

from collections.abc import Callable
from pathlib import Path

from tests.browser.conftest import Browser, Serve
from tests.browser.tab import Tab

APP = """
from bokeh.io import curdoc
from bokeh.models import Button, Div

import texts

def press():
    print("pressed")
    if texts.FAIL:
        raise ValueError("told to fail")

button = Button(label="Press", name="button")
button.on_click(press)
curdoc().add_root(Div(text=texts.HELLO, name="div"))
curdoc().add_root(button)
"""
LOG = "return document.querySelector('#hybridviz-log ol')?.textContent ?? ''"
BODY = "return document.body.innerText"


def write(folder: Path, hello: str, fail: bool = False) -> None:
    # A change must differ in size or time; editors replace files in one step.
    draft = folder / "draft"
    draft.write_text(f"HELLO = {hello!r}\nFAIL = {fail}\n")
    draft.rename(folder / "texts.py")


def says(tab: Tab, script: str, text: str) -> Callable[[], bool]:
    return lambda: text in tab.run(script)


def test_an_app_being_written(serve: Serve, browser: Browser, tmp_path: Path) -> None:
    folder = tmp_path / "apps"
    folder.mkdir()
    app = folder / "app.py"
    app.write_text(APP)
    write(folder, "one")
    server = serve(app, options=["--dev"])
    tab = browser.open(f"{server.url}/app")
    assert tab.value("div", "text") == "one"

    write(folder, "two, longer")
    tab.wait(lambda: tab.value("div", "text") == "two, longer", "the module is read again")
    tab.settle()
    tab.click("button")
    tab.wait(says(tab, LOG, "pressed"), "the print is shown")

    write(folder, "three", fail=True)
    tab.wait(lambda: tab.value("div", "text") == "three", "the page is loaded again")
    tab.settle()
    tab.click("button")
    tab.wait(says(tab, LOG, "told to fail"), "the error is shown")

    app.write_text("oops")
    tab.wait(says(tab, BODY, "NameError"), "the error page is shown")
    app.write_text(APP)
    tab.wait(lambda: tab.value("div", "text") == "three", "the page recovers")
    tab.settle()
    browser.console_errors()  # the 500 of the broken app is one


def test_a_slow_app_shows_that_it_is_loading(
    serve: Serve, browser: Browser, tmp_path: Path
) -> None:
    app = tmp_path / "slow.py"
    app.write_text(
        "import time\nfrom bokeh.io import curdoc\nfrom bokeh.models import Div\n"
        "time.sleep(2)\ncurdoc().add_root(Div(text='here', name='div'))\n"
    )
    server = serve(app)
    browser.open(f"{server.url}/slow")
    tab = browser.tab().load(f"{server.url}/slow")  # this one is shown before its app is run
    spinner = "return getComputedStyle(document.documentElement, '::after').opacity"
    tab.wait(lambda: tab.run(spinner) == "1", "the indicator is shown")
    tab.settle()
    tab.wait(
        lambda: (
            not tab.run("return document.documentElement.classList.contains('hybridviz-loading')")
        ),
        "the indicator is gone",
    )
