"""What callbacks raise is raised in the test that has caused it."""

import logging

import pytest
from bokeh.document import Document
from bokeh.models import Button, Div

from hybridviz.errors import ChangeRefused
from hybridviz.testing import VizClient
from hybridviz.testing.plugin import OpenApp

BROKEN = b'{"events":[{"kind":"ModelChanged","model":{"id":"x"},"attr":"text","new":"y"}]}'


def failing(document: Document) -> None:
    button = Button(name="button")
    button.on_click(lambda: 1 / 0)
    both = Button(name="both")
    both.on_click(lambda: 1 / 0)
    both.on_click(lambda: [][1])
    document.add_timeout_callback(lambda: {}["late"], 1000)
    document.add_root(button)
    document.add_root(both)
    document.add_root(Div(name="alive"))


def test_one_exception_is_raised_as_it_is(viz_open: OpenApp) -> None:
    page = viz_open(failing)
    with pytest.raises(ZeroDivisionError):
        page.click("button")
    with pytest.raises(KeyError, match="late"):
        page.advance(1)
    page.set("alive", text="yes")


def test_several_are_raised_as_a_group(viz_open: OpenApp) -> None:
    page = viz_open(failing)
    with pytest.raises(ExceptionGroup) as raised:
        page.click("both")
    assert [type(error) for error in raised.value.exceptions] == [ZeroDivisionError, IndexError]


def test_they_may_be_looked_at_instead() -> None:
    with VizClient(failing) as client:
        client.raise_errors = False
        page = client.open()
        page.click("button")
        client.advance(1)
        assert [type(error) for error in client.errors] == [ZeroDivisionError, KeyError]


def test_an_app_that_has_silenced_the_log_hides_nothing(viz_open: OpenApp) -> None:
    page = viz_open(failing)
    log = logging.getLogger("hybridviz.sessions")
    log.disabled = True
    try:
        with pytest.raises(ZeroDivisionError):
            page.click("button")
    finally:
        log.disabled = False


def test_errors_of_server_callbacks(viz_open: OpenApp) -> None:
    def app(document: Document) -> None:
        server = document.session_context.server_context  # type: ignore[union-attr]
        server.add_timeout_callback(lambda: 1 / 0, 500)  # type: ignore[union-attr]

    page = viz_open(app)
    with pytest.raises(ZeroDivisionError):
        page.advance(1)


def test_a_change_that_the_server_refuses(viz_open: OpenApp) -> None:
    page = viz_open(failing)
    with pytest.raises(ChangeRefused, match="unknown model"):
        page.act(page._send, page._replica.writer.write("PATCH-DOC", BROKEN))
