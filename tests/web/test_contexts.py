"""Flask's contexts around code of apps, and the signals that tell of it."""

import gc
import weakref
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from blinker import NamedSignal
from bokeh.document import Document
from bokeh.io import curdoc
from bokeh.models import TextInput
from flask import Flask, current_app, g, has_app_context, has_request_context
from flask.globals import app_ctx
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import QueuePool, text

from hybridviz import HybridViz
from hybridviz.web import signals
from hybridviz.web.contexts import outside_request
from tests.web.conftest import CAN_UPGRADE
from tests.web.test_sockets import Live, pull

Seen = list[tuple[str, bool, bool, int]]


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    app = Flask("site", instance_path=str(tmp_path))
    yield app
    app.extensions["hybridviz"].close()


def make(app: Flask, fill: Callable[[Document], object]) -> HybridViz:
    viz = HybridViz(app)
    viz.app("/app")(fill)
    return viz


def open_page(app: Flask) -> Any:
    app.test_client().get("/app", environ_overrides=CAN_UPGRADE)
    return only_session(app)


def only_session(app: Flask) -> Any:
    (session,) = app.extensions["hybridviz"].served["/app"].registry
    return session


def test_each_callback_has_a_context_of_its_own_and_no_request(app: Flask) -> None:
    seen: list[tuple[str, bool, bool]] = []
    torn: list[str] = []

    def note(what: str) -> None:
        assert current_app.name == "site"
        seen.append((what, has_request_context(), hasattr(g, "what")))
        g.what = what

    def fill(document: Document) -> None:
        field = TextInput(name="field")
        field.on_change("value", lambda attr, old, new: note(f"changed {new}"))

        async def later() -> None:
            note("async")

        document.on_session_destroyed(destroyed)
        document.add_root(field)
        document.add_next_tick_callback(later)
        note("fill")

    def destroyed(session_context: Any) -> None:
        note("destroyed")

    @app.teardown_appcontext
    def teardown(error: BaseException | None) -> None:
        torn.append(g.pop("what", "request"))

    viz = make(app, fill)
    session = open_page(app)
    ticked = app.extensions["hybridviz"].runtime.event()
    session.document.add_next_tick_callback(ticked.set)
    assert ticked.wait(10)
    with app.test_request_context("/"):
        viz.update_sessions("/app", lambda document: setattr(document.roots[0], "value", "a"))
        viz.update_sessions("/app", lambda document: note("update"))
    viz.close()
    whats = ["fill", "async", "changed a", "update", "destroyed"]
    assert seen == [(what, False, False) for what in whats]
    assert [what for what in torn if what != "request"] == whats


def test_callback_that_raises_tears_down_with_its_error(app: Flask) -> None:
    errors: list[BaseException | None] = []
    told: list[tuple[str, str, bool]] = []

    def fail() -> None:
        errors.clear()
        raise ValueError("boom")

    viz = make(app, lambda document: None)
    app.teardown_appcontext(errors.append)

    @viz.on_exception
    def report(session_context: Any, error: BaseException) -> None:
        told.append((session_context.route, str(error), has_app_context()))

    session = open_page(app)
    session.run(fail)
    assert [str(error) for error in errors if error] == ["boom"]
    assert told == [("/app", "boom", True)]


def test_nothing_that_is_started_keeps_the_request(app: Flask) -> None:
    make(app, lambda document: None)
    with app.test_request_context("/"):
        assert not outside_request(has_request_context)
        assert not outside_request(has_app_context)
        assert has_request_context()


# -- signals

NAMES = [name for name, value in vars(signals).items() if isinstance(value, NamedSignal)]


def test_timers_keep_nothing_of_the_context_they_were_added_in(app: Flask) -> None:
    made: list[weakref.ref[Any]] = []

    def fill(document: Document) -> None:
        made.append(weakref.ref(app_ctx._get_current_object()))
        document.add_periodic_callback(lambda: None, 3_600_000)

    make(app, fill)
    open_page(app)
    gc.collect()
    assert [context() for context in made] == [None]


def test_signals_tell_what_happens_in_order(app: Flask) -> None:
    told: list[str] = []

    def fill(document: Document) -> None:
        document.add_root(TextInput(name="field"))

    def fail() -> None:
        raise ValueError("boom")

    make(app, fill)
    live = Live(app)

    def listen(name: str) -> Callable[..., None]:
        def hear(sender: Flask, session_context: Any, **more: Any) -> None:
            assert sender is app and has_app_context() and session_context.route == "/app"
            told.append(" ".join([name, *more]))

        return hear

    with ExitStack() as stack:
        for name in NAMES:
            stack.enter_context(getattr(signals, name).connected_to(listen(name), sender=app))
        session = open_page(app)
        created = list(told)
        token = token_for(live, session.id)
        socket = live.connect(token)
        pull(socket)
        session.run(lambda: setattr(session.document.roots[0], "value", "new"))
        session.run(fail)
        live.stop()
    assert created == ["session_created"]
    assert told[1:4] == ["connection_opened", "document_changed event", "callback_error error"]
    assert sorted(told[4:]) == ["connection_lost", "session_destroyed"]
    assert {name.split()[0] for name in told} == set(NAMES)


def token_for(live: Live, ident: str) -> str:
    page = live.app.test_client().get(
        f"/app?bokeh-session-id={ident}", environ_overrides=CAN_UPGRADE
    )
    return page.text.split('"token":"')[1].split('"')[0]


def test_receiver_that_raises_harms_nobody(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    def fail(sender: Flask, **more: Any) -> None:
        raise ValueError("boom")

    make(app, lambda document: None)
    with signals.session_created.connected_to(fail, sender=app):
        assert not open_page(app).destroyed
    assert "a receiver of a signal raised ValueError('boom')" in caplog.text


# -- a pool of database connections

SOCKETS, POOL = 200, 5


def test_a_pool_of_five_serves_two_hundred_sockets(app: Flask, tmp_path: Path) -> None:
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{tmp_path}/shop.db"
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        "poolclass": QueuePool,
        "pool_size": POOL,
        "max_overflow": 0,
        "pool_timeout": 20,
    }
    database = SQLAlchemy(app)

    def count() -> int:
        return int(database.session.execute(text("select 41 + 1")).scalar_one())

    def fill(document: Document) -> None:
        field = TextInput(name="field", value=str(count()))
        document.add_root(field)

        def changed(attr: str, old: str, new: str) -> None:
            curdoc().title = f"{new} {count()}"

        field.on_change("value", changed)

    viz = make(app, fill)
    live = Live(app)
    try:
        served = app.extensions["hybridviz"].served["/app"]
        sockets = [live.connect(token_for(live, f"s{number}")) for number in range(SOCKETS)]
        assert all(pull(socket)["title"] for socket in sockets)
        assert len(served.registry) == SOCKETS
        for value in ("one", "two"):
            viz.update_sessions("/app", lambda d, v=value: setattr(d.roots[0], "value", v))
            assert {s.document.title for s in served.registry} == {f"{value} 42"}
        with app.app_context():
            pool = database.engine.pool
        assert isinstance(pool, QueuePool) and pool.checkedout() == 0
    finally:
        live.stop()
        with app.app_context():
            database.engine.dispose()
