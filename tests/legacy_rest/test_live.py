"""Viewers and clients that change one document at the same time, without sockets."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from bokeh.events import ButtonClick

from hybridviz.bokeh_internals import callbacks_of
from hybridviz.errors import StoreUnavailable
from hybridviz.legacy_rest.copies import Copies
from hybridviz.legacy_rest.library import PREFIX, Library
from hybridviz.legacy_rest.live import LiveDocument, LiveDocuments
from hybridviz.legacy_rest.raw import RawDocument, read_raw
from hybridviz.legacy_rest.windows import Window
from hybridviz.runtime.manual import ManualRuntime
from hybridviz.runtime.threads import ThreadRuntime
from hybridviz.sessions import Session
from hybridviz.stores import Entry
from hybridviz.stores.memory import MemoryStore
from tests.client.conftest import PATIENCE
from tests.legacy_rest.conftest import ROOTS, Json, ref, spec

Call = Callable[[], object]
DATA = {"x": [1, 2, 3], "y": [7, 8, 9]}


class BusyStore(MemoryStore):
    """A store that has something happen while it writes, or is down."""

    def __init__(self) -> None:
        super().__init__(1_000_000, lambda: 0.0)
        self.meanwhile: list[Call] = []
        self.down = False

    def put(self, ident: str, body: bytes, **more: Any) -> Entry:
        if self.down:
            raise StoreUnavailable("no disk")
        entry = super().put(ident, body, **more)
        while self.meanwhile:
            self.meanwhile.pop()()
        return entry


class Watched(LiveDocuments):
    """Documents that tell when a change has looked who must see it."""

    looked: threading.Event | None = None

    def _show(self, *args: Any) -> None:
        if self.looked is not None:
            self.looked.set()
        super()._show(*args)


class Desk:
    """The documents of old clients, and who looks at them.

    Args:
        runtime: what runs them.
    """

    def __init__(self, runtime: Any) -> None:
        self.runtime = runtime
        self.store = BusyStore()
        self.library = Library(self.store, runtime)
        self.live = Watched(self.library, Copies(), runtime, lambda _: None, lambda _: None)

    def look(self, ident: str, start: str = "") -> Session:
        """Return a new session that shows a document, or one model of it."""
        session = Session(Window(ident, start).ident, "/", self.runtime)
        session.build(lambda session: self.live.fill(session.document))
        return session

    def push(self, ident: str, *specs: Json) -> None:
        """Store models and show them, as it is done for clients of 0.10."""
        self.live.update(*self.library.change(ident, lambda raw: raw.upsert(specs)))

    def attributes(self, docid: str, ident: str) -> Json:
        """Return what a client that polls is told of a model."""
        return dict(self.library.find(docid).models[ident]["attributes"])

    def stored(self, ident: str) -> RawDocument:
        """Return what is in the store once all is written."""
        self.runtime.advance(1)
        found = self.store.get(PREFIX + ident)
        assert found is not None
        return read_raw(found.body)


@pytest.fixture
def desk(raw: RawDocument) -> Desk:
    desk = Desk(ManualRuntime())
    desk.library.save(raw)
    return desk


def named(session: Session, name: str) -> Any:
    return session.document.get_model_by_name(name)


def changing(session: Session, model: Any, name: str, value: Any) -> Call:
    """Return what changes a model as a viewer does."""
    return partial(session.call, setattr, model, name, value)


@pytest.mark.parametrize("earlier", [[], [0]])
@pytest.mark.parametrize("written", [False, True])
def test_what_a_viewer_selects_while_a_script_stores_is_kept(
    desk: Desk, raw: RawDocument, earlier: list[int], written: bool
) -> None:
    session = desk.look(raw.id)
    source = named(session, "source")
    changing(session, source.selected, "indices", earlier)()
    select = changing(session, source.selected, "indices", [2])
    if not written:
        desk.store.meanwhile.append(select)
    data = [spec("ColumnDataSource", "source", data=DATA)]
    now, idents = desk.library.change(raw.id, lambda raw: raw.upsert(data))
    if written:
        select()
    desk.live.update(now, idents)
    assert (source.selected.indices, source.data) == ([2], DATA)
    for attributes in (
        desk.attributes(raw.id, "source"),
        desk.stored(raw.id).models["source"]["attributes"],
    ):
        assert (attributes["selected"]["1d"], attributes["data"]) == ({"indices": [2]}, DATA)


def test_what_is_changed_in_a_window_while_a_script_stores_is_kept(
    desk: Desk, raw: RawDocument
) -> None:
    part, whole = desk.look(raw.id, "slider"), desk.look(raw.id)
    sliders = named(part, "slider"), named(whole, "slider")
    desk.store.meanwhile.append(changing(part, sliders[0], "value", 7))
    desk.push(raw.id, spec("Slider", "slider", title="new"))
    desk.runtime.run_ready()
    assert [(slider.value, slider.title) for slider in sliders] == [(7, "new")] * 2
    assert desk.stored(raw.id).models["slider"]["attributes"]["value"] == 7


def test_what_a_viewer_changes_of_what_is_gone_is_not_kept(
    desk: Desk, raw: RawDocument, caplog: pytest.LogCaptureFixture
) -> None:
    session = desk.look(raw.id)
    change = changing(session, named(session, "slider"), "value", 7)
    now, idents = desk.library.change(raw.id, lambda raw: raw.remove("slider"))
    change()
    desk.live.update(now, idents)
    assert "slider" not in desk.stored(raw.id).models
    assert [root.id for root in session.document.roots] == ["plot"]
    assert "Traceback" not in caplog.text


def test_what_a_viewer_changes_while_the_store_is_down_is_written_later(
    desk: Desk, raw: RawDocument, caplog: pytest.LogCaptureFixture
) -> None:
    session = desk.look(raw.id)
    desk.store.down = True
    changing(session, named(session, "slider"), "value", 7)()
    desk.runtime.advance(3)
    assert caplog.text.count("wait in memory: no disk") == 1
    session.destroy()
    desk.store.down = False
    assert desk.stored(raw.id).models["slider"]["attributes"]["value"] == 7


def test_a_removed_document_is_not_written_again(desk: Desk, raw: RawDocument) -> None:
    session = desk.look(raw.id)
    changing(session, named(session, "slider"), "value", 7)()
    desk.library.remove(raw.id)
    desk.runtime.advance(1)
    assert desk.store.get(PREFIX + raw.id) is None


def test_what_is_stored_while_a_page_is_filled_reaches_it(
    raw: RawDocument, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = ThreadRuntime()
    desk = Desk(runtime)
    desk.library.save(raw)
    desk.live.looked = threading.Event()
    change = spec("Slider", "slider", value=9)
    pushing = threading.Thread(target=desk.push, args=(raw.id, change))
    show = LiveDocument.show

    def show_late(live: LiveDocument, *args: Any) -> None:
        if pushing.ident is None:
            pushing.start()
            assert desk.live.looked is not None and desk.live.looked.wait(PATIENCE)
        show(live, *args)

    monkeypatch.setattr(LiveDocument, "show", show_late)
    session = desk.look(raw.id)
    pushing.join()
    runtime.close()
    assert named(session, "slider").value == 9


def test_a_button_that_is_shown_again_is_heard(desk: Desk, raw: RawDocument) -> None:
    button, shown = spec("Button", "button", name="button"), ref("Button", "button")
    context = spec("PlotContext", raw.context, children=[*ROOTS, shown])
    desk.push(raw.id, button, context)
    session = desk.look(raw.id)
    desk.push(raw.id, spec("PlotContext", raw.context, children=[*ROOTS]))
    desk.library.change(raw.id, RawDocument.prune)
    desk.push(raw.id, spec("Slider", "slider", title="new"))
    desk.push(raw.id, button, context)
    click = ButtonClick(named(session, "button"))
    session.call(callbacks_of(session.document).trigger_event, click)
    assert desk.attributes(raw.id, "button")["clicks"] == 1
