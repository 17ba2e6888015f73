"""The script for apps inside other pages: who may have it, what it carries, how it fails."""

import re
from typing import Any

import pytest
from bokeh.document import Document
from bokeh.embed import server_document
from bokeh.models import Div
from flask import Flask, request
from werkzeug.test import TestResponse

from hybridviz.errors import ConfigError
from tests.web.conftest import CAN_UPGRADE, FakeApp, Serve, broken

ELSEWHERE = "https://blog.example"


def fill(document: Document) -> None:
    document.add_root(Div(text="hello"))


def script(
    app: Flask, origin: str | None = None, path: str = "/app", **arguments: str
) -> TestResponse:
    names = {"bokeh-autoload-element": "e1"} | {
        k.replace("_", "-"): v for k, v in arguments.items()
    }
    headers = {"Origin": origin} if origin else {}
    return app.test_client().get(
        f"{path}/autoload.js", query_string=names, headers=headers, environ_overrides=CAN_UPGRADE
    )


def test_script_carries_a_token_and_absolute_urls(serve: Serve) -> None:
    fake = FakeApp(fill)
    app = serve(fake, allow_websocket_origin=(ELSEWHERE,))
    url = "http://viz.example:5006/app"
    for _ in range(2):
        answer = script(app, ELSEWHERE, bokeh_app_path="/app", bokeh_absolute_url=url)
        assert answer.status_code == 200 and answer.mimetype == "application/javascript"
        assert re.search(r'"token":"[^"]+"', answer.text) and '"elementid":"e1"' in answer.text
        assert "http://viz.example:5006/static/js/bokeh.min.js" in answer.text
        assert url in answer.text
        assert answer.headers["Access-Control-Allow-Origin"] == ELSEWHERE
        assert answer.headers["Access-Control-Allow-Credentials"] == "true"
        assert answer.headers["Cache-Control"] == "no-store" and "Origin" in answer.vary
    assert fake.runs == 1


def test_tags_of_bokeh_0_11_are_understood(serve: Serve) -> None:
    app = serve(FakeApp(fill))
    answer = script(app, bokeh_session_id="abc")
    assert answer.status_code == 200
    # Their tag is the element itself, and names neither path nor URL of the server.
    assert 'place.id = "e1-place"' in answer.text and '"elementid":"e1-place"' in answer.text
    assert "http://localhost/static/js/bokeh.min.js" in answer.text
    assert script(app).text.count("e1-place") == 0


def test_url_of_server_document_is_understood(serve: Serve) -> None:
    app = serve(FakeApp(fill))
    tag = server_document("http://localhost:5006/app", arguments={"name": "ada"})
    (url,) = re.findall(r'"(http://[^"]+autoload.js[^"]+)"', tag.replace("&amp;", "&"))
    answer = app.test_client().get(url, environ_overrides=CAN_UPGRADE)
    assert answer.status_code == 200 and '"token"' in answer.text
    (session,) = app.extensions["hybridviz"].served["/app"].registry
    assert session.context.request.arguments["name"] == [b"ada"]
    assert session.context.request.path == "/app"


def test_resources_may_be_left_out(serve: Serve) -> None:
    answer = script(serve(FakeApp(fill)), resources="none")
    assert '"token"' in answer.text and "bokeh.min.js" not in answer.text


def test_session_may_be_named(serve: Serve) -> None:
    app = serve(FakeApp(fill))
    script(app, bokeh_session_id="mine")
    assert app.extensions["hybridviz"].served["/app"].registry.get("mine")


def test_other_origins_get_the_reason_and_no_token(serve: Serve) -> None:
    fake = FakeApp(fill)
    app = serve(fake, allow_websocket_origin=("other.example",))
    answer = script(app, ELSEWHERE)
    assert answer.status_code == 403 and '"token"' not in answer.text
    assert "is not allowed here" in answer.text and 'getElementById("e1")' in answer.text
    assert answer.headers["Access-Control-Allow-Origin"] == ELSEWHERE
    assert fake.runs == 0


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"bokeh_autoload_element": "x');alert('"}, "the id of an element"),
        ({"bokeh_autoload_element": ""}, "the id of an element"),
        ({"bokeh_app_path": '/"+alert(1)+"'}, "must be a URL path"),
        ({"bokeh_absolute_url": "javascript:alert(1)"}, "a URL of http or https"),
        ({"bokeh_absolute_url": 'http://x/"+alert(1)'}, "a URL of http or https"),
    ],
)
def test_arguments_that_do_not_belong_into_a_script(
    serve: Serve, arguments: dict[str, str], complaint: str
) -> None:
    answer = script(serve(FakeApp(fill)), **arguments)
    assert answer.status_code == 400
    assert complaint in answer.text and "alert" not in answer.text


def test_app_that_raises_says_so_in_its_place(serve: Serve) -> None:
    shown, hidden = (script(serve(FakeApp(broken), dev=dev)) for dev in (True, False))
    for answer in (shown, hidden):
        assert answer.status_code == 500 and "could not be loaded" in answer.text
    assert "ZeroDivisionError: boom" in shown.text
    assert "the traceback" not in hidden.text


def test_preflight_allows_the_headers_that_are_asked_for(serve: Serve) -> None:
    fake = FakeApp(fill)
    headers = {"Origin": ELSEWHERE, "Access-Control-Request-Headers": "x-color"}
    answer = serve(fake).test_client().options("/app/autoload.js", headers=headers)
    assert answer.status_code == 204 and fake.runs == 0
    assert answer.headers["Access-Control-Allow-Headers"] == "x-color"
    assert answer.headers["Access-Control-Allow-Origin"] == ELSEWHERE


@pytest.mark.parametrize(
    ("data", "found"), [(None, {}), ({"a": 1}, {"a": 1}), (lambda: {"b": 2}, {"b": 2})]
)
def test_metadata(serve: Serve, data: Any, found: Any) -> None:
    fake = FakeApp(fill)
    fake.metadata = data
    answer = serve(fake).test_client().get("/app/metadata")
    assert answer.json == {"url": "/app", "data": found}


# -- options of pages


def get(app: Flask, url: str, **options: Any) -> TestResponse:
    return app.test_client().get(url, environ_overrides=CAN_UPGRADE, **options)


def test_prefix_and_root_path_stand_before_all_urls(serve: Serve) -> None:
    app = serve(FakeApp(fill), FakeApp(fill, "/b"), prefix="plots/", root_path="outside")
    for _ in range(2):
        page = get(app, "/plots/app").text
        urls = re.findall(r'(?:src|href)="([^"]+)"', page)
        assert urls and all(url.startswith("/outside/plots/") for url in urls)
        inside = urls[0].removeprefix("/outside")
        assert get(app, inside).status_code == 200
    assert 'href="/outside/plots/b"' in get(app, "/plots/").text
    assert get(app, "/app").status_code == 404


def test_redirect_of_a_single_app(serve: Serve) -> None:
    app = serve(FakeApp(fill), prefix="/plots")
    assert get(app, "/plots/?a=1").location == "/plots/app?a=1"
    listed = get(serve(FakeApp(fill), disable_index_redirect=True), "/")
    assert listed.status_code == 200 and 'href="/app"' in listed.text


def test_index_may_be_disabled(serve: Serve) -> None:
    app = serve(FakeApp(fill), disable_index=True)
    assert get(app, "/").status_code == 404
    assert get(app, "/app").status_code == 200
    assert get(app, "/?bokeh-session-id=x").status_code == 200


def test_index_of_ones_own(serve: Serve, tmp_path: Any) -> None:
    template = tmp_path / "mine.html"
    template.write_text("{% for app in apps %}[{{ mount }}{{ app.route }}]{% endfor %}")
    app = serve(FakeApp(fill), FakeApp(fill, "/b"), index=str(template))
    assert get(app, "/").text == "[/app][/b]"


@pytest.mark.parametrize("text", [None, "{% for %}"])
def test_index_that_is_no_template_is_refused(
    serve: Serve, tmp_path: Any, text: str | None
) -> None:
    template = tmp_path / "mine.html"
    if text is not None:
        template.write_text(text)
    with pytest.raises(ConfigError, match=r"index template .*mine.html cannot be used"):
        serve(FakeApp(fill), index=str(template))


@pytest.mark.parametrize("believe", [True, False])
def test_forwarded_headers_are_believed_only_if_told_so(serve: Serve, believe: bool) -> None:
    seen: list[Any] = []
    app = serve(FakeApp(fill), use_xheaders=believe)
    app.before_request(lambda: seen.append((request.remote_addr, request.scheme)))
    get(app, "/app", headers={"X-Forwarded-For": "9.9.9.9", "X-Forwarded-Proto": "https"})
    assert seen == [("9.9.9.9", "https") if believe else ("127.0.0.1", "http")]
