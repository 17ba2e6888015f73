"""Uploads of Bokeh 0.10 in today's browser: at the URL that old clients open, and followed."""

import json
from typing import Any

import requests

from tests.browser.conftest import Browser, Serve
from tests.legacy_rest.conftest import RECORDED, ROOTS, recorded, ref, small, spec

SHOWN_TEXTS = "Hologram cannot be shown: this server does not know it."
TEXTS = """
const texts = []
const look = (node) => {
  if (node.shadowRoot) look(node.shadowRoot)
  for (const child of node.childNodes) child.nodeType == 3 ? texts.push(child.data) : look(child)
}
look(document.body)
return texts.join("")
"""
"""Returns the text of a page, also of what is in shadow roots."""


def upload(url: str, specs: list[dict[str, Any]], title: str = "old") -> tuple[str, str]:
    """Upload as an old client does; return the ids of the document and of its context."""
    docs = requests.post(f"{url}/bokeh/doc/", json={"title": title}, timeout=30).json()["docs"]
    ident = next(doc["docid"] for doc in docs if doc["title"] == title)
    (context,) = requests.get(f"{url}/bokeh/bb/{ident}/", timeout=30).json()
    known = next(model["id"] for model in specs if model["type"] == "PlotContext")
    body = json.dumps(specs).replace(known, context["id"])
    bulk = f"{url}/bokeh/bb/{ident}/bulkupsert"
    requests.post(bulk, body, timeout=30).raise_for_status()
    return ident, context["id"]


def test_recorded_uploads_are_drawn(serve: Serve, browser: Browser) -> None:
    server = serve()
    for name in RECORDED:
        raw = recorded(name)
        roots = raw.models[raw.context]["attributes"]["children"]
        ident, context = upload(server.url, raw.reachable(), name)
        tab = browser.open(f"{server.url}/bokeh/doc/{ident}/{context}")
        assert tab.run("return Bokeh.documents[0].roots().length") == len(roots), name


def test_what_cannot_be_shown_is_said_until_it_is_put_away(serve: Serve, browser: Browser) -> None:
    server = serve()
    root = {"type": "Hologram", "id": "h"}
    specs = [spec("Hologram", "h"), spec("PlotContext", "context", children=[root])]
    ident, context = upload(server.url, specs)
    notices = requests.get(f"{server.url}/bokeh/notices/{ident}/", timeout=30).json()
    assert notices == {"docid": ident, "notices": ["Hologram cannot be shown"]}
    tab = browser.open(f"{server.url}/bokeh/doc/{ident}/{context}")
    assert SHOWN_TEXTS in tab.run(TEXTS)
    tab.click("hybridviz-notices", "")  # anywhere but at its button does nothing
    assert tab.value("hybridviz-notices", "visible") is True
    close = "return Bokeh.documents[0].get_model_by_name('hybridviz-notices').children[1].id"
    tab.run("Bokeh.index.get_one_by_id(arguments[0]).button_el.click()", tab.run(close))
    tab.expect("hybridviz-notices", "visible", False)


def test_javascript_of_2015_runs_as_it_was_written(serve: Serve, browser: Browser) -> None:
    server = serve()
    code = """
        data = source.get('data');
        for (i = 0; i < data.x.length; i++) data.y[i] = data.x[i] * cb_obj.get('value');
        source.trigger('change');
    """
    specs = [
        *small(),
        spec("CustomJS", "js", code=code, args={"source": ref("ColumnDataSource", "source")}),
        spec("Slider", "slider", callback=ref("CustomJS", "js")),
        spec("PlotContext", "context", children=list(ROOTS)),
    ]
    merged = {model["id"]: model for model in specs}
    merged["slider"]["attributes"] |= small()[-1]["attributes"]
    ident, context = upload(server.url, list(merged.values()))
    tab = browser.open(f"{server.url}/bokeh/doc/{ident}/{context}")
    tab.run("Bokeh.documents[0].get_model_by_name('slider').value = 8")
    tab.wait(lambda: tab.column("source", "y") == [8, 16, 24], "the callback has set the column")


def test_a_table_that_is_edited_is_read_back(serve: Serve, browser: Browser) -> None:
    server = serve()
    table = spec(
        "DataTable",
        "table",
        name="table",
        source=ref("ColumnDataSource", "source"),
        columns=[ref("TableColumn", "column")],
        width=300,
        editable=True,
    )
    specs = [
        *small(),
        table,
        spec("TableColumn", "column", field="y", title="y", editor=ref("IntEditor", "editor")),
        spec("IntEditor", "editor"),
        spec("PlotContext", "context", children=[ref("DataTable", "table")]),
    ]
    ident, context = upload(server.url, specs)
    tab = browser.open(f"{server.url}/bokeh/doc/{ident}/{context}")
    tab.edit_cell("table", 0, 0, "42")
    source = f"{server.url}/bokeh/bb/{ident}/ColumnDataSource/source/"
    tab.wait(
        lambda: requests.get(source, timeout=30).json()["data"]["y"][0] == 42,
        "the cell is read back",
    )


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
