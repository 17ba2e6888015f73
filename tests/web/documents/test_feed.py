"""The changes of a document as they happen."""

import gzip
import struct
from base64 import b64encode
from typing import Any

import orjson
from bokeh.models import ColumnDataSource

from hybridviz.core.documents import read_document
from tests.web.documents.conftest import Api


def events(response: Any) -> Any:
    """Yield the name and the data of each event."""
    for part in response.iter_encoded():
        if part.startswith(b":"):
            continue  # it only keeps the connection alive
        name, data = part.decode().strip().split("\n")
        yield name.removeprefix("event: "), orjson.loads(data.removeprefix("data: "))


def test_changes_are_told(api: Api) -> None:
    api.put("hover")
    feed = events(api("GET", "/hover/events"))
    assert next(feed) == ("open", {})
    api("PATCH", "/hover/models/slider", json={"value": 6})
    name, data = next(feed)
    (event,) = data["events"]
    assert name == "patch" and (event["attr"], event["new"]) == ("value", 6)


def test_arrays_are_inside(api: Api) -> None:
    api.put("hover")
    stream = api("GET", "/hover/events")
    feed = events(stream)
    next(feed)
    data = b64encode(gzip.compress(struct.pack("<d", 1.0))).decode()
    array = {"type": "ndarray", "array": {"type": "bytes", "data": data}}
    array |= {"shape": [1], "dtype": "float64", "order": "little"}
    answer = api("PUT", "/hover/models/data/data", json={"x": array})
    assert answer.status_code == 204, answer.text
    document = read_document(api("GET", "/hover").data)
    _, data = next(feed)
    document.apply_json_patch(data)
    source = next(iter(document.select({"type": ColumnDataSource})))
    assert list(source.data["x"]) == [1.0]  # type: ignore[attr-defined]


def test_the_end_is_told(api: Api) -> None:
    api.put("hover")
    feed = events(api("GET", "/hover/events"))
    next(feed)
    api("DELETE", "/hover")
    assert [name for name, _ in feed][-1] == "close"


def test_there_is_none_of_nothing(api: Api) -> None:
    assert api("GET", "/hover/events").status_code == 404
