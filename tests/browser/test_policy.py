"""Pages under a strict content security policy, in a browser that enforces it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from bokeh.document import Document
from bokeh.models import TextInput
from bokeh.plotting import figure
from flask import Flask, render_template_string
from flask_talisman import Talisman

from hybridviz import HybridViz
from tests.browser.conftest import Browser
from tests.web.test_neighbours import POLICY
from tests.web.test_sockets import Live

PAGE = """<!doctype html><html><head>{{ hybridviz_resources() }}</head>
<body>{{ hybridviz_document("/app") }}</body></html>"""


def fill(document: Document) -> None:
    field = TextInput(name="field")
    echo = TextInput(name="echo")
    field.on_change("value", lambda attr, old, new: setattr(echo, "value", new))
    plot = figure(name="plot", height=200)
    plot.scatter([1, 2], [3, 4])
    for root in (field, echo, plot):
        document.add_root(root)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Live]:
    app = Flask("site", instance_path=str(tmp_path))
    app.secret_key = "s" * 32
    HybridViz(app).app("/app")(fill)
    Talisman(
        app,
        force_https=False,
        content_security_policy=POLICY,
        content_security_policy_nonce_in=["script-src"],
    )
    app.add_url_rule("/page", "page", lambda: render_template_string(PAGE))
    app.add_url_rule("/favicon.ico", "icon", lambda: "")
    live = Live(app)
    yield live
    live.stop()


@pytest.mark.parametrize("path", ["/app", "/page"])
def test_live_app_breaks_no_policy(site: Live, browser: Browser, path: str) -> None:
    for _ in range(2):  # with a run of the app before the page, and without
        tab = browser.open(f"http://{site.host}{path}")
        tab.run("Bokeh.documents[0].get_model_by_name('field').value = 'typed'")
        tab.wait(lambda t=tab: t.value("echo", "value") == "typed", "the server has answered")
