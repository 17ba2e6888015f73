"""Users: who is let in, who is sent to log in, and whose session is whose."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import websocket
from flask import Flask
from flask.testing import FlaskClient

from hybridviz.core.tokens import make_token
from hybridviz.errors import ConfigError
from tests.interop.wire import TIMEOUT, Wire
from tests.servers import Server
from tests.web.conftest import CAN_UPGRADE, FakeApp, Serve
from tests.web.test_sockets import KEY, SOON, Live

CLUB = Path(__file__).parent / "apps" / "auth"
BY_HEADER = """
login_url = "/login"
logout_url = "/logout"

def get_user(handler):
    return handler.request.headers.get("X-User")
"""


@pytest.fixture
def module(tmp_path: Path) -> Callable[[str], str]:
    """Write auth modules."""

    def write(text: str) -> str:
        path = tmp_path / "auth.py"
        path.write_text(text)
        return str(path)

    return write


Module = Callable[[str], str]


@pytest.fixture
def club(serve: Serve) -> Flask:
    """A server of one app and of the folder's auth module."""
    return serve(FakeApp(), auth_module=str(CLUB / "auth.py"), cookie_secret="s" * 32)


def browse(app: Flask, path: str, **options: Any) -> Any:
    client = options.pop("client", None) or app.test_client()
    return client.get(path, environ_overrides=CAN_UPGRADE, **options)


def log_in(client: FlaskClient, name: str = "ada", password: str = "lovelace") -> Any:
    return client.post("/login", data={"name": name, "password": password})


def contexts(app: Flask) -> list[Any]:
    return [s.context for s in app.extensions["hybridviz"].served["/app"].registry]


# -- pages


@pytest.mark.parametrize(
    ("path", "next_page"),
    [
        ("/app", "%2Fapp"),
        ("/app?a=b&c=d", "%2Fapp%3Fa%3Db%26c%3Dd"),
        ("/", "%2F"),
        ("/app/metadata", "%2Fapp%2Fmetadata"),
        ("/?bokeh-session-id=x", "%2F%3Fbokeh-session-id%3Dx"),
    ],
)
def test_pages_lead_to_where_people_log_in(club: Flask, path: str, next_page: str) -> None:
    answer = browse(club, path)
    assert answer.status_code == 302
    assert answer.location == f"/login?next={next_page}"
    assert answer.headers["Cache-Control"] == "no-store"


def test_files_are_open(club: Flask) -> None:
    for path in ("/static/js/bokeh.min.js", "/_hybridviz/connection.js", "/favicon.ico"):
        assert browse(club, path).status_code == 200


def test_embedding_says_where_it_was_to_appear_that_nobody_is_logged_in(club: Flask) -> None:
    answer = browse(club, "/app/autoload.js?bokeh-autoload-element=here")
    assert answer.status_code == 403 and "nobody is logged in" in answer.text
    assert club.test_client().options("/app/autoload.js").status_code == 204


def test_who_has_logged_in_sees_apps_until_the_logout(club: Flask) -> None:
    client = club.test_client()
    form = browse(club, "/login", client=client).text
    assert "<title>The club</title>" in form and "<p>" not in form
    answer = log_in(client)
    assert (answer.status_code, answer.location) == (302, "/")
    for _ in range(2):  # with a run and without
        assert '"token":"' in browse(club, "/app", client=client).text
    (context,) = contexts(club)
    assert (context.user, context.logout_url) == ("ada", "/logout")
    assert context.request.user == "ada"
    embedded = browse(club, "/app/autoload.js?bokeh-autoload-element=x", client=client)
    assert embedded.status_code == 200
    assert browse(club, "/app/metadata", client=client).json == {"url": "/app", "data": {}}
    assert browse(club, "/logout", client=client).location == "/login"
    assert browse(club, "/app", client=client).status_code == 302


def test_wrong_password_is_told(club: Flask) -> None:
    client = club.test_client()
    answer = log_in(client, password="byron")
    assert "Nobody &lt;knows&gt; you" in client.get(answer.location).text
    assert browse(club, "/app", client=client).status_code == 302


def test_without_an_auth_module_there_are_no_users(serve: Serve) -> None:
    app = serve(FakeApp())
    assert browse(app, "/app").status_code == 200
    assert [(c.user, c.logout_url) for c in contexts(app)] == [(None, None)]


def test_prefixes_stand_before_the_urls(serve: Serve, module: Module) -> None:
    app = serve(FakeApp(), auth_module=module(BY_HEADER), prefix="p", root_path="/outer")
    answer = browse(app, "/p/app")
    assert answer.location == "/outer/p/login?next=%2Fouter%2Fp%2Fapp"
    browse(app, "/p/app", headers={"X-User": "ada"})
    assert [c.logout_url for c in contexts(app)] == ["/outer/p/logout"]


def test_the_login_may_be_elsewhere(serve: Serve, module: Module) -> None:
    text = BY_HEADER.replace('login_url = "/login"', "") + (
        "def get_login_url(handler):\n    return 'https://id.example/' + handler.request.path[1:]\n"
    )
    app = serve(FakeApp(), auth_module=module(text))
    next_page = "http%3A%2F%2Flocalhost%2Fapp"
    assert browse(app, "/app").location == f"https://id.example/app?next={next_page}"
    text = text.replace("path[1:]", "path[1:] + '?x=1'")
    app = serve(FakeApp(), auth_module=module(text))
    assert browse(app, "/app").location == "https://id.example/app?x=1"


def test_get_user_may_be_a_coroutine_and_set_cookies(serve: Serve, module: Module) -> None:
    text = """
import asyncio
login_url = "/login"
async def get_user_async(handler):
    await asyncio.sleep(0)
    handler.set_cookie("seen", "yes")
    return handler.get_cookie("seen")
"""
    app = serve(FakeApp(), auth_module=module(text))
    client = app.test_client()
    assert browse(app, "/app", client=client).status_code == 302
    assert browse(app, "/app", client=client).status_code == 200
    assert [c.user for c in contexts(app)] == ["yes"]


def test_get_user_that_raises_lets_nobody_in(
    serve: Serve, module: Module, caplog: pytest.LogCaptureFixture
) -> None:
    app = FakeApp()
    text = "login_url = '/login'\ndef get_user(handler):\n    return 1 / 0\n"
    answer = browse(serve(app, auth_module=module(text)), "/app")
    assert answer.status_code == 500 and app.runs == 0
    assert "the auth module failed; the log says why" in answer.text
    assert "ZeroDivisionError: division by zero" in caplog.text


def test_get_user_may_refuse(serve: Serve, module: Module) -> None:
    text = (
        "import tornado.web\nlogin_url = '/login'\n"
        "def get_user(handler):\n    raise tornado.web.HTTPError(403)\n"
    )
    answer = browse(serve(FakeApp(), auth_module=module(text)), "/app")
    assert answer.status_code == 403 and "refuses this visitor: Forbidden" in answer.text


@pytest.mark.parametrize("name", ["login_url", "logout_url"])
def test_url_of_an_app_is_taken(serve: Serve, module: Module, name: str) -> None:
    text = BY_HEADER.replace(f'{name} = "', f'{name} = "/app" #')
    with pytest.raises(ConfigError, match=f"/app would answer both an app and .* {name}"):
        serve(FakeApp(), auth_module=module(text))


# -- sessions of others


@pytest.fixture
def live(serve: Serve, module: Module) -> Iterator[Live]:
    """A server that believes the header X-User."""
    server = Live(serve(FakeApp(), secret_key=KEY.decode(), auth_module=module(BY_HEADER)))
    yield server
    server.stop()


def token_of(live: Live, user: str, ident: str) -> str:
    url = f"http://{live.host}/app?bokeh-session-id={ident}"
    page = requests.get(url, headers={"X-User": user}, timeout=TIMEOUT)
    assert page.status_code == 200, page.text
    return re.findall(r'"token":"([^"]+)"', page.text)[0]


def refusal(live: Live, token: str, *headers: str) -> str:
    with pytest.raises(websocket.WebSocketBadStatusException) as caught:
        live.connect(token, header=list(headers))
    assert caught.value.status_code == 403
    return (caught.value.resp_body or b"").decode()


def test_websocket_needs_the_user_of_its_page(live: Live) -> None:
    token_of(live, "ada", "first")  # runs the app; later pages are shown without
    token = token_of(live, "ada", "mine")
    assert "nobody is logged in" in refusal(live, token)
    assert "another user's" in refusal(live, token, "X-User: eve")
    assert '"ACK"' in live.connect(token, header=["X-User: ada"]).recv()
    assert {c.user for c in contexts(live.app)} == {"ada"}
    assert "another user's" in refusal(live, token, "X-User: eve")
    # A token that names no user finds the session only when 101 is said: a close must refuse.
    stranger = live.connect(make_token("mine", KEY, SOON, {}), header=["X-User: eve"])
    opcode, data = stranger.recv_data()
    assert (opcode, data[:2]) == (websocket.ABNF.OPCODE_CLOSE, (1008).to_bytes(2, "big"))
    assert b"another user's" in data


def test_session_id_is_useless_to_others(live: Live) -> None:
    for ident in ("eager", "lazy"):
        token = token_of(live, "ada", ident)
        assert '"ACK"' in live.connect(token, header=["X-User: ada"]).recv()  # it has a session now
        url = f"http://{live.host}/app?bokeh-session-id={ident}"
        answer = requests.get(url, headers={"X-User": "eve"}, timeout=TIMEOUT)
        assert answer.status_code == 403 and "another user" in answer.text
    assert len(contexts(live.app)) == 2


def test_a_program_of_this_machine_needs_the_upload_token_for_a_users_session(live: Live) -> None:
    assert '"ACK"' in live.connect(token_of(live, "ada", "mine"), header=["X-User: ada"]).recv()
    url = f"http://{live.host}/api/documents/mine"
    for shown, status in (({}, 403), ({"Authorization": "Basic eDp5"}, 403)):
        answer = requests.get(url, headers={"X-User": "eve"} | shown, timeout=TIMEOUT)
        assert answer.status_code == status and "another user's" in answer.text


def test_users_may_be_any_value(serve: Serve, module: Module) -> None:
    text = BY_HEADER.replace("return ", "name = ") + "    return {'name': [name]} if name else 0\n"
    app = serve(FakeApp(), auth_module=module(text))
    assert browse(app, "/app").status_code == 302
    for user, status in {"ada": 200, "eve": 403}.items():
        answer = browse(app, "/app?bokeh-session-id=x", headers={"X-User": user})
        assert answer.status_code == status
    assert [c.user for c in contexts(app)] == [{"name": ["ada"]}]


def test_the_command_serves_it(tmp_path: Path) -> None:
    options = ["--auth-module", str(CLUB / "auth.py"), "--cookie-secret", "s" * 32]
    server = Server(
        "serve", [CLUB / "club.py"], tmp_path, options=[*options, "--enable-xsrf-cookies"]
    )
    url = f"{server.url}/club"
    try:
        with requests.Session() as client:
            form = client.get(url, timeout=TIMEOUT)
            assert form.url == f"{server.url}/login?next=%2Fclub"
            xsrf = re.findall(r'name="_xsrf" value="([^"]+)"', form.text)[0]
            fields = {"name": "ada", "password": "lovelace", "_xsrf": xsrf}
            page = client.post(form.url, fields, timeout=TIMEOUT)
            assert page.url == url and page.status_code == 200
            token = re.findall(r'"token":"([^"]+)"', page.text)[0]
            cookie = f"who={client.cookies['who']}"
        with Wire(url, token, {"Cookie": cookie}) as wire:
            assert "ada may leave by /logout" in wire.pull()
        with Wire(url, token) as wire:  # gevent-websocket has answered before we are asked
            closed = wire.close_frame()
            assert (closed.code, closed.reason) == (1008, "nobody is logged in")
    finally:
        server.stop()
