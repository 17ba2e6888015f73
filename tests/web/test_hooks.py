"""The hooks of apps, and the contexts that they and callbacks see."""

import asyncio
import logging
import sys
from pathlib import Path
from typing import Any

import pytest
from bokeh.document import Document
from bokeh.models import Div
from flask import Flask

from hybridviz.appload.directory import DirectoryApp
from hybridviz.appload.hooks import Hooks
from hybridviz.core.tokens import read_token
from hybridviz.errors import AppNotFound
from hybridviz.testing import VizClient
from hybridviz.web.extension import HybridViz
from hybridviz.web.served import ServedApp
from tests.web.conftest import CAN_UPGRADE, FakeApp, Serve


class Hooked(FakeApp):
    """An app with hooks that note their calls."""

    def __init__(self, **hooks: Any) -> None:
        super().__init__(lambda document: self.notes.append("run"))
        self.notes: list[Any] = []
        self.contexts: list[Any] = []
        noting = {name: self._noting(name) for name in ("on_server_loaded", "on_server_unloaded")}
        noting |= {name: self._noting(name) for name in ("on_session_created",)}
        noting["on_session_destroyed"] = self._noting("on_session_destroyed")
        self.hooks = Hooks(**noting | hooks)

    def _noting(self, name: str) -> Any:
        def hook(context: Any) -> None:
            self.notes.append(name)
            self.contexts.append(context)

        return hook


def server_of(app: Flask) -> HybridViz:
    server: HybridViz = app.extensions["hybridviz"]
    return server


def visit(app: Flask, path: str = "/app", **options: Any) -> Any:
    return app.test_client().get(path, environ_overrides=CAN_UPGRADE, **options)


def payload_of(app: Flask, answer: Any) -> dict[str, Any]:
    token = answer.text.split('"token":"')[1].split('"')[0]
    key = (server_of(app).settings.secret_key).encode()
    return read_token(token, key, 0).payload


def test_order_of_all_hooks(serve: Serve) -> None:
    app = Hooked()
    server = serve(app)
    assert app.notes == ["on_server_loaded"]
    assert visit(server).status_code == 200
    server_of(server).close()
    assert app.notes == [
        "on_server_loaded",
        "on_session_created",
        "run",
        "on_session_destroyed",
        "on_server_unloaded",
    ]
    assert app.contexts[1].server_context is app.contexts[0]
    assert app.contexts[1].destroyed


def test_hooks_may_be_coroutines(serve: Serve) -> None:
    notes: list[str] = []

    async def note(context: Any) -> None:
        await asyncio.sleep(0)
        notes.append(type(context).__name__)

    server = serve(
        Hooked(on_server_loaded=note, on_session_created=note, on_session_destroyed=note)
    )
    visit(server)
    server_of(server).close()
    assert notes == ["ServerContext", "SessionContext", "SessionContext"]


@pytest.mark.parametrize(
    "name",
    ["on_server_loaded", "on_session_created", "on_session_destroyed", "on_server_unloaded"],
)
def test_hook_that_raises_is_logged_and_harms_nothing_else(
    serve: Serve, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    def fail(context: Any) -> None:
        raise ValueError("on purpose")

    app = Hooked(**{name: fail})
    server = serve(app)
    assert visit(server).status_code == 200
    server_of(server).close()
    assert len(app.notes) == 4 and "run" in app.notes
    assert "ValueError: on purpose" in caplog.text


def test_payload_of_process_request_travels_in_the_token(serve: Serve) -> None:
    seen: list[Any] = []

    def process_request(request: Any) -> dict[str, Any]:
        seen.append(request)
        return {"user": request.arguments["name"][0].decode()}

    server = serve(Hooked(process_request=process_request), secret_key="k" * 32)
    for _ in range(2):  # the second page is shown without a run
        answer = visit(server, "/app?name=ada", headers={"X-Color": "red"})
        assert payload_of(server, answer) == {"arguments": {"name": [b"ada"]}, "user": "ada"}
    assert seen[0].path == "/app" and seen[0].headers["X-Color"] == "red"
    (session,) = server_of(server).served["/app"].registry
    assert session.context.token_payload["user"] == "ada"
    assert session.context.token_payload["headers"]["X-Color"] == "red"


def test_payload_too_big_for_a_token_stays_here(serve: Serve) -> None:
    app = Hooked(process_request=lambda request: {"big": "x" * 5000})
    server = serve(app, secret_key="k" * 32)
    for _ in range(2):
        assert payload_of(server, visit(server)) == {}
    assert app.notes.count("run") == 2
    for session in server_of(server).served["/app"].registry:
        assert len(session.context.token_payload["big"]) == 5000


@pytest.mark.parametrize(
    ("result", "complaint"),
    [
        (None, "must return a dictionary, not NoneType"),
        ({"headers": 1}, "'headers', a key that the server fills"),
        ({"x": object()}, "not JSON serializable"),
    ],
)
def test_payload_that_cannot_be_carried_is_an_error(
    serve: Serve, caplog: pytest.LogCaptureFixture, result: Any, complaint: str
) -> None:
    server = serve(Hooked(process_request=lambda request: result))
    assert visit(server).status_code == 500
    assert complaint in caplog.text


def test_process_request_that_raises_lets_nobody_in(serve: Serve) -> None:
    app = Hooked(process_request=lambda request: 1 / 0)
    assert visit(serve(app)).status_code == 500
    assert "run" not in app.notes


def test_exceptions_reach_the_hook(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    seen: list[Any] = []

    def on_exception(context: Any, error: BaseException) -> None:
        seen.append((context, str(error)))
        raise ValueError("in the hook itself")

    server = serve(Hooked(on_exception=on_exception))
    visit(server)
    (session,) = server_of(server).served["/app"].registry
    session.run(lambda: [][0])
    assert seen == [(session.context, "list index out of range")]
    assert "IndexError" in caplog.text and "in the hook itself" in caplog.text


# -- changed code

HOOKS = """
import logging

log = logging.getLogger("mine")
db = "closed"

def on_server_loaded(context):
    global db
    db = "open"

def on_server_unloaded(context):
    log.info("unloaded, db %s", db)

def on_session_created(context):
    log.info("created, db %s", db)
"""


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ("", ["created, db open", "unloaded, db open", "created, db open"]),
        ("x = (", ["created, db open"]),
    ],
)
def test_changed_code_has_the_hooks_of_a_new_server(
    serve: Any,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    before: str,
    told: list[str],
) -> None:
    monkeypatch.setattr(sys, "path", sys.path.copy())
    caplog.set_level(logging.INFO, "mine")
    main = tmp_path / "app" / "main.py"
    main.parent.mkdir()
    main.write_text(before)
    main.with_name("app_hooks.py").write_text(HOOKS)
    server = serve(DirectoryApp(main.parent), dev=True)
    visit(server)
    main.write_text("# changed")
    assert visit(server).status_code == 200
    assert [record.getMessage() for record in caplog.records if record.name == "mine"] == told


class NotedLock:
    """A lock that notes when it is taken and given back."""

    def __init__(self, notes: list[Any]) -> None:
        self.notes = notes

    def acquire(self, timeout: float | None = None) -> bool:
        self.notes.append("taken")
        return True

    def release(self) -> None:
        self.notes.append("given back")


def test_no_visitor_comes_between_changed_code_and_its_hooks(serve: Serve) -> None:
    app = Hooked()
    registry = server_of(serve(app)).served["/app"].registry
    app.notes.clear()
    app.changed = True
    ServedApp(app, registry, NotedLock(app.notes)).refresh()
    assert app.notes == ["taken", "on_server_unloaded", "on_server_loaded", "given back"]


def test_a_hook_that_raises_once_code_has_changed_harms_nothing_else(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    app = Hooked(on_server_unloaded=lambda context: 1 / 0)
    server = serve(app, dev=True)
    app.changed = True
    assert visit(server).status_code == 200
    assert app.notes == ["on_server_loaded", "on_server_loaded", "on_session_created", "run"]
    assert "ZeroDivisionError" in caplog.text


def test_server_callbacks_of_old_code_end_and_the_servers_own_go_on(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "hybridviz.stats")
    loads, ticks = list[Any](), list[int]()

    def load(context: Any) -> None:
        loads.append(context)
        number = len(loads)
        context.add_periodic_callback(lambda: ticks.append(number), 60_000)

    app = Hooked(on_server_loaded=load)
    app.route = "/"
    server = serve(app, stats_log_frequency_ms=60_000)
    app.changed = True
    server_of(server).served["/"].refresh()
    with VizClient(server) as client:
        client.advance(60)
    assert ticks == [2] and caplog.text.count("= app /: 0 sessions") == 1


# -- contexts


def test_server_context_lists_its_sessions(serve: Serve) -> None:
    app = Hooked()
    server = serve(app)
    context = app.contexts[0]
    assert context.sessions == []
    for ident in "ab":
        visit(server, f"/app?bokeh-session-id={ident}")
    visit(server, "/app?bokeh-session-id=a")
    registry = server_of(server).served["/app"].registry
    assert {item.id for item in context.sessions} == {session.id for session in registry}


def test_server_callbacks_run_and_stop(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    app = Hooked()
    server = serve(app)
    context, runtime = app.contexts[0], server_of(server).runtime
    done, seen = runtime.event(), list[str]()

    def tick() -> None:
        seen.append("tick")
        if len(seen) > 4:
            context.remove_periodic_callback(periodic)
            done.set()

    async def once() -> None:
        seen.append("once")

    periodic = context.add_periodic_callback(tick, 5)
    context.add_next_tick_callback(once)
    context.add_timeout_callback(lambda: 1 / 0, 1)
    context.remove_timeout_callback(context.add_timeout_callback(lambda: seen.append("no"), 1))
    assert done.wait(5)
    assert seen.count("once") == 1 and "no" not in seen
    assert "a server callback raised ZeroDivisionError" in caplog.text
    with pytest.raises(ValueError, match="already run or been removed"):
        context.remove_periodic_callback(periodic)


def test_document_is_changed_from_outside_with_its_lock(serve: Serve) -> None:
    async def created(context: Any) -> None:
        context.server_context.add_next_tick_callback(lambda: change(context))

    async def change(context: Any) -> None:
        results.append(await context.with_locked_document(lambda document: document.title))
        results.append(await context.with_locked_document(retitle))
        try:
            await context.with_locked_document(lambda document: 1 / 0)
        except ZeroDivisionError:
            results.append("raised")
        done.set()

    async def retitle(document: Document) -> str:
        document.title = "changed"
        return "was changed"

    results: list[Any] = []
    server = serve(Hooked(on_session_created=created))
    done = server_of(server).runtime.event()
    visit(server)
    assert done.wait(5)
    assert results == ["Bokeh Application", "was changed", "raised"]
    (session,) = server_of(server).served["/app"].registry
    assert session.document.title == "changed"


def test_all_sessions_are_updated(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    server = serve(Hooked())
    for ident in "abc":
        visit(server, f"/app?bokeh-session-id={ident}")

    def update(document: Document) -> None:
        document.add_root(Div(text="news"))
        if document.session_context.id == "b":
            raise ValueError("only here")

    sessions = list(server_of(server).served["/app"].registry)
    server_of(server).update_sessions("/app", update)
    assert [len(session.document.roots) for session in sessions] == [1] * len(sessions)
    with pytest.raises(AppNotFound):
        server_of(server).update_sessions("/none", update)


# -- what apps see of a request


@pytest.mark.parametrize(
    ("settings", "headers", "cookies"),
    [
        ({}, {"X-One", "X-Two"}, {"one", "two"}),
        ({"include_headers": ("x-one", "Cookie")}, {"X-One"}, {"one", "two"}),
        ({"exclude_headers": ("X-One",)}, {"X-Two"}, {"one", "two"}),
        ({"include_cookies": ("one",)}, {"X-One", "X-Two"}, {"one"}),
        ({"exclude_cookies": ("one",)}, {"X-One", "X-Two"}, {"two"}),
    ],
)
def test_headers_and_cookies_are_filtered(
    serve: Serve, settings: dict[str, Any], headers: set[str], cookies: set[str]
) -> None:
    server = serve(Hooked(), **settings)
    client = server.test_client()
    for name in ("one", "two", "session"):
        client.set_cookie(name, "value")
    given = {"X-One": "1", "X-Two": "2", "Authorization": "secret"}
    client.get("/app", headers=given, environ_overrides=CAN_UPGRADE)
    (session,) = server_of(server).served["/app"].registry
    request = session.context.request
    assert set(request.cookies) == cookies
    assert {name for name in request.headers if name.startswith("X-")} == headers
    assert "Authorization" not in request.headers


def test_variable_parts_of_the_route_are_arguments(serve: Serve) -> None:
    app = Hooked()
    app.route = "/report/<int:number>"
    server = serve(app)
    assert visit(server, "/report/x").status_code == 404
    assert visit(server, "/report/7?a=b&number=9").status_code == 200
    (session,) = server_of(server).served[app.route].registry
    assert session.context.request.arguments == {"a": [b"b"], "number": [b"7"]}
    assert session.context.request.path == "/report/7"
    assert "report" not in visit(server, "/").text
