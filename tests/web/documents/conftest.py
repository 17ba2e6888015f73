"""A server for tests of the REST interface, asked by Flask's test client from this machine."""

from typing import Any

import orjson
import pytest
from bokeh.document import Document
from bokeh.models import ColumnDataSource, Slider
from flask.testing import FlaskClient

from tests.web.conftest import CAN_UPGRADE, FakeApp, Serve


def fill(document: Document) -> None:
    """Fill a document with a slider and a source."""
    source = ColumnDataSource({"x": [1, 2, 3], "y": [0.5, float("nan"), float("inf")]}, name="data")
    document.add_root(Slider(start=0, end=10, value=1, name="slider", tags=[source]))
    document.title = "A title"


def body_of(document: Document) -> bytes:
    """Return a document as Bokeh writes it for a file."""
    return orjson.dumps(document.to_json(deferred=False))


def sample() -> bytes:
    """Return the JSON of a filled document."""
    document = Document()
    fill(document)
    return body_of(document)


class Api:
    """A client of one server's REST interface."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def __call__(self, method: str, path: str = "", **options: Any) -> Any:
        """Send a request below /api/documents."""
        overrides = {**CAN_UPGRADE, **options.pop("environ", {})}
        return self.client.open(
            f"/api/documents{path}", method=method, environ_overrides=overrides, **options
        )

    def put(self, ident: str, body: bytes | None = None, **options: Any) -> Any:
        """Upload a document."""
        data = sample() if body is None else body
        options.setdefault("content_type", "application/json")
        return self("PUT", f"/{ident}", data=data, **options)

    def value(self, ident: str, model: str, attr: str) -> Any:
        """Return a property of a model."""
        return self("GET", f"/{ident}/models/{model}").json["attributes"][attr]


@pytest.fixture
def api(serve: Serve) -> Api:
    """The interface of a server with one app, at ``/app``."""
    return Api(serve(FakeApp(fill), store="memory:").test_client())
