"""What browsers and callbacks change is stored behind: whatever the store says, no document is in
another's way, and nothing is lost while the server runs.
"""

from collections.abc import Callable
from typing import Any

import pytest
from bokeh.document import Document

from hybridviz.core.documents import document_json, read_document
from hybridviz.errors import HybridVizError, StoreFull, StoreUnavailable
from hybridviz.runtime.manual import ManualRuntime
from hybridviz.sessions import Request, Session, SessionRegistry
from hybridviz.stores import Entry
from hybridviz.stores.memory import MemoryStore
from hybridviz.web.documents.uploads import Uploads
from hybridviz.web.space import SPACE
from tests.web.conftest import FakeApp, Serve
from tests.web.documents.conftest import Api, sample

LIFETIME = 60.0


class Moody(MemoryStore):
    """A store that refuses some documents, and still has the others when it is closed.

    Attributes:
        refused: what is raised for a document.
        meanwhile: called once, while whoever writes next waits for the answer.
    """

    def __init__(self) -> None:
        super().__init__(10**9, lambda: 0.0)
        self.refused: dict[str, HybridVizError] = {}
        self.meanwhile: Callable[[], object] = list

    def put(self, ident: str, body: bytes, **options: Any) -> Entry:
        meanwhile, self.meanwhile = self.meanwhile, list
        try:
            if ident in self.refused:
                raise self.refused[ident]
            return super().put(ident, body, **options)
        finally:
            meanwhile()

    def close(self) -> None:
        """Forget nothing."""


class World:
    """Uploads on a virtual clock."""

    def __init__(self) -> None:
        self.runtime = ManualRuntime()
        self.store = Moody()
        self.registry = SessionRegistry(SPACE, self.runtime, LIFETIME)
        self.uploads = Uploads(self.store, self.runtime, self.open, self.registry.expire_later)

    def open(self, ident: str, request: Request | None = None) -> Session:
        return self.registry.get_or_create(
            ident, lambda session: self.uploads.fill(session.document), request
        )

    def upload(self, *idents: str) -> list[Session]:
        """Upload documents and open them."""
        for ident in idents:
            self.uploads.put(ident, sample(), None)
        return [self.open(ident) for ident in idents]

    def stored(self, ident: str) -> str:
        """Return the title of a document that is stored."""
        found = self.store.get(ident)
        assert found is not None
        return read_document(found.body).title


@pytest.fixture
def world() -> World:
    return World()


def renamed(title: str) -> Callable[[Document], None]:
    return lambda document: setattr(document, "title", title)


def rename(session: Session, title: str) -> None:
    session.call(renamed(title), session.document)


def test_a_document_over_the_quota_is_in_no_others_way(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    large, small, followed = world.upload("large", "small", "followed")
    world.store.refused["large"] = StoreFull("no room")
    rename(large, "enlarged")
    rename(small, "changed")
    elsewhere = Document()
    elsewhere.title = "changed elsewhere"
    world.store.put("followed", document_json(elsewhere))
    world.runtime.advance(1)
    assert world.stored("small") == "changed"
    assert followed.document.title == "changed elsewhere"
    world.runtime.advance(10)
    assert caplog.text.count("no room; remove documents or raise --store-quota") == 1
    world.store.refused.clear()
    world.runtime.advance(1)
    assert world.stored("large") == "enlarged"


def test_a_document_that_cannot_be_read_is_in_no_others_way(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    _, other = world.upload("broken", "other")
    world.store.put("broken", b"[]")
    world.runtime.advance(1)
    rename(other, "changed")
    world.runtime.advance(10)
    assert world.stored("other") == "changed"
    assert caplog.text.count("document broken is not the same as what is stored") == 1


def test_each_outage_is_told_once(world: World, caplog: pytest.LogCaptureFixture) -> None:
    first, second = world.upload("first", "second")
    for title in ("a", "b"):
        error = StoreUnavailable("the disk is full")
        world.store.refused.update(first=error, second=error)
        rename(first, title)
        rename(second, title)
        world.runtime.advance(10)
        world.store.refused.clear()
        world.runtime.advance(1)
    assert caplog.text.count("the disk is full") == 2


def test_a_session_is_kept_until_its_changes_are_stored(world: World) -> None:
    world.upload("a")
    world.store.refused["a"] = StoreUnavailable("the disk is full")
    for title in ("new", "newer"):
        with pytest.raises(StoreUnavailable):
            world.uploads.change("a", None, renamed(title))
    world.runtime.advance(3 * LIFETIME)
    assert world.open("a").document.title == "newer"
    world.store.refused.clear()
    world.runtime.advance(1)
    assert world.stored("a") == "newer" and world.registry.get("a") is not None
    world.runtime.advance(LIFETIME + 1)
    assert world.registry.get("a") is None


def test_a_session_whose_document_was_replaced_elsewhere_is_kept_no_longer(world: World) -> None:
    (session,) = world.upload("a")
    world.store.refused["a"] = StoreUnavailable("the disk is full")
    rename(session, "new")
    world.runtime.advance(2 * LIFETIME)
    assert not session.destroyed
    world.store.refused.clear()
    world.store.put("a", sample())
    world.runtime.advance(1)
    assert session.document.title == world.stored("a") == "A title"
    world.runtime.advance(LIFETIME + 1)
    assert session.destroyed


def test_a_document_that_was_removed_elsewhere_is_not_stored_again(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    (session,) = world.upload("a")
    world.store.delete("a")
    rename(session, "new")
    world.runtime.advance(10)
    assert world.store.get("a") is None and caplog.text.count("changed elsewhere") == 1


@pytest.mark.parametrize("refused", [{}, {"a": StoreUnavailable("the disk is full")}])
def test_what_is_changed_while_the_last_save_goes_on_is_stored(
    world: World, refused: dict[str, HybridVizError]
) -> None:
    (session,) = world.upload("a")

    def end() -> None:
        rename(session, "last")
        world.registry.discard(session)

    rename(session, "first")
    world.store.meanwhile, world.store.refused = end, refused
    world.runtime.advance(1)
    world.store.refused = {}
    world.runtime.advance(1)
    assert session.destroyed and world.stored("a") == "last"


def test_a_session_that_ends_while_its_save_fails_loses_nothing(world: World) -> None:
    (session,) = world.upload("a")
    rename(session, "last")
    world.store.meanwhile = lambda: world.registry.discard(session)
    world.store.refused["a"] = StoreUnavailable("the disk is full")
    world.runtime.advance(1)
    world.store.refused.clear()
    world.runtime.advance(1)
    assert session.destroyed and world.stored("a") == "last"


@pytest.mark.parametrize("mended", [False, True])
def test_at_the_end_of_the_server_all_is_tried_and_what_is_lost_is_named(
    world: World, caplog: pytest.LogCaptureFixture, mended: bool
) -> None:
    large, small = world.upload("large", "small")
    world.store.refused["large"] = StoreFull("no room")
    rename(large, "enlarged")
    world.runtime.advance(1)
    rename(small, "changed")
    if mended:
        world.store.refused.clear()
    world.registry.close()
    world.uploads.close()
    assert world.stored("small") == "changed"
    assert world.stored("large") == ("enlarged" if mended else "A title")
    assert ("the last changes are lost: ['large']" in caplog.text) is not mended


def test_what_was_changed_last_survives_the_server(serve: Serve) -> None:
    first = serve(FakeApp())
    api, viz = Api(first.test_client()), first.extensions["hybridviz"]
    api.put("hover")
    api.value("hover", "slider", "value")  # it is live now
    rename(viz.served[SPACE].registry.get("hover"), "last")
    viz.close()
    assert Api(serve(FakeApp()).test_client())("GET", "/hover").json["title"] == "last"
