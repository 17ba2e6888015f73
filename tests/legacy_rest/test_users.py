"""Several users of Bokeh 0.10: who they are, what is theirs, and what nobody else gets."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import websocket
from flask import Flask
from flask.testing import FlaskClient

from hybridviz.client import pull_session
from hybridviz.config import Settings
from hybridviz.core.tokens import make_token
from hybridviz.errors import ConfigError, ServerRefused
from hybridviz.legacy_rest.identity import COOKIE
from hybridviz.legacy_rest.library import KIND, PREFIX
from hybridviz.legacy_rest.patches import document_of
from hybridviz.stores import open_store
from hybridviz.web import failures
from hybridviz.web.extension import create_app
from tests.interop.wire import Wire, page_token
from tests.legacy_rest.conftest import ROOTS, small, spec
from tests.legacy_rest.test_dialect import OldSocket, pushed
from tests.servers import Server
from tests.web.conftest import CAN_UPGRADE

SLIDER = Path(__file__).parent.parent / "interop" / "apps" / "slider.py"
FAR = {"REMOTE_ADDR": "203.0.113.9", **CAN_UPGRADE}
Make = Callable[..., Flask]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Make servers; each is closed after the test."""
    made: list[Flask] = []

    def make(**settings: Any) -> Flask:
        made.append(create_app(Settings(data_dir=str(tmp_path), **settings), ()))
        return made[-1]

    yield make
    for app in made:
        app.extensions["hybridviz"].close()


class Script:
    """A user's script on another host.

    Args:
        client: of the server.
        name: of the user, who is registered; without one it is nobody's.
    """

    def __init__(self, client: FlaskClient, name: str = "") -> None:
        self.client = client
        self.headers = {"BOKEHUSER": name or "defaultuser", "BOKEHUSER-API-KEY": "nokey"}
        if name:
            form = {"username": name, "password": f"{name}'s", "api": "true"}
            answer = self("POST", "/bokeh/register", data=form).json
            self.headers["BOKEHUSER-API-KEY"] = answer["userapikey"]
            client.delete_cookie(COOKIE)

    def __call__(self, method: str, path: str, **options: Any) -> Any:
        headers = self.headers | options.pop("headers", {})
        return self.client.open(
            path, method=method, headers=headers, environ_overrides=FAR, **options
        )

    def upload(self, title: str = "mine") -> str:
        """Upload a small document; return its id."""
        docs = self("POST", "/bokeh/doc/", json={"title": title}).json["docs"]
        ident = str(next(doc["docid"] for doc in docs if doc["title"] == title))
        (context,) = self("GET", f"/bokeh/bb/{ident}/").json
        specs = [*small(), spec("PlotContext", context["id"], children=list(ROOTS))]
        assert self("POST", f"/bokeh/bb/{ident}/bulkupsert", json=specs).status_code == 200
        return ident


@pytest.fixture
def client(make: Make) -> FlaskClient:
    return make(multi_user=True, store="memory:", upload_token="owner's").test_client()


def form(client: FlaskClient, page: str, **fields: str) -> Any:
    return client.post(f"/bokeh/{page}", data=fields, environ_overrides=FAR)


def test_a_users_key_is_the_right_to_upload_from_another_host(client: FlaskClient) -> None:
    ann = Script(client, "ann")
    ident = ann.upload()
    assert ann("GET", "/bokeh/userinfo/").json == {
        "username": "ann",
        "docs": [{"docid": ident, "title": "mine"}],
    }
    assert ann("DELETE", f"/bokeh/doc/{ident}/").json["docs"] == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/bokeh/bb/{id}/"),
        ("GET", "/bokeh/bb/{id}/Slider/slider/"),
        ("PUT", "/bokeh/bb/{id}/Slider/slider/"),
        ("DELETE", "/bokeh/bb/{id}/Slider/slider/"),
        ("POST", "/bokeh/bb/{id}/bulkupsert"),
        ("POST", "/bokeh/bb/{id}/gc"),
        ("GET", "/bokeh/bokehinfo/{id}/"),
        ("GET", "/bokeh/objinfo/{id}/slider"),
        ("GET", "/bokeh/getdocapikey/{id}"),
        ("POST", "/bokeh/{id}/publish"),
    ],
)
def test_what_is_a_users_is_nobody_elses(client: FlaskClient, method: str, path: str) -> None:
    ident = Script(client, "ann").upload()
    for other in (Script(client), Script(client, "bob")):
        reply = other(method, path.format(id=ident), json={})
        assert (reply.status_code, list(reply.json)) == (401, ["error"])
        wrong = other(method, path.format(id=ident), json={}, headers={"BOKEH-API-KEY": "wrong"})
        assert wrong.status_code == 401


def test_nobody_lists_makes_or_removes_without_a_user(client: FlaskClient) -> None:
    ident = Script(client, "ann").upload()
    nobody = Script(client)
    assert nobody("GET", "/bokeh/userinfo/").status_code == 401
    assert nobody("POST", "/bokeh/doc/", json={"title": "x"}).status_code == 401
    assert nobody("DELETE", f"/bokeh/doc/{ident}/").status_code == 401
    assert Script(client, "bob")("DELETE", f"/bokeh/doc/{ident}/").status_code == 409
    local = client.post("/bokeh/doc/", json={"title": "x"}, environ_overrides=CAN_UPGRADE)
    assert local.status_code == 401


def test_titles_are_each_users(client: FlaskClient) -> None:
    ann, bob = Script(client, "ann"), Script(client, "bob")
    assert ann.upload("plot") != bob.upload("plot")
    assert ann("POST", "/bokeh/doc/", json={"title": "plot"}).status_code == 409


def test_keys_of_a_document_take_the_place_of_the_users(client: FlaskClient) -> None:
    ann, nobody = Script(client, "ann"), Script(client)
    ident = ann.upload()
    key = ann("GET", f"/bokeh/getdocapikey/{ident}").json["apikey"]
    reading = ann("GET", f"/bokeh/bokehinfo/{ident}/").json["apikey"]
    path = f"/bokeh/bb/{ident}/gc"
    for shown, status in ((key, 200), (reading, 401), ("wrong", 401)):
        assert nobody("POST", path, headers={"BOKEH-API-KEY": shown}).status_code == status
        if status == 401:
            assert ann("POST", path, headers={"BOKEH-API-KEY": shown}).status_code == 401
    read = nobody("GET", f"/bokeh/getdocapikey/{ident}", headers={"BOKEH-API-KEY": reading})
    assert read.json == {"readonlyapikey": reading}


def test_what_is_published_all_may_read(client: FlaskClient) -> None:
    ann, nobody = Script(client, "ann"), Script(client)
    ident = ann.upload()
    assert ann("POST", f"/bokeh/{ident}/publish").json == {"status": "success"}
    assert nobody("GET", f"/bokeh/bb/{ident}/").status_code == 200
    assert nobody("GET", f"/bokeh/doc/{ident}/slider").status_code == 200
    assert set(nobody("GET", f"/bokeh/getdocapikey/{ident}").json) == {"readonlyapikey"}
    assert nobody("POST", f"/bokeh/bb/{ident}/gc").status_code == 401


def test_the_upload_token_opens_everything(client: FlaskClient) -> None:
    ident = Script(client, "ann").upload()
    owner = {"Authorization": "Bearer owner's"}
    assert Script(client)("GET", f"/bokeh/bb/{ident}/", headers=owner).status_code == 200


def test_sessions_of_a_users_document_are_not_opened_by_its_id(client: FlaskClient) -> None:
    ann = Script(client, "ann")
    ident = ann.upload()
    assert ann("GET", f"/?bokeh-session-id={ident}").status_code == 200
    assert Script(client)("GET", f"/?bokeh-session-id={ident}").status_code == 401
    assert Script(client, "bob")("GET", f"/?bokeh-session-id={ident}").status_code == 401


def test_pages_lead_to_where_one_logs_in_and_back(client: FlaskClient) -> None:
    ident = Script(client, "ann").upload()
    asked = client.get(f"/bokeh/doc/{ident}/slider?a=b", environ_overrides=FAR)
    assert asked.status_code == 302
    where = asked.headers["Location"]
    assert where == f"/bokeh/login?next=%2Fbokeh%2Fdoc%2F{ident}%2Fslider%3Fa%3Db"
    page = client.get(where, environ_overrides=FAR)
    assert f'value="/bokeh/doc/{ident}/slider?a=b"' in page.text
    back = f"/bokeh/doc/{ident}/slider?a=b"
    wrong = form(client, "login", username="ann", password="wrong", next=back)
    assert f'value="{back}"' in client.get(wrong.headers["Location"]).text
    reply = form(client, "login", username="ann", password="ann's", next=back)
    assert (reply.status_code, reply.headers["Location"]) == (302, back)
    assert client.get(back, environ_overrides=FAR).status_code == 200


def test_pages_of_others_are_refused(client: FlaskClient) -> None:
    ident = Script(client, "ann").upload()
    form(client, "register", username="bob", password="b", password_confirm="b")
    assert client.get(f"/bokeh/doc/{ident}/slider", environ_overrides=FAR).status_code == 401


@pytest.mark.parametrize(
    "url", ["http://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", "\n/x"]
)
def test_nobody_is_led_to_another_site(client: FlaskClient, url: str) -> None:
    Script(client, "ann")
    reply = form(client, "login", username="ann", password="ann's", next=url)
    assert reply.headers["Location"] == "/bokeh/"


def test_the_cookie_is_signed_and_for_the_server_alone(client: FlaskClient) -> None:
    reply = form(client, "register", username="ann", password="a", password_confirm="a")
    assert reply.headers["Location"] == "/bokeh/"
    cookie = reply.headers["Set-Cookie"]
    assert cookie.startswith(f"{COOKIE}=") and "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert client.get("/bokeh/userinfo/").json["username"] == "ann"
    forged = client.get_cookie(COOKIE)
    assert forged is not None
    client.set_cookie(COOKIE, forged.value[:-3] + "abc")
    assert client.get("/bokeh/userinfo/").status_code == 401


def test_what_other_sites_pages_send_is_not_the_users(client: FlaskClient) -> None:
    form(client, "register", username="ann", password="a", password_confirm="a")
    for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "same-site"}):
        reply = client.post("/bokeh/doc/", json={"title": "x"}, headers=headers)
        assert reply.status_code == 401
        login = client.post("/bokeh/login", data={"username": "a"}, headers=headers)
        assert login.status_code == 401
    assert client.post("/bokeh/doc/", json={"title": "x"}).status_code == 200


def test_logging_out(client: FlaskClient) -> None:
    form(client, "register", username="ann", password="a", password_confirm="a")
    assert client.get("/bokeh/logout").headers["Location"] == "/bokeh/"
    assert client.get("/bokeh/userinfo/").status_code == 401


def test_a_browser_logs_in_by_the_key_of_scripts(client: FlaskClient) -> None:
    key = Script(client, "ann").headers["BOKEHUSER-API-KEY"]
    wrong = client.get("/bokeh/loginfromapikey?username=ann&userapikey=wrong")
    assert wrong.headers["Location"] == "/bokeh/login?failed=login"
    reply = client.get(f"/bokeh/loginfromapikey?username=ann&userapikey={key}")
    assert reply.headers["Location"] == "/bokeh/"
    assert client.get("/bokeh/userinfo/").json["username"] == "ann"


@pytest.mark.parametrize(
    ("page", "fields", "location"),
    [
        ("login", {"username": "ann", "password": "wrong"}, "login?failed=login"),
        ("login", {"username": "none", "password": "wrong"}, "login?failed=login"),
        ("login", {"username": "ann", "password": ""}, "login?failed=login"),
        (
            "register",
            {"username": "bob", "password": "a", "password_confirm": "b"},
            "register?failed=differ",
        ),
        (
            "register",
            {"username": "ann", "password": "a", "password_confirm": "a"},
            "register?failed=taken",
        ),
        (
            "register",
            {"username": " ", "password": "a", "password_confirm": "a"},
            "register?failed=bad",
        ),
        (
            "register",
            {"username": "defaultuser", "password": "a", "password_confirm": "a"},
            "register?failed=taken",
        ),
    ],
)
def test_forms_say_what_is_wrong(
    client: FlaskClient, page: str, fields: dict[str, str], location: str
) -> None:
    Script(client, "ann")
    reply = form(client, page, **fields)
    assert (reply.status_code, reply.headers["Location"]) == (302, f"/bokeh/{location}")
    shown = client.get(reply.headers["Location"])
    assert 'role="alert"' in shown.text
    assert client.get("/bokeh/userinfo/").status_code == 401


@pytest.mark.parametrize(
    ("page", "fields", "error"),
    [
        ("register", {"username": "ann", "password": "x"}, "user already exists"),
        ("login", {"username": "ann", "password": "x"}, "incorrect login "),
        ("register", {"username": "bob", "password": "x" * 1001}, "a password has"),
        ("register", {"username": "b" * 101, "password": "x"}, "a name has"),
    ],
)
def test_scripts_are_told_in_json(
    client: FlaskClient, page: str, fields: dict[str, str], error: str
) -> None:
    Script(client, "ann")
    reply = form(client, page, api="true", **fields)
    assert (reply.status_code, reply.json["status"]) == (200, False)
    assert error in reply.json["error"]


def test_a_form_without_its_fields(client: FlaskClient) -> None:
    assert form(client, "login", username="ann").status_code == 400


def test_who_guesses_must_wait(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = Script(client, "ann")
    for _ in range(10):
        form(client, "login", username="ann", password="guess")
    for reply in (
        form(client, "login", username="ann", password="ann's"),
        ann("GET", "/bokeh/userinfo/"),
    ):
        assert (reply.status_code, reply.headers["Retry-After"]) == (429, "60")
    assert client.get("/bokeh/login", environ_overrides=FAR).status_code == 200
    monkeypatch.setattr(failures, "WINDOW", -1.0)
    assert ann("GET", "/bokeh/userinfo/").status_code == 200


def test_users_survive_the_server_and_their_passwords_are_hashed(
    make: Make, tmp_path: Path
) -> None:
    client = make(multi_user=True).test_client()
    ann = Script(client, "ann")
    ident = ann.upload()
    client.application.extensions["hybridviz"].close()
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"ann's" not in stored and b"scrypt" in stored
    again = Script(make(multi_user=True).test_client())
    again.headers = ann.headers
    assert again("GET", f"/bokeh/bb/{ident}/").status_code == 200


def test_what_old_clients_brought_is_not_reached_as_an_upload(client: FlaskClient) -> None:
    ident = Script(client, "ann").upload()
    owner = {"Authorization": "Bearer owner's"}
    for name in ("legacy-user:ann", "legacy-user:bob", f"legacy:{ident}"):
        path = f"/api/documents/{name}"
        for method in ("GET", "PUT", "DELETE"):
            reply = client.open(
                path, method=method, data=b"{}", content_type="application/json", headers=owner
            )
            assert reply.status_code == 409, (method, name)
        assert client.patch(path, json={"title": "x"}, headers=owner).status_code == 409


def test_the_index_is_each_users_and_removes_only_for_them(client: FlaskClient) -> None:
    ident = Script(client, "ann").upload("of <ann>")
    assert client.get("/bokeh/").headers["Location"] == "/bokeh/login?next=%2Fbokeh%2F"
    form(client, "register", username="bob", password="b", password_confirm="b")
    page = client.get("/bokeh/").text
    assert "Documents of bob" in page and "of &lt;ann&gt;" not in page
    assert client.post(f"/bokeh/doc/{ident}/remove").status_code == 409
    form(client, "login", username="ann", password="ann's")
    page = client.get("/bokeh/").text
    assert "of &lt;ann&gt;" in page and f"/bokeh/doc/{ident}/remove" in page
    for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert client.post(f"/bokeh/doc/{ident}/remove", headers=headers).status_code == 401
    reply = client.post(f"/bokeh/doc/{ident}/remove")
    assert (reply.status_code, reply.headers["Location"]) == (302, "/bokeh/")
    assert "of &lt;ann&gt;" not in client.get("/bokeh/").text


def test_the_index_without_users(make: Make) -> None:
    client = make(store="memory:", prefix="/plots").test_client()
    assert "output_server" in client.get("/plots/bokeh/").text
    docs = client.post("/plots/bokeh/doc/", json={"title": "a & b"}).json["docs"]
    page = client.get("/plots/bokeh/").text
    assert "a &amp; b" in page and "Log out" not in page
    remove = f"/plots/bokeh/doc/{docs[0]['docid']}/remove"
    assert remove in page
    assert remove not in client.get("/plots/bokeh/", environ_overrides=FAR).text
    evil = {"Origin": "http://evil.example"}
    assert client.post(remove, headers=evil).status_code == 401
    assert client.post(remove, environ_overrides=FAR).status_code == 401
    assert client.post(remove).headers["Location"] == "/plots/bokeh/"
    url = client.get("/plots/bokeh/wsurl/").text
    assert url == "ws://localhost/plots/bokeh/sub"


def put_pushed(tmp_path: Path) -> str:
    """Put a document into the store as a client of Bokeh 0.11 pushes it; return its path."""
    store = open_store("sqlite:", tmp_path, 1_000_000, time.time)
    store.put(f"{PREFIX}pushed", document_of("pushed", pushed()).to_json(), kind=KIND)
    store.close()
    return "/bokeh/doc/pushed/"


def test_what_clients_of_0_11_have_pushed_is_listed_and_removed(make: Make, tmp_path: Path) -> None:
    client, path = make().test_client(), put_pushed(tmp_path)
    page = client.get("/bokeh/").text
    assert f"{path}remove" in page and "data-topic" not in page  # it has no key to listen by
    assert client.get(f"{path}pushed-context").status_code == 200
    assert client.get("/bokeh/userinfo/").json["docs"] == []  # scripts of 0.10 must not find it
    assert client.delete(path, environ_overrides=FAR).status_code == 401
    assert client.delete(path).json["docs"] == []
    assert path not in client.get("/bokeh/").text
    assert client.get(f"{path}pushed-context").status_code == 404
    assert client.delete(path).status_code == 409


def test_what_is_nobodys_is_removed_by_who_may_upload(make: Make, tmp_path: Path) -> None:
    client = make(multi_user=True, upload_token="owner's").test_client()
    path, ann = put_pushed(tmp_path), Script(client, "ann")
    assert ann("DELETE", path).status_code == 401
    assert "/doc/pushed/" not in ann("GET", "/bokeh/").text
    assert ann("DELETE", path, headers={"Authorization": "Bearer owner's"}).status_code == 200
    assert ann("DELETE", path).status_code == 409


def test_without_users_nobody_logs_in(make: Make) -> None:
    client = make(store="memory:").test_client()
    for page in ("login", "register", "logout", "loginfromapikey"):
        reply = client.get(f"/bokeh/{page}")
        assert (reply.status_code, "--multi-user" in reply.text) == (404, True)
    assert client.post("/bokeh/login", data={"username": "a"}).status_code == 404


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("203.0.113.9", {}, 200),
        ("::ffff:203.0.113.9", {}, 200),
        ("2001:db8::1", {}, 200),
        ("198.51.100.1", {}, 401),
        ("198.51.100.1", {"X-Forwarded-For": "203.0.113.9"}, 401),
        ("203.0.113.9", {"X-Forwarded-For": "203.0.113.9"}, 401),
        ("203.0.113.9", {"Origin": "http://evil.example"}, 401),
        ("203.0.113.9", {"Sec-Fetch-Site": "cross-site"}, 401),
        ("203.0.113.9", {"Host": "evil.example", "Origin": "http://evil.example"}, 401),
        ("", {}, 401),
    ],
)
@pytest.mark.parametrize("proxied", [False, True])
def test_addresses_that_are_open_to_old_clients(
    make: Make, peer: str, headers: dict[str, str], status: int, proxied: bool
) -> None:
    networks = ("203.0.113.0/24", "2001:db8::/32")
    client = make(store="memory:", legacy_open_to=networks, use_xheaders=proxied).test_client()
    reply = client.post(
        "/bokeh/doc/", json={"title": "x"}, headers=headers, environ_overrides={"REMOTE_ADDR": peer}
    )
    assert reply.status_code == status
    if status == 200:
        ident = reply.json["docs"][0]["docid"]
        gc = client.post(f"/bokeh/bb/{ident}/gc", environ_overrides={"REMOTE_ADDR": peer})
        assert gc.status_code == 200
        assert (
            client.put(
                "/api/documents/x", data=b"{}", environ_overrides={"REMOTE_ADDR": peer}
            ).status_code
            == 401
        )


@pytest.mark.parametrize(
    "settings",
    [{"legacy_open_to": ("nonsense",)}, {"legacy_open_to": ("::/0",), "multi_user": True}],
)
def test_settings_that_make_no_sense(settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="legacy_open_to"):
        Settings(**settings)


def test_websockets_open_no_users_document_by_its_id(tmp_path: Path) -> None:
    server = Server("serve", [SLIDER], tmp_path, options=["--multi-user"], secret_key="key")
    try:
        form = {"username": "ann", "password": "a", "api": "true"}
        key = requests.post(f"{server.url}/bokeh/register", form, timeout=30).json()["userapikey"]
        ann = {"BOKEHUSER": "ann", "BOKEHUSER-API-KEY": key}
        docs = requests.post(
            f"{server.url}/bokeh/doc/", json={"title": "t"}, headers=ann, timeout=30
        ).json()["docs"]
        ident = docs[0]["docid"]
        with pytest.raises(ServerRefused):
            pull_session(ident, server.url)
        page = page_token(f"{server.url}/slider?bokeh-session-id={ident}")
        for token in (page, make_token(ident, b"key", time.time() + 60)):
            with Wire(server.url, token, path="/ws") as wire:
                assert wire.close_frame().code == 1008
        old = OldSocket(server, ident)
        assert old.socket.recv_frame().opcode == websocket.ABNF.OPCODE_CLOSE
        old.socket.close()
        mine = OldSocket(server, "of-nobody")
        assert mine.receive()[0]["msgtype"] == "ACK"
        mine.socket.close()
    finally:
        server.kill()
