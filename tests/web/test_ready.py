"""Sessions that are made before their visitors come."""

import time
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from bokeh.document import Document
from bokeh.models import Div
from bokeh.util.token import get_session_id

from hybridviz.core.changes import encode_document
from hybridviz.core.protocol import Pull
from hybridviz.errors import AppLoadError
from hybridviz.runtime.manual import ManualRuntime
from hybridviz.sessions import Request, Session, SessionRegistry, snapshot
from hybridviz.web.ready import PATIENCE, REST, ReadySession
from tests.web.conftest import FakeApp, Serve
from tests.web.test_pages import get, token_in

LIFETIME = 60.0


class World:
    """A registry on a virtual clock, with a session kept ready."""

    def __init__(self, fill: Any = lambda document: document.add_root(Div())) -> None:
        self.runtime = ManualRuntime()
        self.registry = SessionRegistry("/app", self.runtime, LIFETIME)
        self.built = 0
        self.fill = fill
        ids = iter("abcdef")
        self.ready = ReadySession(self.registry, self.build, self.runtime, lambda: next(ids))

    def build(self, session: Any) -> None:
        self.built += 1
        self.fill(session.document)

    def pull(self, session: Session) -> bytes:
        """Ask for a session's document, as a browser does; return the content of the reply."""
        viewer = session.join(lambda code, reason: None)
        session.commands.execute(Pull("m"), viewer)
        return bytes(viewer.outbox.take()[-1].fragments[2].payload)


def test_a_visitor_gets_the_session_and_another_is_made() -> None:
    world = World()
    world.ready.prepare()
    visit = Request({"a": [b"1"]}, path="/app")
    assert world.ready.take(visit) == "a"
    session = world.registry.get("a")
    assert session is not None and session.context.request is visit
    assert world.built == 1
    world.pull(session)
    world.runtime.advance(REST)
    assert world.built == 2 and world.ready.take(Request()) == "b"


def test_the_next_is_not_made_while_the_visitor_waits_for_the_document() -> None:
    world = World()
    world.ready.prepare()
    world.ready.take(Request())
    world.runtime.advance(PATIENCE - REST)
    session = world.registry.get("a")
    assert world.built == 1 and session is not None
    world.pull(session)
    world.runtime.advance(REST)
    assert world.built == 2


def test_a_visitor_who_never_opens_the_websocket_is_not_waited_for_long() -> None:
    world = World()
    world.ready.prepare()
    world.ready.take(Request())
    world.runtime.advance(PATIENCE)
    assert world.built == 2


def test_the_reply_is_there_before_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(lambda document: document.add_root(Div(text="ready")))
    world.ready.prepare()
    world.ready.take(Request())
    session = world.registry.get("a")
    assert session is not None
    fresh = encode_document(session.document, lambda: "", inline=False)[0]
    monkeypatch.setattr(snapshot, "encode_document", None)
    assert orjson.loads(world.pull(session)) == {"doc": orjson.loads(fresh)}


def test_it_waits_for_ever_and_then_expires_as_all_do() -> None:
    world = World()
    world.ready.prepare()
    world.runtime.advance(10 * LIFETIME)
    assert world.ready.take(Request()) == "a"
    assert world.registry.get("a") is not None
    world.runtime.advance(2 * LIFETIME)
    assert world.registry.get("a") is None


def test_an_app_that_looks_at_its_visitor_is_run_for_each() -> None:
    world = World(lambda document: document.session_context.request.arguments)
    world.ready.prepare()
    assert world.ready.take(Request()) is None and len(world.registry) == 0
    world.runtime.advance(REST)
    assert world.built == 1


def test_an_app_that_fails_is_tried_again_after_the_next_visitor() -> None:
    def fail(document: Document) -> None:
        raise AppLoadError("/app", "boom")

    world = World(fail)
    world.ready.prepare()
    world.fill = lambda document: None
    assert world.ready.take(Request()) is None
    world.runtime.advance(REST)
    assert world.ready.take(Request()) is not None


def test_changed_code_replaces_it() -> None:
    world = World()
    world.ready.prepare()
    world.ready.renew()
    world.runtime.advance(0)
    assert world.registry.get("a") is None and world.ready.take(Request()) == "b"


@pytest.mark.parametrize("fails", [False, True])
def test_code_that_changes_while_a_session_is_made_makes_another(fails: bool) -> None:
    def fill(document: Document) -> None:
        document.add_root(Div())
        if world.built == 1:
            world.ready.renew()
            world.runtime.advance(0)
            if fails:
                raise AppLoadError("/app", "old code")

    world = World(fill)
    world.ready.prepare()
    assert world.registry.get("a") is None and world.ready.take(Request()) == "b"


@pytest.mark.parametrize("visits", [0, 1])
def test_pages_name_the_session_that_is_ready(serve: Serve, visits: int) -> None:
    fake = FakeApp(lambda document: document.add_root(Div()))
    app = serve(fake, warm=not visits, reuse_sessions=bool(visits))
    for _ in range(visits):
        get(app, "/app")
    ready = app.extensions["hybridviz"].served["/app"].ready
    session = wait_for(lambda: ready.session)
    assert get_session_id(token_in(get(app, "/app"))) == session.id


def test_reused_sessions_begin_with_the_first_visitor(serve: Serve) -> None:
    fake = FakeApp()
    served = serve(fake, reuse_sessions=True).extensions["hybridviz"].served["/app"]
    assert served.ready is not None and fake.runs == 0


def wait_for(condition: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + 10
    while not (found := condition()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return found


def test_none_is_kept_unless_it_is_wanted(serve: Serve) -> None:
    app = serve(FakeApp())
    assert app.extensions["hybridviz"].served["/app"].ready is None


def test_a_named_session_is_not_replaced_by_the_ready_one(serve: Serve) -> None:
    app = serve(FakeApp(), warm=True)
    page = get(app, "/app?bokeh-session-id=mine")
    assert get_session_id(token_in(page)) == "mine"
