"""Models and columns over REST."""

import csv
import io
import math
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pytest
from bokeh.document import Document
from bokeh.models import ColumnDataSource, Div

from hybridviz.core.tables import ARROW, CSV
from hybridviz.sessions import Request
from hybridviz.web.space import SPACE
from tests.web.conftest import FakeApp, Serve
from tests.web.documents.conftest import Api, body_of

DATA = "/hover/models/data/data"


@pytest.fixture
def hover(api: Api) -> Api:
    api.put("hover")
    return api


def columns(api: Api, path: str = DATA) -> Any:
    return api("GET", path).json


def test_models_are_listed_and_described(hover: Api) -> None:
    models = hover("GET", "/hover/models").json["models"]
    kinds = {model["type"]: model for model in models}
    assert kinds["Slider"]["name"] == "slider" and "ColumnDataSource" in kinds
    by_id = hover("GET", f"/hover/models/{kinds['Slider']['id']}").json
    assert by_id == hover("GET", "/hover/models/slider").json
    assert by_id["attributes"]["tags"] == [{"id": kinds["ColumnDataSource"]["id"]}]


def test_a_model_is_changed(hover: Api) -> None:
    assert hover("PATCH", "/hover/models/slider", json={"value": 4}).status_code == 204
    assert hover.value("hover", "slider", "value") == 4
    refused = hover("PATCH", "/hover/models/slider", json={"value": "x"})
    assert refused.status_code == 422 and refused.json["property"] == "value"


@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_a_model_that_is_not_there(hover: Api, method: str) -> None:
    gone = hover(method, "/hover/models/nobody", json={} if method == "PATCH" else None)
    assert gone.status_code == 404 and "'nobody'" in gone.json["detail"]


def test_a_name_that_two_have(api: Api) -> None:
    document = Document()
    for _ in range(2):
        document.add_root(Div(name="twin"))
    api.put("hover", body_of(document))
    clash = api("GET", "/hover/models/twin")
    assert clash.status_code == 409 and document.roots[0].id in clash.json["detail"]


def test_columns_as_json(hover: Api) -> None:
    nan, infinity = ({"type": "number", "value": value} for value in ("nan", "+inf"))
    assert columns(hover) == {"x": [1, 2, 3], "y": [0.5, nan, infinity]}


def test_columns_as_csv(hover: Api) -> None:
    answer = hover("GET", DATA, headers={"Accept": CSV})
    assert answer.mimetype == CSV
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows == [["x", "y"], ["1", "0.5"], ["2", "nan"], ["3", "inf"]]


def test_columns_as_arrow(hover: Api) -> None:
    answer = hover("GET", DATA, headers={"Accept": ARROW})
    table = pa.ipc.open_stream(answer.data).read_all().to_pydict()
    assert table["x"] == [1, 2, 3] and math.isnan(table["y"][1]) and math.isinf(table["y"][2])


@pytest.mark.parametrize("form", ["application/json", CSV, ARROW])
def test_every_format_is_taken_back(hover: Api, form: str) -> None:
    before = columns(hover)
    body = hover("GET", DATA, headers={"Accept": form}).data
    hover("PUT", DATA, json={"x": [0], "y": [0]})
    assert hover("PUT", DATA, data=body, content_type=form).status_code == 204
    assert columns(hover) == before


def test_a_format_that_is_not_spoken(hover: Api) -> None:
    answer = hover("GET", DATA, headers={"Accept": "image/png"})
    assert answer.status_code == 415 and "text/csv" in answer.json["detail"]
    answer = hover("POST", DATA, data="x", content_type="text/plain")
    assert answer.status_code == 415 and "text/csv" in answer.json["detail"]


@pytest.mark.parametrize(
    ("form", "body"),
    [
        ("application/json", b'{"x": [4, 5], "y": [1.5, 2.5]}'),
        ("application/json", b'[{"x": 4, "y": 1.5}, {"y": 2.5, "x": 5}]'),
        (CSV, b"x,y\n4,1.5\n5,2.5\n"),
        (CSV, "\ufeffy,x\r\n1.5,4\r\n2.5,5\r\n".encode()),
    ],
)
def test_rows_are_appended(hover: Api, form: str, body: bytes) -> None:
    assert hover("POST", f"{DATA}?rollover=3", data=body, content_type=form).status_code == 204
    assert columns(hover)["x"] == [3, 4, 5] and columns(hover)["y"][1:] == [1.5, 2.5]


@pytest.mark.parametrize(
    ("form", "body", "status", "detail"),
    [
        ("application/json", b"{", 422, "not JSON"),
        ("application/json", b"1", 422, "an object of columns or a list of rows"),
        ("application/json", b'[{"x": 1}, {"y": 1}]', 422, "the same keys"),
        ("application/json", b'{"x": [1]}', 422, "exactly the columns ['x', 'y']"),
        ("application/json", b'{"x": [1], "y": [1, 2]}', 422, "the same length"),
        ("application/json", b'{"x": 1, "y": 2}', 422, "data"),
        (CSV, b"x,y\n1\n", 422, "equal rows"),
        (CSV, b"\xff", 422, "CSV"),
        (CSV, b"", 422, "CSV"),
        (ARROW, b"x", 422, "Arrow"),
    ],
)
def test_bad_rows_are_explained(
    hover: Api, form: str, body: bytes, status: int, detail: str
) -> None:
    before = columns(hover)
    refused = hover("POST", DATA, data=body, content_type=form)
    assert refused.status_code == status and detail in refused.json["detail"]
    assert columns(hover) == before


@pytest.mark.parametrize("rollover", ["-1", "x", "1.5"])
def test_a_bad_rollover(hover: Api, rollover: str) -> None:
    refused = hover("POST", f"{DATA}?rollover={rollover}", json={"x": [1], "y": [1]})
    assert refused.status_code == 400 and "rollover" in refused.json["detail"]


@pytest.mark.parametrize("body", [{"x": [1], "y": [1, 2]}, {"x": 1}, {"x": {"a": 1}}])
def test_bad_columns_are_refused(hover: Api, body: Any) -> None:
    before = columns(hover)
    assert hover("PUT", DATA, json=body).status_code == 422
    assert columns(hover) == before


def test_values_are_replaced(hover: Api) -> None:
    patches = {"x": [[0, 10], [[1, 3, 1], [20, 30]]]}
    assert hover("PATCH", DATA, json=patches).status_code == 204
    assert columns(hover)["x"] == [10, 20, 30]


@pytest.mark.parametrize(
    "patches",
    [{"z": [[0, 1]]}, {"x": [[9, 1]]}, {"x": 1}, {"x": [1]}, {"x": [["a", 1]]}, {"x": [[[1], 1]]}],
)
def test_bad_values_are_refused(hover: Api, patches: Any) -> None:
    before = columns(hover)
    assert hover("PATCH", DATA, json=patches).status_code == 422
    assert columns(hover) == before


def test_a_model_without_columns(hover: Api) -> None:
    refused = hover("GET", "/hover/models/slider/data")
    assert refused.status_code == 422 and "has no columns" in refused.json["detail"]


def test_times_texts_and_lists(serve: Serve) -> None:
    times = np.array(["2026-01-01T00:00:00", "2026-01-02T12:30:00.5"], dtype="datetime64[ms]")
    data = {"t": times, "s": ["a,b", '"c"'], "l": [[1, 2], [3]], "n": ["1", "2"]}

    def fill(document: Document) -> None:
        document.add_root(Div(tags=[ColumnDataSource(dict(data), name="data")]))

    app = serve(FakeApp(fill), store="memory:")
    api = Api(app.test_client())
    served = app.extensions["hybridviz"].served["/app"]
    served.open("mine", Request())
    path = "/mine/models/data/data"
    found = columns(api, path)
    assert found["t"] == [1767225600000.0, 1767357000500.0]
    text = api("GET", path, headers={"Accept": CSV}).text
    assert "2026-01-02T12:30:00.500" in text
    assert api("POST", path, data=text, content_type=CSV).status_code == 204
    again = columns(api, path)
    assert again == {name: values * 2 for name, values in found.items()}


def test_changes_reach_the_store_behind(api: Api) -> None:
    api.put("hover")
    api.value("hover", "slider", "value")
    viz = api.client.application.extensions["hybridviz"]
    session = viz.served[SPACE].registry.get("hover")

    def change(document: Document) -> None:
        document.get_model_by_name("slider").value = 9  # type: ignore[union-attr]

    session.call(change, session.document)
    stored = orjson.loads(api("GET", "/hover").data)
    slider = Document.from_json(stored).get_model_by_name("slider")
    assert slider is not None and slider.value == 9  # type: ignore[attr-defined]
