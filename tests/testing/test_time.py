"""Time passes when the test says so, for callbacks of every kind."""

import asyncio
import threading
import time

import pytest
from bokeh.document import Document, without_document_lock
from bokeh.io import curdoc
from bokeh.models import Button, Div

from hybridviz import offload
from hybridviz.testing import VizClient
from hybridviz.testing.plugin import OpenApp
from tests.testing import apps

HOUR = 3600.0


def test_callbacks_run_at_their_times(viz_open: OpenApp) -> None:
    page = viz_open(apps.ticking)
    assert page["log"].text == "nr"
    page.advance(0.2)
    assert page["log"].text == "nrpp"
    page.advance(0.1)
    assert page["log"].text == "nrpptp"
    assert len(page.advance(1.0)) == 10


def test_the_browser_hears_of_each_tick_in_its_time(viz_open: OpenApp) -> None:
    page = viz_open(apps.ticking)
    lines = page.advance(0.3).lines
    assert [line.count("p") for line in lines] == [1, 2, 2, 3]


def test_an_hour_takes_no_time() -> None:
    def app(document: Document) -> None:
        count = Div(name="count", text="0")
        document.add_periodic_callback(lambda: count.update(text=str(int(count.text) + 1)), 60_000)
        document.add_root(count)

    with VizClient(app) as client:
        page = client.open()
        client.advance(HOUR)
        assert page["count"].text == "60"


def test_coroutines_sleep_on_the_virtual_clock(viz_open: OpenApp) -> None:
    def app(document: Document) -> None:
        button, log = Button(name="go"), Div(name="log")

        async def clicked() -> None:
            log.text += "start "
            await asyncio.sleep(HOUR)
            log.text += await asyncio.to_thread(lambda: time.sleep(0.01) or "thread ")
            log.text += offload(lambda: "offloaded")

        button.on_click(clicked)
        document.add_root(button)
        document.add_root(log)

    page = viz_open(app)
    page.click("go")
    assert page["log"].text == "start thread offloaded"


def test_callbacks_without_the_lock_and_from_threads(viz_open: OpenApp) -> None:
    def app(document: Document) -> None:
        log = Div(name="log")

        @without_document_lock
        async def apart() -> None:
            await asyncio.sleep(1)
            curdoc().add_next_tick_callback(lambda: log.update(text="from apart"))

        document.add_timeout_callback(apart, 10)
        document.add_root(log)

    page = viz_open(app)
    page.advance(2)
    assert page["log"].text == "from apart"
    add = page.session.document.add_next_tick_callback
    later = page.session.document.get_model_by_name("log")
    thread = threading.Thread(target=lambda: add(lambda: later.update(text="from a thread")))
    thread.start()
    thread.join()
    assert page["log"].text == "from a thread"


def test_a_callback_that_adds_itself_for_ever_stops_no_test(viz_open: OpenApp) -> None:
    def app(document: Document) -> None:
        count = Div(name="count", tags=[0])

        def again() -> None:
            count.tags = [count.tags[0] + 1]
            document.add_next_tick_callback(again)

        document.add_next_tick_callback(again)
        document.add_root(count)

    page = viz_open(app)
    before = page["count"].tags[0]
    assert 0 < before < page["count"].tags[0]


def test_sessions_without_viewers_expire(viz_open: OpenApp) -> None:
    page = viz_open(apps.slider)
    session = page.session
    page.advance(HOUR)
    assert not session.destroyed, "somebody looks"
    page.close()
    page.advance(HOUR)
    assert session.destroyed


def test_a_test_may_be_a_coroutine_itself(viz_open: OpenApp) -> None:
    def app(document: Document) -> None:
        button, log = Button(name="go"), Div(name="log")

        async def clicked() -> None:
            await asyncio.sleep(1)
            log.text = "clicked"

        button.on_click(clicked)
        document.add_root(button)
        document.add_root(log)

    async def test() -> None:
        page = viz_open(app)
        page.click("go")
        assert page["log"].text == "clicked"
        assert asyncio.get_running_loop() is loop

    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        runner.run(test())


@pytest.mark.parametrize("seconds", [0.1, 1.0, 12.3])
def test_rounding_loses_no_tick(seconds: float) -> None:
    ticks: list[int] = []

    def app(document: Document) -> None:
        document.add_periodic_callback(lambda: ticks.append(1), 100)

    with VizClient(app) as client:
        client.open()
        client.advance(seconds)
        assert len(ticks) == round(seconds * 10)
