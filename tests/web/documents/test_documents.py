"""Whole documents over REST: upload, read, change, remove; and what is refused."""

from typing import Any

import orjson
import pytest
from bokeh.document import Document
from bokeh.models import Div, Slider
from bokeh.plotting import figure

from tests.web.conftest import CAN_UPGRADE, FakeApp, Serve
from tests.web.documents.conftest import Api, body_of, fill, sample

JSON = {"content_type": "application/json"}


def test_what_was_uploaded_is_read_as_it_was(api: Api) -> None:
    body = sample()
    created = api.put("hover", body)
    assert created.status_code == 201 and created.headers["Location"] == "/api/documents/hover"
    assert api.put("hover", body).status_code == 200
    found = api("GET", "/hover")
    assert found.data == body and found.mimetype == "application/json"
    assert Document.from_json(orjson.loads(found.data)).title == "A title"


@pytest.mark.parametrize("ident", ["a b", "ü/x", "%25", "a.b-c_d~"])
def test_ids_may_be_any_text(api: Api, ident: str) -> None:
    assert api.put(ident).status_code == 201
    assert api("GET").json["documents"][0]["id"] == ident.replace("%25", "%")


def test_the_list_tells_of_uploads_only(api: Api) -> None:
    api.client.get("/app", environ_overrides=CAN_UPGRADE)
    api.put("hover")
    (entry,) = api("GET").json["documents"]
    assert (entry["id"], entry["title"]) == ("hover", "A title")
    assert entry.keys() == {"id", "title", "version", "size", "created", "updated"}


def test_a_browser_gets_a_page_of_its_own(api: Api) -> None:
    api.put("hover")
    page = api("GET", "/hover", headers={"Accept": "text/html,*/*;q=0.8"})
    assert page.mimetype == "text/html" and "<title>A title</title>" in page.text
    inline = api("GET", "/hover?resources=inline", headers={"Accept": "text/html"})
    assert len(inline.data) > len(page.data) + 500_000
    wrong = api("GET", "/hover?resources=x", headers={"Accept": "text/html"})
    assert wrong.status_code == 400 and "cdn or inline" in wrong.json["detail"]


def test_changes_are_all_or_nothing(api: Api) -> None:
    api.put("hover")
    changes = {"title": "New", "models": {"slider": {"value": 5, "end": 20}}}
    assert api("PATCH", "/hover", json=changes).status_code == 204
    assert api.value("hover", "slider", "value") == 5
    document = Document.from_json(api("GET", "/hover").json)
    assert document.title == "New"
    changes = {"title": "Newer", "models": {"slider": {"value": 7, "start": "low"}}}
    refused = api("PATCH", "/hover", json=changes)
    assert refused.status_code == 422
    assert (refused.json["model"], refused.json["property"]) == ("slider", "start")
    assert api.value("hover", "slider", "value") == 5


def test_removal(api: Api) -> None:
    api.put("hover")
    api.value("hover", "slider", "value")  # it is live now
    assert api("DELETE", "/hover").status_code == 204
    for method in ("GET", "DELETE"):
        gone = api(method, "/hover")
        assert gone.status_code == 404 and gone.mimetype == "application/problem+json"
    assert api("PATCH", "/hover", json={}).status_code == 404


def test_entity_tags(api: Api) -> None:
    first = api.put("hover", headers={"If-None-Match": "*"})
    assert api.put("hover", headers={"If-None-Match": "*"}).status_code == 412
    tag = first.headers["ETag"]
    assert api("GET", "/hover").headers["ETag"] == tag
    assert api("GET", "/hover", headers={"If-None-Match": tag}).status_code == 304
    changed = api("PATCH", "/hover", json={"title": "x"}, headers={"If-Match": tag})
    assert changed.status_code == 204 and changed.headers["ETag"] != tag
    for attempt in (
        api("PATCH", "/hover", json={"title": "y"}, headers={"If-Match": tag}),
        api.put("hover", headers={"If-Match": tag}),
        api("DELETE", "/hover", headers={"If-Match": tag}),
        api("DELETE", "/hover", headers={"If-Match": '"x"'}),
    ):
        assert attempt.status_code == 412
    assert api("GET", "/hover").json["title"] == "x"
    last = {"If-Match": changed.headers["ETag"]}
    assert api("DELETE", "/hover", headers=last).status_code == 204


def test_a_bad_tag_is_explained(api: Api) -> None:
    api.put("hover")
    answer = api("PATCH", "/hover", json={}, headers={"If-Match": "12"})
    assert answer.status_code == 400 and "in quotes" in answer.json["detail"]


def test_an_upload_takes_the_place_of_a_live_document(api: Api) -> None:
    api.put("hover")
    assert api.value("hover", "slider", "value") == 1
    document = Document()
    document.add_root(Slider(start=0, end=1, value=0.5, name="slider"))
    api.put("hover", body_of(document))
    assert api.value("hover", "slider", "value") == 0.5


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", "not JSON"),
        (b"[", "not JSON"),
        (b"[]", "a JSON object with a list of roots"),
        (b'{"roots": {}}', "a JSON object with a list of roots"),
        (b'{"roots": [1]}', "cannot be read"),
        (b'{"roots": [{"type": "object", "name": "Nope", "id": "1"}]}', "Nope"),
        (b'{"roots": [{"id": "p1"}]}', "cannot be read"),
        (b'{"roots": [{"type": "bytes", "data": "AAAA"}]}', "gzip"),
        (b'{"roots": [{"type": "object", "name": "Div", "id": "1", "attributes": {"a": 1}}]}', "a"),
    ],
)
def test_what_is_no_document_is_refused_and_loses_nothing(
    api: Api, body: bytes, detail: str
) -> None:
    api.put("hover")
    refused = api.put("hover", body)
    assert refused.status_code == 422 and detail in refused.json["detail"]
    assert api("GET", "/hover").data == sample_like(api)


def sample_like(api: Api) -> bytes:
    """Return what is stored, if it is still the sample."""
    found: bytes = api("GET", "/hover").data
    assert Document.from_json(orjson.loads(found)).title == "A title"
    return found


@pytest.mark.parametrize("form", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_only_json_is_taken(api: Api, form: str) -> None:
    refused = api.put("hover", content_type=form)
    assert refused.status_code == 415 and "application/json" in refused.json["detail"]


def test_a_body_over_the_limit(serve: Serve) -> None:
    api = Api(serve(FakeApp(), store="memory:", max_upload_size=100).test_client())
    refused = api.put("hover")
    assert refused.status_code == 413 and "100 bytes" in refused.json["detail"]


def test_no_room(serve: Serve) -> None:
    api = Api(serve(FakeApp(), store="memory:", store_quota=100).test_client())
    assert api.put("hover").status_code == 507


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ([], "must be a JSON object"),
        ({"colour": 1}, "unknown member 'colour'"),
        ({"models": []}, "models must be an object"),
        ({"models": {"slider": 1}}, "must be an object of properties"),
        ({"title": 1}, "title must be text"),
        ({"models": {"slider": {"nope": 1}}}, "no property 'nope'"),
        ({"models": {"slider": {"value": {"type": "x"}}}}, "value"),
    ],
)
def test_bad_changes_are_explained(api: Api, changes: Any, detail: str) -> None:
    api.put("hover")
    refused = api("PATCH", "/hover", json=changes)
    assert refused.status_code == 422 and detail in refused.json["detail"]


def test_changes_that_are_no_json(api: Api) -> None:
    api.put("hover")
    assert api("PATCH", "/hover", data=b"{", **JSON).status_code == 400


def test_methods_that_are_not_there(api: Api) -> None:
    assert api("POST", "/hover").status_code == 405


class TestAppSessions:
    """Live sessions of apps."""

    @pytest.fixture
    def ident(self, api: Api) -> str:
        api.client.get("/app?bokeh-session-id=mine", environ_overrides=CAN_UPGRADE)
        return "mine"

    def test_they_are_read_and_changed(self, api: Api, ident: str) -> None:
        tag = api("GET", f"/{ident}").headers["ETag"]
        change = {"json": {"value": 3}, "headers": {"If-Match": tag}}
        assert api("PATCH", f"/{ident}/models/slider", **change).status_code == 204
        assert api("PATCH", f"/{ident}/models/slider", **change).status_code == 412
        assert api.value(ident, "slider", "value") == 3

    def test_they_are_not_replaced_or_removed(self, api: Api, ident: str) -> None:
        assert api.put(ident).status_code == 409
        assert api("DELETE", f"/{ident}").status_code == 409


def test_plots_with_arrays_survive(api: Api) -> None:
    import numpy as np

    document = Document()
    plot = figure(x_range=["a", "b"])
    plot.line(x=np.arange(1000), y=np.random.rand(1000), name="line")
    document.add_root(plot)
    api.put("plot", body_of(document))
    api("PATCH", "/plot", json={"title": "x"})  # writes it anew
    again = Document.from_json(api("GET", "/plot").json)
    found = again.get_model_by_name("line").data_source.data["y"]  # type: ignore[union-attr]
    wanted = document.get_model_by_name("line").data_source.data["y"]  # type: ignore[union-attr]
    assert np.array_equal(found, wanted) and found.dtype == wanted.dtype


def test_the_page_of_the_document_space_shows_it(api: Api) -> None:
    api.put("hover")
    page = api.client.get("/?bokeh-session-id=hover", environ_overrides=CAN_UPGRADE)
    assert "<title>A title</title>" in page.text


def test_an_empty_document_has_no_page_of_its_own(api: Api) -> None:
    api.put("empty", body_of(Document()))
    assert api("GET", "/empty", headers={"Accept": "text/html"}).status_code == 404


def test_documents_survive_the_server(serve: Serve) -> None:
    first = serve(FakeApp())
    Api(first.test_client()).put("hover")
    Api(first.test_client())("PATCH", "/hover", json={"title": "later"})
    first.extensions["hybridviz"].close()
    again = Api(serve(FakeApp()).test_client())
    assert again("GET", "/hover").json["title"] == "later"


def test_fill_is_what_the_tests_think() -> None:
    document = Document()
    fill(document)
    assert isinstance(document.roots[0], Slider) and not isinstance(document.roots[0], Div)
