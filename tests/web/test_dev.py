"""What ``--dev`` adds to pages: the stream of one app's changes and output."""

import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from hybridviz.runtime.threads import ThreadRuntime
from hybridviz.web.app_output import AppOutput
from hybridviz.web.dev import BACKLOG, Listener
from tests.web.conftest import CAN_UPGRADE, FakeApp, Serve, broken
from tests.web.test_pages import get


def events(app: Flask, route: str = "/app") -> Iterator[tuple[str, str]]:
    """Yield the name and data of each event of a page's stream."""
    response = app.test_client().get(
        "/_hybridviz/dev", query_string={"route": route}, environ_overrides=CAN_UPGRADE
    )
    assert response.mimetype == "text/event-stream"
    for part in response.iter_encoded():
        name, data = part.decode().strip().split("\n")
        yield name.removeprefix("event: "), data.removeprefix("data: ")


def editions(app: Flask) -> Iterator[str]:
    return (data for name, data in events(app) if name == "edition")


def test_a_change_of_the_app_is_told(serve: Serve) -> None:
    fake = FakeApp()
    app = serve(fake, dev=True)
    stream = editions(app)
    first = next(stream)
    fake.changed = True
    second = next(stream)
    assert first != second
    assert f'data-edition="{second}"' in get(app, "/app").text


def test_what_apps_print_and_log_is_shown(serve: Serve, capsys: pytest.CaptureFixture[str]) -> None:
    def fill(document: Any) -> None:
        print("some", "text")
        logging.getLogger("mine").warning("oh")

    app = serve(FakeApp(fill), dev=True)
    stream = events(app)
    next(stream)
    get(app, "/app")
    found = [json.loads(data) for _, data in (next(stream), next(stream))]
    assert found == [
        {"level": "print", "text": "some text"},
        {"level": "warning", "text": "oh"},
    ]
    assert "some text" in capsys.readouterr().out


def test_the_page_of_an_error_takes_part(serve: Serve) -> None:
    app = serve(FakeApp(broken), dev=True)
    page = get(app, "/app")
    assert page.status_code == 500 and "/_hybridviz/dev.js" in page.text


def test_the_end_of_the_server_ends_the_streams(serve: Serve) -> None:
    app = serve(FakeApp(), dev=True)
    stream = events(app)
    next(stream)
    app.extensions["hybridviz"].close()
    assert list(stream) == []


@pytest.mark.parametrize(("dev", "route"), [(True, "/other"), (False, "/app")])
def test_there_is_no_stream_for_anything_else(serve: Serve, dev: bool, route: str) -> None:
    app = serve(FakeApp(), dev=dev)
    found = app.test_client().get("/_hybridviz/dev", query_string={"route": route})
    assert found.status_code == 404


def test_pages_know_nothing_of_it_otherwise(serve: Serve) -> None:
    assert "dev.js" not in get(serve(FakeApp()), "/app").text


def test_a_page_that_does_not_read_keeps_the_newest() -> None:
    listener = Listener(ThreadRuntime())
    for number in range(BACKLOG + 1):
        listener.tell("log", str(number))
    stream = listener.stream()
    first = next(stream)
    listener.close()
    assert first == b"event: log\ndata: 1\n\n"


def test_streams_are_given_back() -> None:
    out, err = sys.stdout, sys.stderr
    output = AppOutput(print)
    output.install()
    assert sys.stdout is not out
    output.remove()
    output.remove()
    assert (sys.stdout, sys.stderr) == (out, err)
