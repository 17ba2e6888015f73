"""Documents of Bokeh 0.10 in pages of other sites, by the tag that its ``autoload_server`` wrote;
and visitors' own copies of what is published.
"""

from typing import Any

import requests

from tests.browser.blog import Blog
from tests.browser.conftest import Browser, Serve
from tests.browser.test_legacy import upload
from tests.legacy_rest.conftest import ROOTS, small, spec

SPECS = [*small(), spec("PlotContext", "context", children=list(ROOTS))]
TAG = """<script src="{url}/bokeh/autoload.js/here" id="here" async="true"
  data-bokeh-data="server" data-bokeh-modelid="{model}" data-bokeh-root-url="{url}/"
  data-bokeh-docid="{docid}" {key} data-bokeh-loglevel="info"></script>"""


def value(url: str, docid: str) -> Any:
    path = f"{url}/bokeh/bb/{docid}/Slider/slider/"
    return requests.get(path, timeout=30).json()["value"]


def test_a_page_of_another_site_shows_a_model_live(
    serve: Serve, browser: Browser, blog: Blog
) -> None:
    server = serve()
    docid, _ = upload(server.url, SPECS)
    key = requests.get(f"{server.url}/bokeh/getdocapikey/{docid}", timeout=30).json()["apikey"]
    tag = f'data-bokeh-docapikey="{key}"'
    page = TAG.format(url=server.url, docid=docid, model="slider", key=tag)
    tab = blog.show(browser.tab(), page)
    tab.wait(lambda: tab.run("return window.Bokeh?.documents?.length"), "the document is there")
    tab.settle()
    assert tab.run("return Bokeh.documents[0].roots().map(root => root.id)") == ["slider"]
    path = f"{server.url}/bokeh/bb/{docid}/Slider/slider/"
    requests.put(path, json={"value": 6}, timeout=30).raise_for_status()
    tab.expect("slider", "value", 6)
    other = browser.open(f"{server.url}/bokeh/doc/{docid}/plot")
    assert other.run("return Bokeh.documents[0].roots().map(root => root.id)") == ["plot"]
    tab.run("Bokeh.documents[0].get_model_by_name('slider').value = 8")
    tab.wait(lambda: value(server.url, docid) == 8, "the value is read back")


def test_visitors_of_what_is_published_have_copies(
    serve: Serve, browser: Browser, blog: Blog
) -> None:
    server = serve()
    docid, context = upload(server.url, SPECS)
    requests.post(f"{server.url}/bokeh/{docid}/publish", timeout=30).raise_for_status()
    tag = 'data-bokeh-public="true"'
    page = TAG.format(url=server.url, docid=docid, model=context, key=tag)
    tab = blog.show(browser.tab(), page)
    tab.wait(lambda: tab.run("return window.Bokeh?.documents?.length"), "the document is there")
    tab.settle()
    public = browser.open(f"{server.url}/bokeh/doc/{docid}/{context}?public=true")
    tab.run("Bokeh.documents[0].get_model_by_name('slider').value = 9")
    path = f"{server.url}/bokeh/bb/{docid}/Slider/slider/"
    requests.put(path, json={"title": "told"}, timeout=30).raise_for_status()
    for seen, expected in ((tab, 9), (public, 3)):
        seen.expect("slider", "title", "told")
        assert seen.value("slider", "value") == expected
    assert value(server.url, docid) == 3


def test_without_a_key_the_page_says_why(serve: Serve, browser: Browser, blog: Blog) -> None:
    server = serve()
    docid, _ = upload(server.url, SPECS)
    page = TAG.format(url=server.url, docid=docid, model="plot", key="")
    tab = blog.show(browser.tab(), page)
    tab.wait(lambda: "no key of the document" in tab.text, "the page says why")
    assert len(browser.console_errors()) == 2
