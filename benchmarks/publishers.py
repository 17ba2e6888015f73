"""How scripts put documents on a server: our REST interface, or `bokeh.client` on `bokeh serve`.

Both work in one thread of their own, as a script does.
"""

from collections.abc import Sequence
from typing import Any, Protocol

import orjson
import requests
from bokeh.client import pull_session, push_session
from bokeh.document import Document
from bokeh.models import ColumnDataSource, Slider
from bokeh.plotting import figure

from benchmarks.measure import Target
from benchmarks.visitor import POINTS, WrongAnswer

Columns = dict[str, Sequence[float]]


def sample() -> Document:
    """Return a document with a plot of 200 points, a slider and a source, both named."""
    document = Document()
    source = ColumnDataSource({"x": [*range(POINTS)], "y": [*range(POINTS)]}, name="source")
    plot = figure()
    plot.line("x", "y", source=source)
    document.add_root(plot)
    document.add_root(Slider(start=0, end=9, value=0, name="slider"))
    return document


class Publisher(Protocol):
    """What both can do."""

    def push(self, ident: str, *, keep: bool = False) -> None:
        """Put a document on the server, whole; ``keep`` what is needed to append to it."""

    def pull(self, ident: str) -> None:
        """Read it back."""

    def append(self, ident: str, columns: Columns) -> None:
        """Append rows to the source of a document that is kept; its last 200 rows stay."""


class Rest:
    """Our REST interface, on one kept connection.

    Args:
        url: of the server.
    """

    def __init__(self, url: str) -> None:
        self._documents = f"{url}/api/documents"
        self._http = requests.Session()
        self._http.headers["Content-Type"] = "application/json"
        self._body = orjson.dumps(sample().to_json(deferred=False))

    def push(self, ident: str, *, keep: bool = False) -> None:
        self._http.put(f"{self._documents}/{ident}", self._body).raise_for_status()

    def pull(self, ident: str) -> None:
        reply = self._http.get(f"{self._documents}/{ident}")
        check(Document.from_json(reply.json()))

    def append(self, ident: str, columns: Columns) -> None:
        url = f"{self._documents}/{ident}/models/source/data?rollover={POINTS}"
        self._http.post(url, orjson.dumps(columns)).raise_for_status()


class BokehClient:
    """Bokeh's own client.

    Args:
        url: of the server.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._open: dict[str, Any] = {}

    def push(self, ident: str, *, keep: bool = False) -> None:
        session = push_session(sample(), ident, self._url)
        if keep:
            self._open[ident] = session
        else:
            session.close()

    def pull(self, ident: str) -> None:
        session = pull_session(ident, self._url)
        check(session.document)
        session.close()

    def append(self, ident: str, columns: Columns) -> None:
        session = self._open[ident]
        source: Any = session.document.get_model_by_name("source")
        source.stream(columns, POINTS)
        session.force_roundtrip()  # its loop runs, and sends, only in such calls


def check(document: Document) -> None:
    """See that a document that was read is the one that was put there."""
    source: Any = document.get_model_by_name("source")
    if source is None or len(source.data["x"]) != POINTS:
        raise WrongAnswer("the document was not read whole")


def publisher(target: Target) -> Publisher:
    """Return what suits the server under test."""
    url = f"http://{target.host}:{target.port}"
    is_ours = requests.get(f"{url}/api/openapi.json", timeout=30).ok
    return Rest(url) if is_ours else BokehClient(url)
