"""Users of the application itself: Flask-Login, Flask-HTTPAuth, a function, a proxy's header, a
list of passwords; access rules; whose sessions are whose.
"""

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import websocket
from bokeh.document import Document
from bokeh.models import Div
from flask import Flask, request, session
from flask_httpauth import HTTPBasicAuth, HTTPTokenAuth
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.security import generate_password_hash

from hybridviz import HybridViz, Settings, create_app
from hybridviz.core.tokens import make_token
from hybridviz.errors import ConfigError
from tests.interop.wire import TIMEOUT
from tests.web.conftest import CAN_UPGRADE, Serve
from tests.web.test_sockets import SOON, Live, close_of, pull


class User(UserMixin):
    def __init__(self, name: str) -> None:
        self.id = name


def fill(document: Document) -> None:
    assert document.session_context is not None
    document.add_root(Div(text=f"for {document.session_context.user}"))


def site(tmp_path: Path, viz: HybridViz | None = None, **config: Any) -> Flask:
    """A site with one app for all who are logged in, where anybody logs in by a name."""
    app = Flask("site", instance_path=str(tmp_path))
    app.config.update(SECRET_KEY="s" * 32, **config)
    viz = viz or HybridViz()
    viz.app("/app")(fill)
    viz.app("/staff", access=lambda user: user == "ada")(fill)
    viz.app("/open", access=lambda user: True)(fill)
    viz.app("/of/<name>", access=lambda user, name: user == name)(fill)
    viz.app("/context", access=lambda: request.args.get("key") == "k")(fill)
    viz.init_app(app)
    return app


def add_login(app: Flask) -> None:
    manager = LoginManager(app)
    manager.user_loader(User)
    manager.login_view = "login"

    @app.route("/login/<name>")
    def login_as(name: str) -> str:
        login_user(User(name))
        return name

    app.add_url_rule("/login", "login", lambda: "log in here")

    @app.route("/logout")
    def logout() -> str:
        logout_user()
        return str(current_user.is_authenticated)


@pytest.fixture
def serve_site(tmp_path: Path) -> Iterator[Callable[[Flask], Live]]:
    made: list[Live] = []

    def start(app: Flask) -> Live:
        made.append(Live(app))
        return made[-1]

    yield start
    for live in made:
        live.stop()


@pytest.fixture
def club(tmp_path: Path, serve_site: Callable[[Flask], Live]) -> Live:
    """A site with Flask-Login, which comes after the server."""
    app = site(tmp_path)
    add_login(app)
    return serve_site(app)


class Person:
    """A visitor's browser.

    Args:
        live: the site.
        name: as whom to log in; nobody if it is empty.
        headers: what the browser sends along.
    """

    def __init__(self, live: Live, name: str = "", **headers: str) -> None:
        self.live = live
        self.browser = requests.Session()
        self.browser.headers.update({k.replace("_", "-"): v for k, v in headers.items()})
        if name:
            assert self.get(f"/login/{name}").text == name

    def get(self, path: str, **options: Any) -> requests.Response:
        url = f"http://{self.live.host}{path}"
        return self.browser.get(url, timeout=TIMEOUT, allow_redirects=False, **options)

    def token(self, path: str = "/app") -> str:
        page = self.get(path)
        assert page.status_code == 200, page.text
        return re.findall(r'"token":"([^"]+)"', page.text)[0]

    def connect(self, token: str, path: str = "/app/ws") -> websocket.WebSocket:
        cookies = "; ".join(f"{c.name}={c.value}" for c in self.browser.cookies)
        sent = {k: v for k, v in self.browser.headers.items() if k.lower() != "connection"}
        header = [f"{k}: {v}" for k, v in sent.items() if isinstance(v, str)]
        return self.live.connect(token, path, header=header, cookie=cookies or None)

    def refusal(self, token: str, path: str = "/app/ws") -> str:
        """Return the reason for which a websocket for a session that is not there is refused."""
        with pytest.raises(websocket.WebSocketBadStatusException) as caught:
            self.connect(token, path)
        assert caught.value.status_code == 403
        return (caught.value.resp_body or b"").decode()

    def sees(self, path: str = "/app") -> str:
        """Return the text of the app's document."""
        socket = self.connect(self.token(path), f"{path}/ws")
        return str(pull(socket)["roots"][0]["attributes"]["text"])


def live_sessions(live: Live, route: str = "/app") -> list[Any]:
    return list(live.app.extensions["hybridviz"].served[route].registry)


# -- Flask-Login


def test_user_of_flask_login_reaches_the_app(club: Live) -> None:
    assert Person(club, "ada").sees() == "for ada"
    assert Person(club, "ada").sees() == "for ada"  # by a page without a run
    assert Person(club, "eve").sees() == "for eve"


def test_title_of_a_users_document_is_shown_to_nobody_else(club: Live) -> None:
    titled = "Sales of {}"

    def name_it(document: Document) -> None:
        assert document.session_context is not None
        document.title = titled.format(document.session_context.user)

    club.app.extensions["hybridviz"].served["/app"].app._function = name_it
    ada, eve = Person(club, "ada"), Person(club, "eve")
    assert "<title>Sales of ada</title>" in ada.get("/app").text  # by a run
    assert "<title>app</title>" in eve.get("/app").text
    assert club.app.extensions["hybridviz"].served["/app"].name == "app"


def test_stranger_is_led_to_the_login_and_gets_no_websocket(club: Live) -> None:
    stranger, ada = Person(club), Person(club, "ada")
    answer = stranger.get("/app?a=1")
    assert answer.status_code == 302 and answer.headers["Location"] == "/login?next=%2Fapp%3Fa%3D1"
    answer = stranger.get("/app/autoload.js?bokeh-autoload-element=x")
    assert answer.status_code == 403 and "token" not in answer.text
    assert stranger.get("/app/metadata").status_code == 302
    ada.token()
    assert "nobody is logged in" in stranger.refusal(ada.token())


def test_token_and_session_id_are_useless_to_another_user(club: Live) -> None:
    ada, eve = Person(club, "ada"), Person(club, "eve")
    ada.token()
    token = ada.token("/app?bokeh-session-id=adas")
    assert "another user's" in eve.refusal(token)
    pull(ada.connect(token))
    assert "another user's" in eve.refusal(token)
    unmarked = make_token("adas", club.app.extensions["hybridviz"].key, SOON, {})
    assert close_of(eve.connect(unmarked)) == (1008, "this session is another user's")
    assert eve.get("/app?bokeh-session-id=adas").status_code == 403
    assert eve.get("/app", headers={"Bokeh-Session-Id": "adas"}).status_code == 403
    assert eve.get(f"/app?bokeh-token={token}").status_code == 403


def test_rest_gives_a_users_session_to_that_user_alone(club: Live) -> None:
    ada, eve, stranger = Person(club, "ada"), Person(club, "eve"), Person(club)
    token = ada.token("/app?bokeh-session-id=adas")
    mine = {"Authorization": f"Bearer {token}"}
    assert ada.get("/api/documents/adas", headers=mine).status_code == 200
    for person in (eve, stranger):
        for headers in (mine, {}):
            answer = person.get("/api/documents/adas", headers=headers)
            assert answer.status_code == 403 and "for ada" not in answer.text
            url = f"http://{club.host}/api/documents/adas"
            changed = person.browser.patch(url, json={"title": "x"}, headers=headers)
            assert changed.status_code == 403


def test_logout_ends_the_users_sessions_at_once(club: Live) -> None:
    ada, eve = Person(club, "ada"), Person(club, "eve")
    sockets = [person.connect(person.token()) for person in (ada, ada, eve)]
    for socket in sockets:
        pull(socket)
    waiting = ada.token()
    assert ada.get("/logout").text == "False"
    for socket in sockets[:2]:
        assert close_of(socket) == (4002, "the user has logged out")
    assert [s.context.user for s in live_sessions(club)] == ["eve"]
    sockets[2].ping()
    assert "nobody is logged in" in ada.refusal(waiting)


def test_session_that_is_being_made_at_the_logout_ends_too(
    tmp_path: Path, serve_site: Callable[[Flask], Live]
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(document: Document) -> None:
        begun.set()
        assert go_on.wait(10)

    viz = HybridViz()
    viz.app("/slow")(slow)
    app = site(tmp_path, viz)
    add_login(app)
    live = serve_site(app)
    ada = Person(live, "ada")
    opening = threading.Thread(target=ada.get, args=("/slow",))
    opening.start()
    assert begun.wait(10)
    made = live_made(live, "/slow")
    ada.get("/logout")
    go_on.set()
    opening.join()
    assert made.wait(10)
    registry = live.app.extensions["hybridviz"].served["/slow"].registry
    while len(registry):
        threading.Event().wait(0.01)


def live_made(live: Live, route: str) -> Any:
    ((_, ready),) = live.app.extensions["hybridviz"].served[route].registry.in_the_making()
    return ready


def test_expired_and_forged_cookies_are_nobodys(
    tmp_path: Path, serve_site: Callable[[Flask], Live]
) -> None:
    app = site(tmp_path, PERMANENT_SESSION_LIFETIME=-1)
    add_login(app)
    app.before_request(lambda: setattr(session, "permanent", True))
    live = serve_site(app)
    expired = Person(live)
    cookie = expired.get("/login/ada").headers["Set-Cookie"].partition(";")[0]
    forged = cookie[:-4] + "AAAA"
    for text in (cookie, forged):
        assert Person(live, Cookie=text).get("/app").status_code == 302
        unmarked = make_token("x", live.app.extensions["hybridviz"].key, SOON)
        assert "nobody" in Person(live, Cookie=text).refusal(unmarked)


def test_login_may_be_disabled_for_tests(tmp_path: Path) -> None:
    app = site(tmp_path, LOGIN_DISABLED=True)
    add_login(app)
    assert app.test_client().get("/app", environ_overrides=CAN_UPGRADE).status_code == 200
    app.extensions["hybridviz"].close()


# -- access rules


def test_rules_decide_about_pages_and_sockets(club: Live) -> None:
    ada, eve, stranger = Person(club, "ada"), Person(club, "eve"), Person(club)
    assert ada.sees("/staff") == "for ada"
    refused = eve.get("/staff")
    assert refused.status_code == 403 and "you may not see this app" in refused.text
    assert "may not see" in eve.refusal(ada.token("/staff?bokeh-session-id=new"), "/staff/ws")
    assert eve.get("/staff/autoload.js?bokeh-autoload-element=x").status_code == 403
    assert stranger.get("/staff").status_code == 302
    assert stranger.sees("/open") == "for None"
    assert (ada.get("/of/ada").status_code, ada.get("/of/eve").status_code) == (200, 403)
    assert eve.sees("/of/eve") == "for eve"
    assert (ada.get("/context?key=k").status_code, ada.get("/context").status_code) == (200, 403)


# -- others who know users


def test_users_of_flask_httpauth(tmp_path: Path, serve_site: Callable[[Flask], Live]) -> None:
    auth = HTTPBasicAuth()
    auth.verify_password(lambda name, password: name if password == "x" else None)
    live = serve_site(site(tmp_path, HybridViz(auth=auth)))
    ada, wrong = Person(live), Person(live)
    ada.browser.headers["Authorization"] = "Basic YWRhOng="  # ada:x
    wrong.browser.headers["Authorization"] = "Basic YWRhOnk="
    assert ada.sees() == "for ada"
    for person in (Person(live), wrong):
        answer = person.get("/app")
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")
        assert "nobody is logged in" in person.refusal(ada.token("/app?bokeh-session-id=x"))


def test_users_that_are_objects_have_ids(tmp_path: Path) -> None:
    app = site(tmp_path, HybridViz(get_user=lambda: User("ada")))
    for _ in range(2):
        page = app.test_client().get("/app?bokeh-session-id=x", environ_overrides=CAN_UPGRADE)
        assert page.status_code == 200
    (live,) = app.extensions["hybridviz"].served["/app"].registry
    assert live.context.user == "ada"
    app.extensions["hybridviz"].close()


def test_users_that_equal_only_themselves_are_refused_with_advice(tmp_path: Path) -> None:
    app = site(tmp_path, HybridViz(get_user=lambda: type("Person", (), {})()))
    page = app.test_client().get("/app", environ_overrides=CAN_UPGRADE)
    assert page.status_code == 500
    assert "not Person: return its name or id" in page.text
    app.extensions["hybridviz"].close()


def test_tokens_of_flask_httpauth(tmp_path: Path) -> None:
    auth = HTTPTokenAuth("Bearer")
    auth.verify_token(lambda token: {"t1": "ada"}.get(token))
    app = site(tmp_path, HybridViz(auth=auth))
    for token, status in {"t1": 200, "t2": 401}.items():
        headers = {"Authorization": f"Bearer {token}"}
        page = app.test_client().get("/app", headers=headers, environ_overrides=CAN_UPGRADE)
        assert page.status_code == status
    app.extensions["hybridviz"].close()


def test_function_of_the_application(tmp_path: Path) -> None:
    viz = HybridViz(get_user=lambda: session.get("who"), login_url="/enter?a=1", logout_url="leave")
    app = site(tmp_path, viz)
    app.add_url_rule("/leave", "leave", lambda: "")
    client = app.test_client()
    answer = client.get("/app?b=2", environ_overrides=CAN_UPGRADE)
    assert answer.location == "/enter?a=1&next=%2Fapp%3Fb%3D2"
    with client.session_transaction() as cookie:
        cookie["who"] = "ada"
    assert client.get("/app", environ_overrides=CAN_UPGRADE).status_code == 200
    (live,) = app.extensions["hybridviz"].served["/app"].registry
    assert (live.context.user, live.context.logout_url) == ("ada", "/leave")
    viz.end_sessions(None)
    assert client.get("/open", environ_overrides=CAN_UPGRADE).status_code == 200
    assert not live.destroyed
    viz.end_sessions("ada")
    assert live.destroyed
    viz.close()


def peer(app: Flask, address: str, **headers: str) -> Any:
    sent = {k.replace("_", "-"): v for k, v in headers.items()}
    overrides = {**CAN_UPGRADE, "REMOTE_ADDR": address}
    return app.test_client().get("/app", headers=sent, environ_overrides=overrides)


def test_header_counts_only_from_trusted_proxies(tmp_path: Path) -> None:
    config = {"HYBRIDVIZ_USER_HEADER": "X-User", "HYBRIDVIZ_TRUSTED_PROXIES": "10.0.0.0/8 ::1"}
    app = site(tmp_path, **config)
    for address in ("10.1.2.3", "::1", "::ffff:10.0.0.1"):
        assert peer(app, address, X_User="ada").status_code == 200
    for address in ("192.0.2.1", "::2", "", "nonsense"):
        assert peer(app, address, X_User="ada").status_code == 403
    assert peer(app, "10.1.2.3").status_code == 403
    # With ProxyFix the peer says who it is; the socket's peer counts.
    app.wsgi_app = ProxyFix(app.wsgi_app)  # type: ignore[method-assign]
    assert peer(app, "192.0.2.1", X_User="ada", X_Forwarded_For="10.1.2.3").status_code == 403
    assert peer(app, "10.1.2.3", X_User="ada", X_Forwarded_For="192.0.2.1").status_code == 200
    users = {s.context.user for s in app.extensions["hybridviz"].served["/app"].registry}
    assert users == {"ada"}
    app.extensions["hybridviz"].close()


def test_unix_sockets_may_be_trusted(tmp_path: Path) -> None:
    app = site(tmp_path, HYBRIDVIZ_USER_HEADER="X-User", HYBRIDVIZ_TRUSTED_PROXIES="unix")
    assert peer(app, "", X_User="ada").status_code == 200
    assert peer(app, "127.0.0.1", X_User="ada").status_code == 403
    app.extensions["hybridviz"].close()


def test_list_of_passwords(serve: Serve, tmp_path: Path) -> None:
    path = tmp_path / "users"
    path.write_text(f"# ours\n\nada:{generate_password_hash('x:y')}\n")
    for setting in (str(path), "ada:x:y"):
        app = create_app(Settings(data_dir=str(tmp_path), basic_auth=setting), {"/app": fill})
        client = app.test_client()
        for auth, status in {
            ("ada", "x:y"): 200,
            ("ada", "x"): 401,
            ("eve", "x:y"): 401,
            ("", "x:y"): 401,
        }.items():
            for _ in range(2):  # the second time from memory
                page = client.get("/app", auth=auth, environ_overrides=CAN_UPGRADE)
                assert page.status_code == status, auth
        page = client.get("/app", environ_overrides=CAN_UPGRADE)
        assert page.status_code == 401
        assert page.headers["WWW-Authenticate"] == 'Basic realm="hybridviz", charset="UTF-8"'
        app.extensions["hybridviz"].close()


def test_passwords_cannot_all_be_tried(tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=str(tmp_path), basic_auth="ada:pw"), {"/app": fill})
    client = app.test_client()

    def status(name: str, password: str) -> int:
        auth = (name, password)
        return int(client.get("/app", auth=auth, environ_overrides=CAN_UPGRADE).status_code)

    assert status("ada", "pw") == 200
    assert [status("ada", f"no{number}") for number in range(11)] == [401] * 10 + [429]
    assert status("ada", "pw") == 200  # who was right before is no victim of who guesses
    assert status("eve", "pw") == 401
    app.extensions["hybridviz"].close()


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"basic_auth": "ada"}, "path of a file with lines USER:HASH, or USER:PASSWORD"),
        ({"basic_auth": "FILE"}, "has a line that is not USER:HASH, of 'ada'"),
        ({"user_header": "X-User"}, "believed only from trusted_proxies"),
        ({"user_header": "X-User", "trusted_proxies": ("here",)}, "trusted_proxies has 'here'"),
        (
            {"user_header": "X-User", "trusted_proxies": ("::1",), "basic_auth": "a:b"},
            "give only one of them",
        ),
    ],
)
def test_settings_that_make_no_sense(
    tmp_path: Path, settings: dict[str, Any], complaint: str
) -> None:
    (tmp_path / "users").write_text("ada:plain\n")
    if settings.get("basic_auth") == "FILE":
        settings = {"basic_auth": str(tmp_path / "users")}
    with pytest.raises(ConfigError, match=complaint):
        create_app(Settings(data_dir=str(tmp_path), **settings), [])
