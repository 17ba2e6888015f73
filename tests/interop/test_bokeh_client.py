"""The unmodified client of the installed Bokeh, over both transports: all arrives, and once."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from bokeh.client import ClientSession, pull_session, push_session
from bokeh.document import Document
from bokeh.models import ColumnDataSource, Slider

from tests.servers import Server

# Tornado asks for a loop where nobody has set one yet, which Python 3.12 warns of.
pytestmark = pytest.mark.filterwarnings("ignore:There is no current event loop")


@pytest.fixture
def opened() -> Iterator[Callable[[ClientSession], ClientSession]]:
    """Close the sessions that a test has opened."""
    sessions: list[ClientSession] = []

    def keep(session: ClientSession) -> ClientSession:
        sessions.append(session)
        return session

    yield keep
    for session in sessions:
        session.close()


def model(session: ClientSession, name: str) -> Any:
    found = session.document.get_model_by_name(name)
    assert found is not None
    return found


def hear(session: ClientSession, condition: Callable[[], bool]) -> None:
    """Take what comes until a condition holds; a round trip would drop it."""
    session._connection._loop_until(condition)
    assert condition()


def test_pulled_app_follows_its_callbacks(server: Server, opened: Any) -> None:
    session = opened(pull_session(url=server.url + "/slider"))
    seen: list[str] = []
    model(session, "label").on_change("text", lambda attr, old, new: seen.append(new))
    model(session, "slider").value = 7
    hear(session, lambda: bool(seen))
    session.force_roundtrip()
    assert seen == ["7"] and list(model(session, "source").data["x"]) == [7, 7, 7]


def test_pushed_document_is_pulled_and_followed(server: Server, opened: Any) -> None:
    document = Document()
    document.add_root(Slider(start=0, end=9, value=1, name="slider"))
    source = ColumnDataSource({"x": np.array([1.0, 2.0])}, name="source")
    document.add_root(source)
    first = opened(push_session(document, session_id="pushed", url=server.url))
    second = opened(pull_session(session_id="pushed", url=server.url))
    assert model(second, "slider").value == 1
    assert list(model(second, "source").data["x"]) == [1.0, 2.0]

    model(first, "slider").value = 5
    source.stream({"x": np.array([3.0])})
    source.patch({"x": [(0, 9.0)]})
    first.force_roundtrip()
    hear(second, lambda: model(second, "source").data["x"][0] == 9.0)
    assert model(second, "slider").value == 5
    assert list(model(second, "source").data["x"]) == [9.0, 2.0, 3.0]

    events: list[int] = []
    model(first, "slider").on_change("value", lambda attr, old, new: events.append(new))
    model(second, "slider").value = 8
    second.force_roundtrip()
    hear(first, lambda: bool(events))
    first.force_roundtrip()
    assert events == [8]


def test_server_info(server: Server, opened: Any) -> None:
    from bokeh import __version__

    session = opened(pull_session(url=server.url + "/slider"))
    assert session.request_server_info()["version_info"]["bokeh"] == __version__
