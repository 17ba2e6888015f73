"""Other extensions of Flask's in the same application: the real packages, doing what they do."""

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from apscheduler.schedulers.background import BackgroundScheduler
from bokeh.document import Document
from bokeh.models import Div
from cachelib import FileSystemCache
from flask import Flask, render_template_string
from flask import session as cookie
from flask_caching import Cache
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_session import Session
from flask_talisman import Talisman
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from hybridviz import HybridViz
from hybridviz.core.documents import document_json
from tests.examples.shop import SiteServer
from tests.interop.wire import TIMEOUT, Wire
from tests.web.conftest import CAN_UPGRADE
from tests.web.test_sockets import Live, pull
from tests.web.test_users import Person, live_sessions

EMPTY = document_json(Document())


def fill(document: Document) -> None:
    document.add_root(Div(text="hello", name="label"))


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    app = Flask("site", instance_path=str(tmp_path))
    app.config.update(SECRET_KEY="s" * 32, HYBRIDVIZ_UPLOAD_TOKEN="upload")
    yield app
    app.extensions["hybridviz"].close()


@pytest.fixture
def start(app: Flask) -> Iterator[Callable[[], Live]]:
    made: list[Live] = []

    def start() -> Live:
        made.append(Live(app))
        return made[-1]

    yield start
    for live in made:
        live.stop()


def serve(app: Flask, **options: Any) -> HybridViz:
    viz = HybridViz(app, **options)
    viz.app("/app")(fill)
    return viz


# -- Flask-WTF


@pytest.mark.parametrize("first", ["hybridviz", "csrf"])
def test_csrf_protection_leaves_the_rest_interface_alone(app: Flask, first: str) -> None:
    """Its own checks stay: what a page of another site sends has no token and is refused."""
    if first == "hybridviz":
        serve(app)
    CSRFProtect(app)
    if first == "csrf":
        serve(app)
    app.add_url_rule("/form", "form", lambda: "taken", methods=["POST"])
    client = app.test_client()
    bearer = {"Authorization": "Bearer upload"}
    body = {"data": EMPTY, "content_type": "application/json"}
    for status in (201, 200):
        assert client.put("/api/documents/a", **body, headers=bearer).status_code == status
    assert client.patch("/api/documents/a", json={"title": "b"}, headers=bearer).status_code == 204
    for headers in (
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Authorization": "Bearer wrong"},
    ):
        assert client.put("/api/documents/a", **body, headers=headers).status_code == 401
    assert client.post("/form").status_code == 400  # the application's own forms are protected


# -- Flask-Talisman

POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "data:"],
}
PAGE = """<html><head>{{ hybridviz_resources() }}</head><body>
{{ hybridviz_document("/app") }}</body></html>"""


def test_every_script_has_the_nonce_of_its_page(app: Flask) -> None:
    serve(app)
    Talisman(
        app,
        force_https=False,
        content_security_policy=POLICY,
        content_security_policy_nonce_in=["script-src"],
    )
    app.add_url_rule("/page", "page", lambda: render_template_string(PAGE))
    nonces = set()
    for path in ("/app", "/app", "/page"):  # with a run, without, embedded
        answer = app.test_client().get(path, environ_overrides=CAN_UPGRADE)
        (nonce,) = re.findall(r"'nonce-([^']+)'", answer.headers["Content-Security-Policy"])
        tags = re.findall(r"<script\b[^>]*>", answer.text)
        assert len(tags) > 1
        assert all(f'nonce="{nonce}"' in tag for tag in tags)
        assert not re.search(r"\son\w+=", re.sub(r"<script.*?</script>", "", answer.text))
        nonces.add(nonce)
    assert len(nonces) == 3


def test_a_redirect_to_https_kills_no_websocket(
    app: Flask, start: Callable[[], Live], tmp_path: Path
) -> None:
    serve(app)
    Talisman(app, content_security_policy=None)
    live = start()
    assert Person(live).get("/app").headers["Location"].startswith("https://")
    behind = Person(live, X_Forwarded_Proto="https")
    token = behind.token()
    for name in ("https", "wss", "ws"):  # as proxies call it
        behind.browser.headers["X-Forwarded-Proto"] = name
        pull(behind.connect(token))


# -- Flask-Limiter, Flask-Session, Flask-Caching


def test_limits_hold_for_pages_and_websockets(app: Flask, start: Callable[[], Live]) -> None:
    serve(app)
    limiter = Limiter(
        get_remote_address, app=app, default_limits=["2/hour"], storage_uri="memory://"
    )
    live = start()
    person = Person(live)
    token = person.token()
    person.token()
    assert person.get("/app").status_code == 429
    pull(person.connect(token))
    pull(person.connect(token))
    with pytest.raises(Exception, match="429"):
        person.connect(token)
    limiter.reset()
    pull(person.connect(token))
    limiter.exempt(app.blueprints["hybridviz"])
    assert [person.get("/app").status_code for _ in range(5)] == [200] * 5


def test_sessions_on_the_server_tell_the_user(
    app: Flask, start: Callable[[], Live], tmp_path: Path
) -> None:
    app.config["SESSION_TYPE"] = "cachelib"
    app.config["SESSION_CACHELIB"] = FileSystemCache(str(tmp_path / "sessions"), threshold=100)
    Session(app)
    viz = serve(app, get_user=lambda: cookie.get("who"))
    assert viz.server.admission.identity is not None

    @app.route("/login/<name>")
    def login(name: str) -> str:
        cookie["who"] = name
        return name

    @app.route("/forget")
    def forget() -> str:
        cookie.clear()
        return ""

    live = start()
    ada = Person(live, "ada")
    assert ada.sees() == "hello"
    assert [s.context.user for s in live_sessions(live)] == ["ada"]
    token = ada.token()
    stolen = {c.name: c.value for c in ada.browser.cookies}
    ada.get("/forget")
    thief = Person(live)
    thief.browser.cookies.update(stolen)
    assert thief.get("/app").status_code == 403
    assert "nobody is logged in" in thief.refusal(token)


def test_a_cached_page_shows_each_visitor_a_session_of_their_own(
    app: Flask, start: Callable[[], Live]
) -> None:
    serve(app)
    cache = Cache(app, config={"CACHE_TYPE": "SimpleCache"})
    made: list[int] = []

    @app.route("/page")
    @cache.cached(timeout=300)
    def page() -> str:
        made.append(1)
        return render_template_string(PAGE)

    live = start()
    texts = {requests.get(f"http://{live.host}/page", timeout=TIMEOUT).text for _ in range(2)}
    (text,) = texts
    assert len(made) == 1
    url = re.findall(r'src="(/app/autoload.js[^"]+)"', text)[0].replace("&amp;", "&")
    tokens = {
        re.findall(r'"token":"([^"]+)"', Person(live).get(url).text)[0].partition(".")[0]
        for _ in range(2)
    }
    assert len(tokens) == 2


REDIRECTS = """
from bokeh.models import Div
from flask import Flask, redirect, request
from hybridviz import HybridViz

app = Flask(__name__)
viz = HybridViz(app)


@viz.app("/app")
def fill(document):
    document.add_root(Div(text="hello", name="label"))


@app.before_request
def lead_astray():
    if request.args.get("astray"):
        return redirect("/elsewhere")
"""


def test_answer_that_comes_too_late_is_told_by_the_close_code(tmp_path: Path) -> None:
    """gevent-websocket has said 101 before the application is asked."""
    (tmp_path / "site.d").mkdir()
    (tmp_path / "site.d" / "strays.py").write_text(REDIRECTS)
    server = SiteServer("geventwebsocket", tmp_path / "site.d", tmp_path, "strays")
    try:
        with Wire(f"{server.url}/app", path="/app/ws?astray=1") as wire:
            closed = wire.close_frame()
        assert (closed.code, closed.reason) == (1008, "the application answered 302 FOUND")
        with Wire(f"{server.url}/app") as wire:
            assert "label" in wire.pull()
    finally:
        server.stop()


# -- ProxyFix, APScheduler


def test_a_proxy_with_a_prefix(app: Flask, start: Callable[[], Live]) -> None:
    serve(app)
    app.wsgi_app = ProxyFix(app.wsgi_app, x_prefix=1, x_host=1)  # type: ignore[method-assign]
    app.add_url_rule("/page", "page", lambda: render_template_string(PAGE))
    live = start()
    person = Person(live, X_Forwarded_Prefix="/outside", X_Forwarded_Host="site.example")
    page = person.get("/page").text
    urls = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert urls and all(url.startswith("/outside/") for url in urls)
    socket = live.connect(
        person.token(), header=["X-Forwarded-Host: site.example"], origin="http://site.example"
    )
    pull(socket)
    assert app.app_protocol("/app/ws") == "bokeh"  # type: ignore[attr-defined]


def test_a_job_updates_all_sessions(app: Flask, start: Callable[[], Live]) -> None:
    viz = serve(app)
    live = start()
    sockets = [(p := Person(live)).connect(p.token()) for _ in range(2)]
    for socket in sockets:
        pull(socket)
    done = threading.Event()

    def job() -> None:
        viz.update_sessions("/app", lambda document: setattr(document.roots[0], "text", "job"))
        done.set()

    scheduler = BackgroundScheduler()
    scheduler.add_job(job)
    scheduler.start()
    try:
        assert done.wait(10)
    finally:
        scheduler.shutdown()
    for socket in sockets:
        header, _, content = (socket.recv() for _ in range(3))
        assert '"PATCH-DOC"' in header and '"job"' in content
