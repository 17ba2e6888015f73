"""Pages: which of them run their app, what they carry, and what they answer when it fails."""

import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from bokeh.document import Document
from bokeh.model import Model
from bokeh.models import Div
from bokeh.util.token import get_session_id, get_token_payload
from flask import Flask
from werkzeug.test import TestResponse

from hybridviz.core.tokens import make_token
from hybridviz.web import document_page
from hybridviz.web.pages import MAX_PAGES
from tests.web.conftest import CAN_UPGRADE, FakeApp, Serve, broken


def get(app: Flask, url: str, **options: Any) -> TestResponse:
    return app.test_client().get(url, environ_overrides=CAN_UPGRADE, **options)


def token_in(response: TestResponse) -> str:
    (token,) = re.findall(r'"token":"([^"]+)"', response.text)
    return str(token)


def fill(document: Document) -> None:
    document.add_root(Div(text="hello"))
    document.title = "A <title>"


def test_the_first_page_runs_the_app_and_later_ones_do_not(serve: Serve) -> None:
    fake = FakeApp(fill)
    app = serve(fake)
    first, second, third = (get(app, "/app") for _ in range(3))
    assert fake.runs == 1
    assert '"root_ids"' in first.text and '"root_ids"' not in second.text
    assert "<title>A &lt;title&gt;</title>" in first.text
    assert "<title>A &lt;title&gt;</title>" in second.text
    ids = {get_session_id(token_in(page)) for page in (first, second, third)}
    assert len(ids) == 3


def test_pages_name_all_that_a_document_may_need(serve: Serve) -> None:
    app = serve(FakeApp(fill))
    for page in (get(app, "/app"), get(app, "/app")):
        found = re.findall(r'(?:src|href)="([^"]+)\?v=\w+"', page.text)
        bokeh = [f"/static/js/bokeh{part}.min.js" for part in ("", "-gl", "-widgets", "-tables")]
        own = ["/_hybridviz/connection.css", "/_hybridviz/connection.js"]
        assert found == [*own, *bokeh, "/static/js/bokeh-mathjax.min.js"]
        assert "display: contents" in page.text
        assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "customise",
    [
        lambda document: setattr(document, "template", "{% block preamble %}mine{% endblock %}"),
        lambda document: document.template_variables.update(a=1),
    ],
)
def test_an_app_with_a_page_of_its_own_runs_for_each(serve: Serve, customise: Any) -> None:
    fake = FakeApp(customise)
    app = serve(fake)
    get(app, "/app"), get(app, "/app")
    assert fake.runs == 2


def test_a_custom_template_gets_our_scripts(serve: Serve) -> None:
    template = "{% block preamble %}<b>{{ word }}</b>{% endblock %}"

    def customise(document: Document) -> None:
        document.template = template
        document.template_variables["word"] = "mine"

    page = get(serve(FakeApp(customise)), "/app").text
    assert "<b>mine</b>" in page
    assert page.index("/_hybridviz/connection.js") < page.index("/static/js/bokeh.min.js")


def test_dev_runs_a_changed_app_again(serve: Serve) -> None:
    fake = FakeApp(fill)
    app = serve(fake, dev=True)
    get(app, "/app"), get(app, "/app")
    assert fake.runs == 1
    fake.changed = True
    get(app, "/app"), get(app, "/app")
    assert fake.runs == 2


def test_the_page_under_a_mount_point(serve: Serve) -> None:
    app = serve(FakeApp(fill))
    for _ in range(2):
        page = get(app, "/app", base_url='http://localhost/a"b')
        assert 'src="/a%22b/static/js/bokeh.min.js?v=' in page.text
    assert 'src="/static/js/bokeh.min.js?v=' in get(app, "/app").text


def test_few_pages_of_an_app_are_kept(serve: Serve) -> None:
    fake = FakeApp(fill)
    app = serve(fake)
    get(app, "/app")
    for number in range(2 * MAX_PAGES):
        page = get(app, "/app", base_url=f"http://localhost/{number}")
        assert f'src="/{number}/static/js/bokeh.min.js' in page.text
    (served,) = [s for s in app.extensions["hybridviz"].served.values() if s.app is fake]
    assert len(served.pages) <= MAX_PAGES


def test_a_page_joins_the_session_it_names(serve: Serve) -> None:
    fake = FakeApp(lambda document: document.template_variables.update(a=1))
    app = serve(fake)
    by_id = get(app, "/app?bokeh-session-id=abc")
    by_header = get(app, "/app", headers={"Bokeh-Session-Id": "abc"})
    by_token = get(app, f"/app?bokeh-token={token_in(by_id)}")
    assert fake.runs == 1
    assert {get_session_id(token_in(p)) for p in (by_id, by_header, by_token)} == {"abc"}


UNSIGNED = make_token("abc", b"", 4_000_000_000).partition(".")[0]
OLD = make_token("abc", b"key", 1)


@pytest.mark.parametrize(
    ("query", "headers", "reason"),
    [
        ("bokeh-session-id=a&bokeh-token=b", {}, "only once"),
        ("bokeh-session-id=a", {"Bokeh-Session-Id": "a"}, "only once"),
        ("bokeh-session-id=", {}, "from 1 to 256"),
        ("bokeh-session-id=" + "a" * 257, {}, "from 1 to 256"),
        ("bokeh-token=nonsense", {}, "malformed"),
        ("bokeh-token=a.b", {}, "not signed"),
        (f"bokeh-token={UNSIGNED}", {}, "not signed"),
        (f"bokeh-token={OLD}", {}, "expired"),
    ],
)
def test_session_names_that_are_refused(
    serve: Serve, query: str, headers: dict[str, str], reason: str
) -> None:
    fake = FakeApp(fill)
    page = get(serve(fake, secret_key="key"), f"/app?{query}", headers=headers)
    assert page.status_code == 403
    assert reason in page.text
    assert fake.runs == 0


def test_the_app_sees_the_arguments_of_its_page(serve: Serve) -> None:
    fake = FakeApp(fill)
    page = get(serve(fake), "/app?a=1&a=2&b=%C3%A9&bokeh-session-id=x")
    context = fake.documents[0].session_context
    assert context is not None
    assert context.request.arguments == {"a": [b"1", b"2"], "b": ["é".encode()]}
    assert get_token_payload(token_in(page))["arguments"] == context.request.arguments


def test_the_token_carries_the_arguments_of_a_page_without_a_run(serve: Serve) -> None:
    app = serve(FakeApp(fill))
    get(app, "/app")
    page = get(app, "/app?a=1")
    assert get_token_payload(token_in(page))["arguments"] == {"a": [b"1"]}
    assert "arguments" not in get_token_payload(token_in(get(app, "/app")))


def test_with_large_arguments_the_app_runs_before_its_page(serve: Serve) -> None:
    fake = FakeApp(fill)
    app = serve(fake)
    get(app, "/app")
    page = get(app, "/app?a=" + "x" * 3000)
    assert fake.runs == 2
    context = fake.documents[1].session_context
    assert context is not None and context.request.arguments == {"a": [b"x" * 3000]}
    assert len(token_in(page)) < 500


def test_the_app_does_not_see_what_lets_a_visitor_in(serve: Serve) -> None:
    fake = FakeApp(fill)
    client = serve(fake).test_client()
    client.set_cookie("session", "s3cret")
    client.set_cookie("color", "red")
    headers = {"Authorization": "Bearer s3cret", "X-A": "1"}
    client.get("/app", headers=headers, environ_overrides=CAN_UPGRADE)
    context = fake.documents[0].session_context
    assert context is not None
    assert context.request.cookies == {"color": "red"}
    assert context.request.headers["X-A"] == "1"
    assert "s3cret" not in str(context.request)
    assert context.request.path == "/app"


def test_a_broken_app_is_told_in_page_and_log(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    page = get(serve(FakeApp(broken)), "/app")
    assert page.status_code == 500
    assert "/app could not be loaded" in page.text
    assert "the traceback" not in page.text
    (record,) = [r for r in caplog.records if r.name == "hybridviz.web"]
    assert record.levelno == logging.ERROR
    for part in ("/app", "/apps/app.py, line 3", "ZeroDivisionError: boom", "the traceback"):
        assert part in record.getMessage()


def test_a_developer_sees_the_traceback(serve: Serve) -> None:
    assert "the traceback" in get(serve(FakeApp(broken), dev=True), "/app").text


def test_a_broken_app_runs_again_for_the_next_page(serve: Serve) -> None:
    fake = FakeApp(broken)
    app = serve(fake)
    assert get(app, "/app").status_code == 500
    fake.fill = fill
    assert get(app, "/app").status_code == 200
    assert fake.runs == 2


def test_a_server_without_websockets_says_so(serve: Serve) -> None:
    fake = FakeApp(fill)
    page = serve(fake).test_client().get("/app")
    assert page.status_code == 501
    assert "gunicorn -k gthread" in page.text
    assert fake.runs == 0


def test_a_slash_at_the_end_makes_no_difference(serve: Serve) -> None:
    assert get(serve(FakeApp(fill)), "/app/").status_code == 200


def test_the_index_has_a_card_for_each_app(serve: Serve) -> None:
    app = serve(FakeApp(fill, "/one"), FakeApp(fill, "/two"))
    get(app, "/one")
    text = get(app, "/").text
    assert 'href="/one"' in text and 'href="/two"' in text
    assert "A &lt;title&gt;" in text and "<strong>two</strong>" in text


def test_the_only_app_is_what_the_index_leads_to(serve: Serve) -> None:
    page = get(serve(FakeApp(fill)), "/?a=1%202")
    assert (page.status_code, page.headers["Location"]) == (302, "/app?a=1%202")


def test_without_apps_the_server_waits_for_scripts(serve: Serve) -> None:
    text = get(serve(), "/").text
    assert "Waiting for scripts" in text
    assert "http://localhost/" in text


def test_a_document_is_shown_at_the_root(serve: Serve) -> None:
    app = serve(FakeApp(fill))
    page = get(app, "/?bokeh-session-id=abc")
    assert page.status_code == 200
    assert get_session_id(token_in(page)) == "abc"


def test_an_app_at_the_root_is_not_listed_but_shown(serve: Serve) -> None:
    fake = FakeApp(fill, "/")
    assert token_in(get(serve(fake), "/"))
    assert fake.runs == 1


@pytest.mark.parametrize("url", ["/nope", "/static/nope", "/_hybridviz/nope"])
def test_what_is_not_there(serve: Serve, url: str) -> None:
    page = get(serve(), url)
    assert page.status_code == 404
    assert "<h1>Not Found</h1>" in page.text


def test_methods_that_are_not_allowed(serve: Serve) -> None:
    page = serve(FakeApp(fill)).test_client().post("/app")
    assert page.status_code == 405
    assert "GET" in page.headers["Allow"]


@pytest.mark.parametrize("url", ["/", "/app", "/_hybridviz/page.css", "/favicon.ico"])
def test_a_foreign_host_gets_nothing(serve: Serve, url: str) -> None:
    fake = FakeApp(fill)
    app = serve(fake, hosts=("localhost:5006",))
    page = get(app, url, headers={"Host": "evil.com"})
    assert page.status_code == 403
    assert "the host &#39;evil.com&#39; is not allowed" in page.text
    assert fake.runs == 0
    assert get(app, url, headers={"Host": "localhost:5006"}).status_code in (200, 302)


def test_an_error_of_ours_is_not_told_in_detail(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise RuntimeError("s3cret")

    monkeypatch.setattr("hybridviz.web.pages.named_id", fail)
    page = get(serve(FakeApp(fill)), "/app")
    assert page.status_code == 500
    assert "<h1>Internal Server Error</h1>" in page.text and "s3cret" not in page.text


@pytest.fixture
def custom_model() -> Iterator[type[Div]]:
    """A model with code of its own; Bokeh knows it until the test ends."""
    names = {"__implementation__": "no TypeScript", "__module__": __name__}
    yield type("Custom", (Div,), names)
    Model.clear_extensions()


@pytest.mark.parametrize("error", [SystemExit(1), RuntimeError("node.js is needed")])
def test_extension_that_cannot_be_compiled_harms_only_its_app(
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    custom_model: type[Div],
    error: BaseException,
) -> None:
    def fail(*args: Any) -> None:
        raise error

    def custom(document: Document) -> None:
        document.add_root(custom_model())

    monkeypatch.setattr(document_page, "bundle_for_objs_and_resources", fail)
    app = serve(FakeApp(custom, "/custom"), FakeApp(fill, "/plain"))
    for _ in range(2):
        page = get(app, "/custom")
        assert page.status_code == 500 and "cannot be compiled here" in page.text
        page = get(app, "/plain")
        assert page.status_code == 200 and "/static/js/bokeh-tables.min.js" in page.text
    assert "cannot be compiled" in caplog.text


def test_template_that_raises_is_an_error_page(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    def templated(document: Document) -> None:
        document.template = "{% block contents %}{{ 1 / 0 }}{% endblock %}"

    app = serve(FakeApp(templated), dev=True)
    for _ in range(2):
        page = get(app, "/app")
        assert page.status_code == 500 and "ZeroDivisionError" in page.text
