"""Auth modules: what is wrong with one is told at the start; what their classes may call works."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hybridviz.errors import ConfigError
from hybridviz.web.auth.answer import may_go_to
from hybridviz.web.auth.module import load_module
from hybridviz.web.auth.templates import environment
from tests.web.conftest import CAN_UPGRADE, FakeApp, Serve

USER = "def get_user(handler):\n    return handler.get_cookie('who')\n"
LOGIN = "from tornado.web import RequestHandler\nlogin_url = '/login'\n" + USER
HANDLER = LOGIN + "class LoginHandler(RequestHandler):\n"

Load = Callable[[str], Any]
Answer = Callable[..., FlaskClient]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Load modules of that text."""

    def load(text: str, secret: str = "") -> Any:
        (tmp_path / "auth.py").write_text(text)
        return load_module(str(tmp_path / "auth.py"), secret)

    return load


@pytest.fixture
def answer(serve: Serve, tmp_path: Path) -> Answer:
    """Return a browser for a server whose LoginHandler has that body."""

    def answer(
        body: str, before: str = "", bases: str = "RequestHandler", **settings: Any
    ) -> FlaskClient:
        lines = "".join(f"    {line}\n" for line in body.splitlines())
        text = before + HANDLER.replace("(RequestHandler)", f"({bases})") + lines
        (tmp_path / "auth.py").write_text(text)
        settings = {"auth_module": str(tmp_path / "auth.py"), "cookie_secret": "s"} | settings
        app: Flask = serve(FakeApp(), **settings)
        return app.test_client()

    return answer


# -- what is refused at the start


def test_file_that_cannot_be_run_is_named(tmp_path: Path, load: Load) -> None:
    with pytest.raises(ConfigError, match="there is no auth module .*none.py"):
        load_module(str(tmp_path / "none.py"), "")
    (tmp_path / "auth.txt").write_text("")
    with pytest.raises(ConfigError, match="its name must end with .py"):
        load_module(str(tmp_path / "auth.txt"), "")
    for text, problem in {
        "1 / 0": "ZeroDivisionError",
        "raise SystemExit(3)": "SystemExit: 3",
    }.items():
        with pytest.raises(ConfigError, match=f"auth.py failed: {problem}"):
            load(text)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "define login_url or get_login_url"),
        (USER, "define login_url or get_login_url"),
        (LOGIN + "def get_login_url(handler):\n    return '/'", "and not both"),
        ("login_url = '/login'", "define get_user or get_user_async"),
        (LOGIN + "async def get_user_async(handler):\n    return 1", "and not both"),
        ("login_url = '/login'\nget_user = 3", "get_user must be a function, not 3"),
        ("login_url = 3\n" + USER, "login_url must be a text that is not empty, not 3"),
        (LOGIN + "logout_url = ''", "logout_url must be a text that is not empty, not ''"),
        (LOGIN + "logout_url = login_url", "login_url and logout_url must differ"),
        (LOGIN + "redirect_hosts = 'x.example'", "redirect_hosts must be a list of"),
        ("async " + USER + "login_url = '/x'", "get_user must be no coroutine function"),
        (
            "login_url = '/x'\ndef get_user_async(handler):\n    return 1",
            "get_user_async must be a coroutine function",
        ),
        (
            USER + "def get_login_url(h):\n    return '/'\nclass LoginHandler:\n    pass",
            "a LoginHandler needs login_url; it cannot be used with get_login_url",
        ),
        (
            HANDLER.replace("'/login'", "'https://id.example'") + "    pass",
            "a LoginHandler answers at a path of this server: login_url is 'https://id.example'",
        ),
        (HANDLER.replace("'/login'", "'/login?x=1'") + "    pass", "answers at a path"),
        (
            LOGIN + "class LogoutHandler(RequestHandler):\n    pass",
            "LogoutHandler needs logout_url",
        ),
        (
            LOGIN + "logout_url = '//x.example'\nclass LogoutHandler(RequestHandler):\n    pass",
            "a LogoutHandler answers at a path of this server",
        ),
        (LOGIN + "LoginHandler = 3", "LoginHandler must be a class derived from tornado"),
        (LOGIN + "class LoginHandler:\n    pass", "LoginHandler must be a class derived from"),
        (HANDLER + "    pass", "LoginHandler must have a method for GET or POST"),
        (
            LOGIN + "from tornado.websocket import WebSocketHandler\n"
            "class LoginHandler(WebSocketHandler):\n    pass",
            "derives from tornado.websocket.WebSocketHandler, which works only in Tornado",
        ),
        (
            LOGIN + "from tornado.auth import GoogleOAuth2Mixin\n"
            "class LoginHandler(RequestHandler, GoogleOAuth2Mixin):\n    pass",
            "derives from tornado.auth.GoogleOAuth2Mixin",
        ),
        (
            LOGIN + "LoginHandler = type('LoginHandler', (RequestHandler,), {})",
            "the source of LoginHandler cannot be read",
        ),
        (
            "from tornado import gen\n" + HANDLER + "    @gen.coroutine\n"
            "    def get(self):\n        yield",
            "LoginHandler.get is a coroutine of Tornado's: write async def",
        ),
    ],
)
def test_what_is_missing_or_contradictory_is_told(load: Load, text: str, complaint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(text)
    assert "auth.py: " in str(caught.value) and complaint in str(caught.value)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("def get(self):\n    self.flush()\n    self.static_url('x')", "flush, static_url of"),
        ("def get(self):\n    return self.settings", "settings"),
        ("def get(self):\n    return [self.application for _ in '1']", "application"),
        ("def write_error(self, status_code):\n    pass\ndef get(self):\n    pass", "write_error"),
        ("def get(self):\n    return super().get()", "super().get"),
        ("def get(self):\n    return super(LoginHandler, self).reverse_url('')", "super().reverse"),
        ("async def get(this):\n    this.request.connection.close()", "request.connection"),
    ],
)
def test_what_only_tornado_has_is_named(load: Load, body: str, named: str) -> None:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    with pytest.raises(ConfigError) as caught:
        load(HANDLER + lines)
    assert "LoginHandler uses " in str(caught.value) and named in str(caught.value)


@pytest.mark.parametrize("name", ["bokeh_app", "request.files"])
def test_functions_are_looked_at_too(load: Load, name: str) -> None:
    text = f"login_url = '/login'\ndef get_user(handler):\n    return handler.{name}"
    with pytest.raises(ConfigError, match=f"get_user uses {name} of Tornado's RequestHandler"):
        load(text)


def test_own_names_are_no_matter(load: Load) -> None:
    text = HANDLER + "    locale = 3\n    flush = locale\n"
    with pytest.raises(ConfigError, match="flush, locale"):  # Tornado would call them
        load(text)
    text = HANDLER + "    def get(self):\n        self.other = self.mine()\n        self.other()\n"
    assert load(text + "    def mine(self):\n        return print\n").login is not None


def test_signed_cookies_need_a_secret(load: Load) -> None:
    text = LOGIN.replace("get_cookie", "get_secure_cookie")
    with pytest.raises(ConfigError, match="give --cookie-secret or HYBRIDVIZ_COOKIE_SECRET"):
        load(text)
    assert load(text, secret="s").site.cookie_secret == "s"


@pytest.mark.parametrize(
    ("template", "complaint"),
    [
        (None, "the template page.html: .*page.html"),
        ("\n{% apply upper %}x{% end %}", "page.html, line 2: {% apply upper %} is not supported"),
        ("{% module Entry() %}", r"{% module Entry\(\) %} is not supported"),
        ("{% end %}", "{% end %} is not supported"),
        ("{% if x %}", "the template page.html, line 1: Unexpected end of template"),
        ("{{ [x for x in y] }}", "the template page.html, line 1: expected token"),
    ],
)
def test_template_that_cannot_be_read_is_told(
    load: Load, tmp_path: Path, template: str | None, complaint: str
) -> None:
    if template is not None:
        (tmp_path / "page.html").write_text(template)
    with pytest.raises(ConfigError, match=complaint):
        load(HANDLER + "    def get(self):\n        self.render('page.html')")


def test_tags_of_tornado(tmp_path: Path) -> None:
    (tmp_path / "base.html").write_text("<{% block body %}{% end %}>{# {% end %} #}")
    (tmp_path / "page.html").write_text(
        '{% extends "base.html" %}{% block body %}{% for x in items %}{% if x is None %}none'
        "{% elif len(x) == 1 %}{{ x }}{% else %}{% raw x %}{% end %},{% end %}{% endblock %}"
    )
    page = environment(tmp_path).get_template("page.html")
    assert page.render(items=[None, "<", b"<", "<b>"]) == "<none,&lt;,&lt;,<b>,>"


# -- what their code may call


def test_arguments(answer: Answer) -> None:
    client = answer("""
def post(self):
    self.write({
        "any": self.get_argument("a"),
        "stripped": self.get_argument("s"),
        "raw": self.get_argument("s", strip=False),
        "all": self.get_arguments("a"),
        "query": [self.get_query_argument("a"), self.get_query_arguments("a")],
        "body": [self.get_body_argument("a"), self.get_body_arguments("b")],
        "default": self.get_argument("none", None),
        "bytes": self.request.arguments["a"][1].decode(),
        "sent": self.request.body.decode(),
    })
""")
    given = client.post("/login?a=1&s=%20x%20", data={"a": "2", "b": "ä"})
    assert given.mimetype == "application/json"
    assert given.json == {
        "any": "2",
        "stripped": "x",
        "raw": " x ",
        "all": ["1", "2"],
        "query": ["1", ["1"]],
        "body": ["2", ["ä"]],
        "default": None,
        "bytes": "2",
        "sent": "a=2&b=%C3%A4",
    }


def test_missing_argument_is_a_bad_request_that_may_be_caught(answer: Answer) -> None:
    client = answer("""
def get(self):
    self.get_argument("a")
def post(self):
    import tornado.web
    try:
        self.get_argument("a")
    except tornado.web.MissingArgumentError as error:
        self.write(error.arg_name)
""")
    assert client.get("/login").status_code == 400
    assert client.post("/login").text == "a"


def test_request(answer: Answer) -> None:
    client = answer("""
def get(self):
    r = self.request
    self.write({"all": [r.method, r.path, r.query, r.uri, r.protocol, r.host, r.host_name,
        r.remote_ip, r.full_url(), r.headers["x-a"], r.headers.get("None"),
        r.cookies["c"].value, self.cookies["c"].value, self.get_cookie("d", "e")]})
""")
    client.set_cookie("c", "d")
    client.set_cookie("not:allowed", "x")
    given = client.get("/login?q=1", headers={"X-A": "b", "Host": "localhost:81"}).json
    assert given == {
        "all": [
            *("GET", "/login", "q=1", "/login?q=1", "http", "localhost:81", "localhost"),
            *("127.0.0.1", "http://localhost:81/login?q=1", "b", None, "d", "d", "e"),
        ]
    }


def test_answer(answer: Answer) -> None:
    client = answer("""
def set_default_headers(self):
    self.set_header("X-One", 1)
    self.set_header("X-Two", 2)
async def prepare(self):
    self.add_header("X-One", b"one")
    self.clear_header("X-Two")
    self.notes = []
def get(self):
    self.set_status(201)
    self.set_header("Content-Type", "text/plain")
    self.write("a")
    self.finish(f"{self.get_status()}")
def put(self):
    self.write("lost")
    self.send_error(418)
def delete(self):
    self.finish()
    self.write("too late")
def patch(self):
    self.finish()
    self.finish()
def on_finish(self):
    self.notes.append("done")
""")
    given = client.get("/login")
    assert (given.status_code, given.text) == (201, "a201")
    assert given.headers.getlist("X-One") == ["1", "one"] and "X-Two" not in given.headers
    assert given.headers["Content-Type"] == "text/plain"
    assert client.head("/login").status_code == 201
    assert client.put("/login").text == "418 I'm a Teapot"
    assert client.delete("/login").status_code == 500
    assert client.patch("/login").status_code == 500
    given = client.post("/login")
    assert given.status_code == 405 and "PUT" in given.headers["Allow"]


def test_errors_of_tornado_are_understood(answer: Answer, caplog: pytest.LogCaptureFixture) -> None:
    client = answer("""
def get(self):
    import tornado.web
    raise tornado.web.HTTPError(404)
def post(self):
    import tornado.web
    self.write("enough")
    raise tornado.web.Finish()
def put(self):
    raise ValueError("on purpose")
""")
    assert client.get("/login").status_code == 404
    assert client.post("/login").text == "enough"
    assert client.put("/login").status_code == 500
    assert "ValueError: on purpose" in caplog.text


def test_current_user(answer: Answer) -> None:
    client = answer("""
def get_current_user(self):
    return "ada"
def get(self):
    first = self.current_user
    self.current_user = "eve"
    self.write(f"{first} {self.current_user}")
""")
    assert client.get("/login").text == "ada eve"


def test_class_may_be_made_of_several(answer: Answer) -> None:
    before = """
from tornado.web import RequestHandler
class Mixin:
    def prepare(self):
        super().prepare()
        self.words = ["mixin"]
class Base(RequestHandler):
    limit = 3
    def __init__(self, application, request, **options):
        super().__init__(application, request, **options)
        self.made = "made"
    @property
    def number(self):
        return self.limit
"""
    body = """
def prepare(self):
    super().prepare()
    self.words += [self.made, str(self.number), self.shout("x")]
@classmethod
def shout(cls, text):
    return text.upper() + str(cls.limit)
def get(self):
    self.write(" ".join(self.words))
"""
    client = answer(body, before, "Mixin, Base")
    assert client.get("/login").text == "mixin made 3 X3"


# -- cookies


def set_cookies(answer: Any) -> dict[str, set[str]]:
    """Return by names the attributes of cookies that an answer sets, but dates."""
    found = {}
    for header in answer.headers.getlist("Set-Cookie"):
        first, *attributes = header.split("; ")
        found[first.partition("=")[0]] = {
            text for text in attributes if not text.startswith("Expires=")
        }
    return found


def test_cookies_are_kept_from_scripts_and_other_sites(answer: Answer) -> None:
    client = answer("""
def get(self):
    self.set_cookie("plain", "x")
    self.set_cookie("open", "x", httponly=False, samesite="None", secure=True, path="/a")
    self.set_cookie("days", "x", expires_days=2)
    self.set_signed_cookie("signed", "x")
    self.clear_all_cookies()
""")
    client.set_cookie("old", "x")
    common = {"HttpOnly", "Path=/", "SameSite=Lax"}
    found = set_cookies(client.get("/login"))
    assert found["plain"] == common
    assert found["open"] == {"Secure", "Path=/a", "SameSite=None"}
    assert found["days"] == common | {"Max-Age=172800"}
    assert found["signed"] == common | {"Max-Age=2592000"}
    assert {"Max-Age=0"} < found["old"]
    assert "Secure" in set_cookies(client.get("/login", base_url="https://localhost"))["plain"]


def test_signed_cookies_cannot_be_forged_renamed_or_kept(answer: Answer) -> None:
    client = answer("""
def get(self):
    days = float(self.get_argument("days", "31"))
    found = self.get_secure_cookie("who", max_age_days=days)
    self.write({"who": found and found.decode(), "other": bool(self.get_signed_cookie("other"))})
def post(self):
    self.set_secure_cookie("who", "ädä")
""")
    client.post("/login")
    assert client.get("/login").json == {"who": "ädä", "other": False}
    assert client.get("/login?days=-1").json == {"who": None, "other": False}
    cookie = client.get_cookie("who")
    assert cookie is not None
    client.set_cookie("other", cookie.value)
    assert client.get("/login").json == {"who": "ädä", "other": False}
    for forged in (cookie.value[:-1], "x" + cookie.value, "ada", ""):
        client.set_cookie("who", forged)
        assert client.get("/login").json == {"who": None, "other": False}


# -- forms of other sites


POSTED = (
    "def get(self):\n    self.write(self.xsrf_form_html())\ndef post(self):\n    self.write('ok')"
)


def test_forms_must_bring_the_cookie_along(answer: Answer) -> None:
    client = answer(POSTED, enable_xsrf_cookies=True)
    assert client.post("/login").status_code == 403
    field = client.get("/login").text
    assert field == client.get("/login").text  # one for all windows of a browser
    token = field.split('value="')[1].split('"')[0]
    assert client.post("/login", data={"_xsrf": token}).text == "ok"
    assert client.post("/login", headers={"X-XSRFToken": token}).text == "ok"
    for wrong in ("", token[:-1], "ä"):
        assert client.post("/login", data={"_xsrf": wrong}).status_code == 403
    client.delete_cookie("_xsrf")
    assert client.post("/login", data={"_xsrf": token}).status_code == 403
    assert client.post("/login", data={"_xsrf": ""}).status_code == 403


def test_forms_are_not_asked_for_it_without_the_option(answer: Answer) -> None:
    assert answer(POSTED).post("/login").text == "ok"


def test_long_forms_are_not_read(answer: Answer) -> None:
    client = answer(POSTED)
    assert client.post("/login", data=b"x" * (1024 * 1024 + 1)).status_code == 413
    assert client.post("/login", headers={"Transfer-Encoding": "chunked"}).status_code == 411


# -- redirects


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("/", True),
        ("/app?next=http://x", True),
        ("app", True),
        ("?error=a b", True),
        ("http://own:80/app", True),
        ("https://id.example/x", True),
        ("https://id.example.evil/x", False),
        ("https://id.example@evil/x", False),
        ("https://evil/id.example", False),
        ("http://own/", False),
        ("//evil", False),
        ("///evil", False),
        ("/\\evil", False),
        ("\\\\evil", False),
        (" //evil", False),
        ("/\t/evil", False),
        ("\x00//evil", False),
        ("http:evil", False),
        ("https:///evil", False),
        ("javascript:alert(1)", False),
        ("http://[evil", False),
    ],
)
def test_where_a_browser_may_be_sent(url: str, allowed: bool) -> None:
    assert may_go_to(url, "own:80", ["id.example"]) is allowed


def test_redirects_go_nowhere_else(answer: Answer, caplog: pytest.LogCaptureFixture) -> None:
    body = "def get(self):\n    self.redirect(self.get_argument('next'), permanent=True)"
    client = answer(body, "redirect_hosts = ['id.example']\n")
    for url in ("//evil", "https://evil/", "javascript:x"):
        given = client.get("/login", query_string={"next": url})
        assert (given.status_code, given.location) == (301, "/")
    assert "no redirect to '//evil'" in caplog.text
    for url in ("/app?a=b", "https://id.example/x"):
        assert client.get("/login", query_string={"next": url}).location == url


def test_the_pages_of_apps_stay_closed_to_the_login_page(answer: Answer) -> None:
    client = answer(
        "def get(self):\n    self.set_cookie('who', json_of('ada'))",
        "from json import dumps as json_of\n",
    )
    assert client.get("/app", environ_overrides=CAN_UPGRADE).status_code == 302
    client.get("/login")
    assert client.get("/app", environ_overrides=CAN_UPGRADE).status_code == 200
    (session,) = client.application.extensions["hybridviz"].served["/app"].registry
    assert json.loads(session.context.user) == "ada"
