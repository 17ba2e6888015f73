"""Servers for the client's tests, ours and Bokeh's own, and sessions that are closed at the end."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from bokeh.document import Document
from bokeh.models import Button, ColumnDataSource, Slider

from hybridviz.client import ClientSession
from tests.servers import Server

APPS = Path(__file__).parent.parent / "interop" / "apps"
PATIENCE = 20.0


def until(condition: Callable[[], Any]) -> None:
    """Wait until a condition holds."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def some_document() -> Document:
    document = Document()
    document.add_root(Slider(start=0, end=100, value=1, name="slider"))
    document.add_root(Button(name="button"))
    document.add_root(ColumnDataSource({"x": [1.0, 2.0]}, name="source"))
    return document


def model(session: ClientSession, name: str) -> Any:
    assert session.document is not None
    found = session.document.get_model_by_name(name)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """hybridviz serve, with the app /slider."""
    server = Server("serve", [APPS / "slider.py"], tmp_path_factory.mktemp("ours"))
    yield server
    server.kill()


@pytest.fixture(scope="module", params=["serve", "bokeh"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """Each server, with the app /slider."""
    directory = tmp_path_factory.mktemp("server")
    server = Server(request.param, [APPS / "slider.py"], directory)
    yield server
    server.kill()


@pytest.fixture(scope="module", params=["serve", "bokeh"])
def space(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """Each server, without apps: documents of scripts are all that there is."""
    server = Server(request.param, [], tmp_path_factory.mktemp("space"))
    yield server
    server.kill()


@pytest.fixture
def keep() -> Iterator[Callable[[ClientSession], ClientSession]]:
    """Close the sessions that a test has opened; no thread of theirs stays busy."""
    sessions: list[ClientSession] = []

    def add(session: ClientSession) -> ClientSession:
        sessions.append(session)
        return session

    yield add
    for session in sessions:
        session.close()
    until(lambda: not [t for t in threading.enumerate() if t.name == "asyncio"])
