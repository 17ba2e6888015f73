"""Uploads of Bokeh 0.10 in today's browser: at the URL that old clients open, and followed."""

import json
from typing import Any

import pytest
import requests

from tests.browser.conftest import Browser, Serve
from tests.legacy_rest.conftest import DATA, RECORDED, ROOTS, small, spec


def upload(url: str, specs: list[dict[str, Any]]) -> tuple[str, str]:
    """Upload as an old client does; return the ids of the document and of its context."""
    docs = requests.post(f"{url}/bokeh/doc/", json={"title": "old"}, timeout=30).json()["docs"]
    ident = docs[0]["docid"]
    (context,) = requests.get(f"{url}/bokeh/bb/{ident}/", timeout=30).json()
    known = next(model["id"] for model in specs if model["type"] == "PlotContext")
    body = json.dumps(specs).replace(known, context["id"])
    bulk = f"{url}/bokeh/bb/{ident}/bulkupsert"
    requests.post(bulk, body, timeout=30).raise_for_status()
    return ident, context["id"]


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_uploads_are_drawn(name: str, serve: Serve, browser: Browser) -> None:
    server = serve()
    ident, context = upload(server.url, json.loads((DATA / f"{name}.json").read_text()))
    tab = browser.open(f"{server.url}/bokeh/doc/{ident}/{context}")
    assert tab.run("return Bokeh.documents[0].roots().length") == 1


def test_what_is_stored_later_is_followed_and_what_is_moved_is_read_back(
    serve: Serve, browser: Browser
) -> None:
    server = serve()
    specs = [*small(), spec("PlotContext", "context", children=list(ROOTS))]
    ident, context = upload(server.url, specs)
    tab = browser.open(f"{server.url}/bokeh/doc/{ident}/{context}")
    assert tab.column("source", "x") == [1, 2, 3]
    source = f"{server.url}/bokeh/bb/{ident}/ColumnDataSource/source/"
    requests.put(source, json={"data": {"x": [1, 2], "y": [3, 4]}}, timeout=30).raise_for_status()
    tab.wait(lambda: tab.column("source", "y") == [3, 4], "the new data are there")
    tab.run("Bokeh.documents[0].get_model_by_name('slider').value = 8")
    slider = f"{server.url}/bokeh/bb/{ident}/Slider/slider/"
    tab.wait(
        lambda: requests.get(slider, timeout=30).json()["value"] == 8, "the value is read back"
    )


def test_the_index_of_documents_follows(serve: Serve, browser: Browser) -> None:
    server = serve()
    ident, context = upload(server.url, [*small(), spec("PlotContext", "context", children=[])])
    tab = browser.tab().load(f"{server.url}/bokeh/")
    assert "old" in tab.text and "pushed now" not in tab.text
    path = f"{server.url}/bokeh/bb/{ident}/Slider/slider/"

    def marked() -> bool:
        requests.put(path, json={"value": 5}, timeout=30).raise_for_status()
        return "pushed now" in tab.text

    tab.wait(marked, "the document is marked")
    requests.post(f"{server.url}/bokeh/doc/", json={"title": "other"}, timeout=30)
    tab.wait(lambda: "other" in tab.text, "a new document is listed")
    tab.run("window.confirm = () => true; document.forms[0].requestSubmit()")
    tab.wait(lambda: "other" not in tab.text and "old" in tab.text, "the newest is removed")
    tab.run("document.querySelector('.cards a').click()")
    tab.wait(lambda: tab.run("return window.Bokeh !== undefined"), "its page is opened")
    assert tab.run("return location.pathname") == f"/bokeh/doc/{ident}/{context}"
