"""The REST interface of Bokeh 0.10 on a real server: what its clients do, and what goes wrong."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests

from hybridviz.client import pull_session
from tests.client.conftest import until
from tests.interop.wire import Wire
from tests.legacy_rest.conftest import DATA, ROOTS, ref, small, spec
from tests.servers import Server

JSON = {"content-type": "application/json"}
AUTO = ref("DataRange1d", "auto")
Json = dict[str, Any]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    options = ["--max-upload-size", "200000"]
    server = Server("serve", [], tmp_path_factory.mktemp("legacy"), options=options)
    yield server
    server.kill()


class Old:
    """What a client of Bokeh 0.10 does with one document.

    Args:
        server: the server.
    """

    def __init__(self, server: Server) -> None:
        self.url = server.url
        self.title = str(uuid4())
        known = self("POST", "/bokeh/doc/", {"title": self.title}).json()
        self.id = next(doc["docid"] for doc in known["docs"] if doc["title"] == self.title)
        self.context = self.models()[0]["id"]

    def __call__(self, method: str, path: str, body: Any = None, **more: Any) -> requests.Response:
        data = None if body is None else json.dumps(body)
        return requests.request(method, self.url + path, data=data, timeout=30, **more)

    def models(self) -> list[Json]:
        found: list[Json] = self("GET", f"/bokeh/bb/{self.id}/").json()
        return found

    def model(self, ident: str) -> Json:
        return next(model["attributes"] for model in self.models() if model["id"] == ident)

    def push(self, *specs: Json) -> requests.Response:
        return self("POST", f"/bokeh/bb/{self.id}/bulkupsert", list(specs))

    def show(self) -> None:
        """Upload a small document."""
        context = spec("PlotContext", self.context, children=list(ROOTS))
        self.push(*small(), context).raise_for_status()


@pytest.fixture
def old(server: Server) -> Old:
    return Old(server)


def test_the_steps_of_output_server_and_show(old: Old) -> None:
    assert old("GET", "/bokeh/ping").text == "pong"
    assert set(old("GET", f"/bokeh/getdocapikey/{old.id}").json()) == {"apikey"}
    assert old("POST", f"/bokeh/bb/{old.id}/gc").json() == {"status": "success"}
    (context,) = old.models()
    assert (context["type"], context["attributes"]["children"]) == ("PlotContext", [])
    old.show()
    assert {model["type"] for model in old.models()} == {
        "PlotContext",
        "Plot",
        "Range1d",
        "GlyphRenderer",
        "Line",
        "ColumnDataSource",
        "Slider",
    }
    page = old("GET", f"/bokeh/doc/{old.id}/{old.context}")
    assert page.status_code == 200
    assert old.title in page.text


def test_the_answer_to_bulkupsert_has_what_was_pushed(old: Old) -> None:
    old.show()
    answer = old.push(spec("Slider", "slider", value=5)).json()
    assert answer["msgtype"] == "modelpush"
    assert [model["id"] for model in answer["modelspecs"]] == ["slider"]
    assert answer["modelspecs"][0]["attributes"]["title"] == "s"


def test_single_models(old: Old) -> None:
    old.show()
    path = f"/bokeh/bb/{old.id}/Slider/slider/"
    assert old("GET", path).json()["value"] == 3
    assert old("PUT", path, {"value": 4, "noop": True}).json() == {"noop": True}
    assert old("PATCH", path, {"title": "new"}).json() == {"noop": True}
    assert (old.model("slider")["value"], old.model("slider")["title"]) == (4, "new")
    assert [m["id"] for m in old("GET", f"/bokeh/bb/{old.id}/Slider/").json()] == ["slider"]
    assert old("GET", f"/bokeh/bb/{old.id}/Nothing/").json() == []


def test_what_browsers_of_old_ask_for(old: Old) -> None:
    old.show()
    info = old("GET", f"/bokeh/bokehinfo/{old.id}/")
    assert info.headers["Access-Control-Allow-Origin"] == "*"
    assert info.json()["plot_context_ref"] == ref("PlotContext", old.context)
    found = old("GET", f"/bokeh/objinfo/{old.id}/plot").json()
    assert (found["type"], len(found["all_models"])) == ("Plot", 6)
    assert old("GET", "/bokeh/wsurl/").text.endswith("/bokeh/sub")
    assert old("GET", "/bokeh/doc/", params={"title": old.title}).json()["docid"] == old.id


def test_a_document_is_removed(old: Old) -> None:
    docs = old("DELETE", f"/bokeh/doc/{old.id}/").json()["docs"]
    assert old.id not in [doc["docid"] for doc in docs]
    assert old("GET", f"/bokeh/bb/{old.id}/").status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/bokeh/doc/", {}, 400),
        ("POST", "/bokeh/doc/", [], 422),
        ("POST", "/bokeh/doc/", {"title": 3}, 400),
        ("GET", "/bokeh/doc/", None, 400),
        ("GET", "/bokeh/bb/none/", None, 404),
        ("POST", "/bokeh/bb/none/bulkupsert", [], 404),
        ("POST", "/bokeh/bb/none/gc", None, 404),
        ("GET", "/bokeh/doc/none/none", None, 404),
        ("GET", "/bokeh/doc/none/show", None, 404),
        ("DELETE", "/bokeh/doc/none/", None, 409),
        ("GET", "/bokeh/bb/{id}/Plot/none/", None, 404),
        ("GET", "/bokeh/objinfo/{id}/none", None, 404),
        ("POST", "/bokeh/bb/{id}/bulkupsert", {}, 422),
        ("POST", "/bokeh/bb/{id}/bulkupsert", [7], 422),
        ("POST", "/bokeh/bb/{id}/bulkupsert", [{"type": "Slider", "id": "slider"}], 422),
        ("PUT", "/bokeh/bb/{id}/Slider/slider/", [], 422),
        ("POST", "/bokeh/bb/{id}/bulkupsert", [spec("Div", "d", text="x" * 300_000)], 413),
    ],
)
def test_what_is_refused_changes_nothing(
    old: Old, method: str, path: str, body: Any, status: int
) -> None:
    old.show()
    before = old.models()
    reply = old(method, path.format(id=old.id), body)
    assert (reply.status_code, list(reply.json())) == (status, ["error"])
    assert old.models() == before


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b"\xff", b"nonsense"])
def test_bodies_that_are_no_json(old: Old, body: bytes) -> None:
    url = f"{old.url}/bokeh/bb/{old.id}/bulkupsert"
    assert requests.post(url, body, headers=JSON, timeout=30).status_code == 400


def test_a_title_is_taken_once(old: Old) -> None:
    assert old("POST", "/bokeh/doc/", {"title": old.title}).status_code == 409


def test_numbers_that_json_lacks(old: Old) -> None:
    old.show()
    url = f"{old.url}/bokeh/bb/{old.id}/ColumnDataSource/source/"
    body = b'{"data": {"x": [1, NaN, 100000000000000000000000], "y": [Infinity, 2, 3]}}'
    requests.put(url, body, headers=JSON, timeout=30).raise_for_status()
    assert old.model("source")["data"] == {"x": [1, "NaN", 1e23], "y": ["Infinity", 2, 3]}


def test_a_page_of_another_site_cannot_upload(old: Old) -> None:
    url = f"{old.url}/bokeh/bb/{old.id}/bulkupsert"
    headers = {"Origin": "http://evil.example", "content-type": "text/plain"}
    assert requests.post(url, b"[]", headers=headers, timeout=30).status_code == 401


def test_keys_of_a_document(old: Old, server: Server) -> None:
    key = old("GET", f"/bokeh/getdocapikey/{old.id}").json()["apikey"]
    stranger = {"X-Forwarded-For": "203.0.113.9"}
    found = old("GET", f"/bokeh/getdocapikey/{old.id}", headers=stranger).json()
    path = f"/bokeh/bb/{old.id}/bulkupsert"
    for shown, status in ((key, 200), (found["readonlyapikey"], 401), ("wrong", 401), ("", 401)):
        headers = {**stranger, "BOKEH-API-KEY": shown}
        reply = old("POST", path, [spec("Slider", "s", value=1)], headers=headers)
        assert reply.status_code == status, shown


def test_private_documents_want_a_key_unless_they_are_published(tmp_path: Path) -> None:
    server = Server("serve", [], tmp_path, options=["--private-documents"])
    try:
        old = Old(server)
        key = old("GET", f"/bokeh/getdocapikey/{old.id}").json()["apikey"]
        stranger = {"X-Forwarded-For": "203.0.113.9"}
        path = f"/bokeh/bb/{old.id}/"
        assert old("GET", path, headers=stranger).status_code == 401
        assert old("GET", path, headers={**stranger, "BOKEH-API-KEY": key}).status_code == 200
        old("POST", f"/bokeh/{old.id}/publish").raise_for_status()
        assert old("GET", path, headers=stranger).status_code == 200
        page = f"{server.url}/bokeh/doc/{old.id}/{old.context}"
        with Wire(page, headers=dict(stranger)) as wire:  # its page's token is the right to it
            wire.pull()
    finally:
        server.kill()


def test_documents_of_old_are_no_uploads_of_today(old: Old) -> None:
    listed = old("GET", "/api/documents").json()["documents"]
    assert not [entry for entry in listed if "legacy" in entry["id"]]


def test_whoever_looks_sees_each_change_and_is_heard(old: Old) -> None:
    old.show()
    with pull_session(old.id, old.url) as session:
        assert session.document is not None
        slider: Any = session.document.get_model_by_name("slider")
        source: Any = session.document.get_model_by_name("source")
        assert (slider.value, session.document.title) == (3, old.title)
        old("PUT", f"/bokeh/bb/{old.id}/Slider/slider/", {"value": 6}).raise_for_status()
        old.push(spec("ColumnDataSource", "source", data={"x": [1], "y": [9]})).raise_for_status()
        until(lambda: slider.value == 6 and list(source.data["y"]) == [9])
        slider.value = 7
        source.selected.indices = [0]
        until(lambda: old.model("slider")["value"] == 7)
        until(lambda: old.model("source").get("selected", {}).get("1d") == {"indices": [0]})
        context = spec("PlotContext", old.context, children=[ref("Slider", "slider")])
        old.push(context).raise_for_status()
        until(lambda: session.document is not None and len(session.document.roots) == 1)


def test_what_an_automatic_range_comes_to_stays_automatic(old: Old) -> None:
    old.show()
    old.push(spec("DataRange1d", "auto", name="auto"), spec("Plot", "plot", x_range=AUTO))
    with pull_session(old.id, old.url) as session:
        assert session.document is not None
        slider: Any = session.document.get_model_by_name("slider")
        range_: Any = session.document.get_model_by_name("auto")
        range_.start = 5
        slider.value = 9
        until(lambda: old.model("slider")["value"] == 9)
    assert "start" not in old.model("auto")


def test_notices_are_known_before_anybody_looks(old: Old) -> None:
    old.show()
    path = f"/bokeh/notices/{old.id}/"
    assert old("GET", path).json() == {"docid": old.id, "notices": []}
    old.push(spec("Slider", "slider", glow=1)).raise_for_status()
    assert old("GET", path).json()["notices"] == ["Slider.glow has no equal today"]
    assert "notices" not in old("GET", f"/bokeh/bokehinfo/{old.id}/").json()
    assert old("GET", "/bokeh/notices/nothing/").status_code == 404


def test_documents_survive_the_server(tmp_path: Path) -> None:
    server = Server("serve", [], tmp_path)
    try:
        old = Old(server)
        specs = json.loads((DATA / "line_animate.json").read_text())
        specs = json.loads(json.dumps(specs).replace(_context(specs), old.context))
        old.push(*specs).raise_for_status()
        before = old.models()
        keys = old("GET", f"/bokeh/getdocapikey/{old.id}").json()
        server.kill()
        server.start()
        assert old.models() == before
        assert old("GET", f"/bokeh/getdocapikey/{old.id}").json() == keys
    finally:
        server.kill()


def _context(specs: list[Json]) -> str:
    return next(str(model["id"]) for model in specs if model["type"] == "PlotContext")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/bokeh"),
        ("GET", "/bokeh/wsurl"),
        ("POST", "/bokeh/doc"),
        ("GET", "/bokeh/doc?title=t1"),
        ("DELETE", "/bokeh/doc/{id}"),
        ("GET", "/bokeh/bb/{id}"),
        ("GET", "/bokeh/bb/{id}/gc"),
        ("PUT", "/bokeh/bb/{id}/Slider/slider"),
    ],
)
def test_a_path_without_its_slash_leads_to_that_with_it(old: Old, method: str, path: str) -> None:
    reply = old(method, path.format(id=old.id), allow_redirects=False)
    bare, _, query = path.format(id=old.id).partition("?")
    assert reply.status_code == 301
    assert reply.headers["Location"] == f"{bare}/{'?' * bool(query)}{query}"


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/bokeh/userinfo/", "GET"),
        ("/bokeh/doc/", "GET, POST"),
        ("/bokeh/bokehinfo/{id}/", "GET"),
        ("/bokeh/objinfo/{id}/{id}", "GET"),
        ("/bokeh/wsurl/", "GET"),
        ("/bokeh/bb/{id}/Slider/slider/", "DELETE, GET, PATCH, PUT"),
    ],
)
def test_pages_of_other_sites_may_ask(old: Old, path: str, methods: str) -> None:
    asked = {"Origin": "http://other.example", "Access-Control-Request-Headers": "temporary-x"}
    reply = old("OPTIONS", path.format(id=old.id), headers=asked)
    assert (reply.status_code, reply.content) == (200, b"")
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert reply.headers["Access-Control-Allow-Methods"] == methods
    assert reply.headers["Access-Control-Allow-Headers"] == "temporary-x"


def test_uploads_are_not_for_pages_of_other_sites(old: Old) -> None:
    reply = old("OPTIONS", f"/bokeh/bb/{old.id}/bulkupsert")
    assert reply.headers["Allow"] == "OPTIONS, POST"
    assert "Access-Control-Allow-Origin" not in reply.headers


def test_methods_that_a_path_has_not(old: Old) -> None:
    assert old("POST", "/bokeh/ping").status_code == 405
    assert old("PUT", f"/bokeh/bb/{old.id}/bulkupsert").status_code == 405


def test_a_model_is_added_and_removed_with_the_references_to_it(old: Old) -> None:
    old.show()
    made = old("POST", f"/bokeh/bb/{old.id}/Range1d/", {"start": 1, "end": 2}).json()
    assert old("GET", f"/bokeh/bb/{old.id}/Range1d/{made['id']}/").json() == made
    removed = old("DELETE", f"/bokeh/bb/{old.id}/Slider/slider/").json()
    assert removed["value"] == 3
    assert old.model(old.context)["children"] == [ref("Plot", "plot")]
    assert old("GET", f"/bokeh/bb/{old.id}/Slider/slider/").status_code == 404
    assert old("DELETE", f"/bokeh/bb/{old.id}/Slider/slider/").status_code == 404
    context = f"/bokeh/bb/{old.id}/PlotContext/{old.context}/"
    assert old("DELETE", context).status_code == 422


def test_titles_come_as_forms_too(old: Old) -> None:
    body = {"title": f"{old.title} é"}
    docs = requests.post(f"{old.url}/bokeh/doc/", body, timeout=30).json()["docs"]
    assert body["title"] in [doc["title"] for doc in docs]


def test_who_reads_pages_is_told_in_one(old: Old) -> None:
    reply = old("GET", "/bokeh/doc/none/none", headers={"Accept": "text/html"})
    assert (reply.status_code, reply.headers["Content-Type"][:9]) == (404, "text/html")
    assert "there is no document" in reply.text
