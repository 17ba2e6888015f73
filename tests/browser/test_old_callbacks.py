"""JavaScript of old callbacks in today's browsers."""

from selenium.webdriver import Keys

from tests.browser.conftest import Browser, Serve


def test_models_have_the_methods_that_they_had(serve: Serve, browser: Browser) -> None:
    server = serve("old_callbacks.py")
    tab = browser.open(f"{server.url}/old_callbacks")
    tab.press("slider", ".noUi-handle", Keys.ARROW_RIGHT)
    tab.wait(lambda: tab.column("source", "y") == [2, 4], "the callback has changed the column")
    tab.click_point("plot", 1, 2)
    tab.wait(
        lambda: tab.run(
            "return Bokeh.documents[0].get_model_by_name('plot').title.text == 'selected 1'"
        ),
        "the callback has read the selection",
    )
