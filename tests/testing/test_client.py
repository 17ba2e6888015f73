"""Visitors: what they open, what apps see of them, who sees whose pages."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from bokeh.document import Document
from bokeh.embed import server_document
from bokeh.models import Div
from flask import Flask, redirect

from hybridviz import HybridViz, Settings
from hybridviz.errors import AppLoadError, ConfigError, PageRefused, TransportClosed
from hybridviz.runtime.threads import ThreadRuntime
from hybridviz.testing import VizClient
from hybridviz.testing.plugin import OpenApp
from tests.testing import apps

MEMORY = Settings(secret_key="key", store="memory:")


@pytest.fixture
def app() -> Iterator[Flask]:
    app = Flask("shop")
    viz = HybridViz(app, MEMORY, {"/slider": apps.slider, "/ticking": apps.ticking})
    tag = server_document("http://localhost/slider", relative_urls=True, arguments={"n": "3"})
    both = tag + server_document("http://localhost/ticking", relative_urls=True)
    app.add_url_rule("/", "home", lambda: "<p>Welcome &amp; enjoy</p>")
    app.add_url_rule("/one", "one", lambda: tag)
    app.add_url_rule("/both", "both", lambda: both)
    app.add_url_rule("/old", "old", lambda: redirect("/slider?n=4"))
    yield app
    viz.close()


def test_a_page_shows_what_the_app_has_made(viz_client: VizClient) -> None:
    page = viz_client.open("/slider")
    assert page.title == "Slider" and page["moved"].value == 0
    assert page.url == "http://localhost/slider" and "<title>Slider</title>" in page.html
    assert page.session.document is not page.document
    assert page["moved"] is not page.session.document.get_model_by_name("moved")


def test_apps_see_arguments_headers_and_cookies(app: Flask) -> None:
    headers, cookies = {"X-Color": "red"}, {"taste": "sweet"}
    with VizClient(app, headers=headers, cookies=cookies) as client:
        page = client.open("/slider?a=1", arguments={"b": [2, 3]})
        assert page["who"].tags == [["a", "b"]]
        assert page["seen"].text == "red sweet"


def test_pages_of_the_second_visit_are_lazy_and_see_the_same(app: Flask) -> None:
    with VizClient(app, headers={"X-Color": "red"}) as client:
        client.open("/slider?a=1")
        page = client.open("/slider?b=2")
        assert "docid" not in page.html
        assert page["who"].tags == [["b"]] and page["seen"].text == "red None"


def test_a_user_is_whom_the_test_says(app: Flask) -> None:
    with VizClient(app, user="ada") as ada, ada.visitor("bob") as bob:
        page = ada.open("/slider")
        assert page["who"].text == "ada" and bob.open("/slider")["who"].text == "bob"
        with pytest.raises(PageRefused, match="another user's"):
            bob.open("/slider", session_id=page.session_id)


def test_viewers_of_one_session_see_each_other(viz_client: VizClient) -> None:
    first = viz_client.open("/slider")
    second = viz_client.open("/slider", session_id=first.session_id)
    alone = viz_client.open("/slider")
    assert first.set("moved", value=7).lines == ["said.text = 'from 0 to 7'"]
    assert second.changes.lines == ["moved.value = 7", "said.text = 'from 0 to 7'"]
    assert second["moved"].value == 7 and alone["moved"].value == 0


def test_apps_inside_of_pages_are_found(viz_client: VizClient) -> None:
    page = viz_client.open("/one")
    assert page.set("moved", value=3) and page["who"].tags == [["n"]]
    both = viz_client.open_all("/both")
    assert ["moved" in page for page in both] == [True, False]


def test_redirects_are_followed(viz_client: VizClient) -> None:
    page = viz_client.open("/old")
    assert page.url == "http://localhost/slider?n=4" and page["who"].tags == [["n"]]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("/", r"localhost/ \(200\): it has no live document"),
        ("/both", r"2 live documents; open_all"),
        ("/nothing", r"\(404\): .*Not Found"),
    ],
)
def test_pages_without_a_live_document_are_refused(
    viz_client: VizClient, url: str, words: str
) -> None:
    with pytest.raises(PageRefused, match=words):
        viz_client.open(url)
    assert viz_client.open("/slider")["moved"]


def test_a_websocket_is_refused_as_a_browsers_would_be(app: Flask) -> None:
    other = Flask("other")
    settings = Settings(
        secret_key="key", store="memory:", allow_websocket_origin=("elsewhere.org",)
    )
    viz = HybridViz(other, settings, {"/slider": apps.slider})
    with (
        VizClient(other) as client,
        pytest.raises(PageRefused, match="websocket is refused: .*origin"),
    ):
        client.open("/slider")
    viz.close()


def test_an_app_that_raises_says_so_in_the_test(viz_open: OpenApp) -> None:
    def broken(document: Document) -> None:
        if "n" in document.session_context.request.arguments:  # type: ignore[union-attr]
            raise LookupError("no wine today")
        document.add_root(Div())

    with VizClient(broken) as client:
        with pytest.raises(AppLoadError, match="no wine today") as raised:
            client.open("/", arguments={"n": 1})
        assert 'raise LookupError("no wine today")' in raised.value.__notes__[0]
        assert client.open()
        with pytest.raises(AppLoadError, match="no wine today"):
            client.open("/broken?n=2")  # whose page needs no run: its websocket does


def test_a_closed_tab_leaves_its_session(viz_client: VizClient) -> None:
    page = viz_client.open("/slider")
    session = page.session
    page.close()
    page.close()
    assert not session.viewers and not session.destroyed
    with pytest.raises(TransportClosed, match="the page was closed"):
        page.set("moved", value=1)


def test_a_tab_comes_back_to_its_session(viz_client: VizClient) -> None:
    page = viz_client.open("/slider")
    page.set("moved", value=5)
    page.reconnect()
    assert page["moved"].value == 5 and page.set("moved", value=6)
    assert len(page.session.viewers) == 1


def test_the_end_of_a_session_closes_its_pages(viz_client: VizClient) -> None:
    page = viz_client.open("/slider")
    page.session.destroy()
    page.settle()
    assert page.closed is not None and page.closed.code == 4002
    with pytest.raises(TransportClosed, match="4002"):
        page.set("moved", value=1)


def test_an_application_has_its_own_clock_again(app: Flask) -> None:
    runtime = app.extensions["hybridviz"].runtime
    with VizClient(app) as one, VizClient(app) as other:
        session = one.open("/slider").session
        other.advance(3600)
        assert one.now == other.now
    assert isinstance(runtime, ThreadRuntime) and not {"now", "spawn"} & vars(runtime).keys()
    assert session.destroyed and "hybridviz.testing" not in app.extensions
    with VizClient(app) as again:
        assert again.open("/slider")


def test_server_callbacks_are_on_the_virtual_clock(app: Flask) -> None:
    ticks: list[int] = []
    context = app.extensions["hybridviz"].served["/slider"].registry.context
    context.add_periodic_callback(lambda: ticks.append(1), 60_000)
    with VizClient(app) as client:
        client.advance(180)
        assert len(ticks) == 3
    context.close()


def test_views_of_the_application_reach_open_pages(app: Flask, viz_client: VizClient) -> None:
    def tell() -> str:
        def update(document: Document) -> None:
            said: Any = document.get_model_by_name("said")
            said.text = "told by a view"

        app.extensions["hybridviz"].update_sessions("/slider", update)
        return "done"

    page = viz_client.open("/slider")
    with app.test_request_context():
        tell()
    assert page.changes.lines == ["said.text = 'told by a view'"]


def test_an_app_alone_is_the_path_of_a_script_too(viz_open: OpenApp, tmp_path: Any) -> None:
    script = tmp_path / "hello.py"
    script.write_text("from bokeh.plotting import curdoc\ncurdoc().title = 'Hello'\n")
    assert viz_open(script).title == "Hello"
    assert viz_open({"/a": apps.slider, "/b": script}, "/b").title == "Hello"


def test_what_is_no_app_is_told() -> None:
    with pytest.raises(ConfigError, match=re.escape("HybridViz(app, apps=[...])")):
        VizClient(Flask("empty"))
    with pytest.raises(ConfigError, match="there is no file"):
        VizClient("nowhere.py")
