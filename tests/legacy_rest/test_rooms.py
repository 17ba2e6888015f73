"""What clients of Bokeh 0.11 share: documents that were pushed."""

import threading
from contextlib import suppress
from typing import Any

import pytest

from hybridviz.errors import PatchError
from hybridviz.legacy_rest.rooms import PushedRoom
from hybridviz.runtime.manual import ManualRuntime
from hybridviz.runtime.threads import ThreadRuntime
from hybridviz.stores import Entry
from tests.legacy_rest.conftest import Json, ref, small, spec
from tests.legacy_rest.test_dialect import changed, pushed
from tests.legacy_rest.test_live import Desk

IDENT = "default"


class Ear:
    """A client that hears what it is sent."""

    def __init__(self) -> None:
        self.events: list[Json] = []

    def send(self, kind: str, content: Any, reqid: str | None = None) -> None:
        assert kind == "PATCH-DOC"
        self.events += content["events"]

    def values(self, attr: str) -> list[Any]:
        """Return what it was told of an attribute, in order."""
        return [event["new"] for event in self.events if event.get("attr") == attr]


@pytest.fixture
def desk() -> Desk:
    return Desk(ManualRuntime())


@pytest.fixture
def room(desk: Desk) -> PushedRoom:
    return PushedRoom(IDENT, desk.library, desk.live)


def anew(value: Any, number: int) -> Any:
    """Return models, or a part of one, with other ids."""
    if isinstance(value, dict):
        return {k: f"{v}{number}" if k == "id" else anew(v, number) for k, v in value.items()}
    return [anew(part, number) for part in value] if isinstance(value, list) else value


def test_what_is_shown_no_more_is_forgotten(desk: Desk, room: PushedRoom) -> None:
    roots = {"root_ids": ["box"], "references": [spec("VBox", "box", children=[])]}
    room.push({"doc": {"version": "0.11.1", "title": "", "roots": roots}})
    session = desk.look(IDENT)
    sizes = set()
    for number in range(5):
        patch = changed("box", "children", [ref("Plot", f"plot{number}")], "VBox")
        room.patch({**patch, "references": anew(small(), number)}, Ear())
        sizes.add(len(desk.stored(IDENT).to_json()))
        assert [plot.id for plot in session.document.roots[0].children] == [f"plot{number}"]
    assert len(sizes) == 1
    kept = {f"{ident}4" for ident in ("plot", "x", "y", "renderer", "line", "source")}
    assert desk.library.find(IDENT).models.keys() == {f"{IDENT}-context", "box", *kept}


def test_what_a_patch_brings_and_does_not_show_is_not_told(
    desk: Desk, room: PushedRoom, caplog: pytest.LogCaptureFixture
) -> None:
    room.push(pushed())
    session = desk.look(IDENT)
    told: list[list[str]] = []
    desk.live.on_change = lambda raw, copy, idents: told.append(idents)
    patch = changed("slider", "value", 6)
    room.patch({**patch, "references": [spec("Range1d", "other", start=1)]}, Ear())
    slider: Any = session.document.get_model_by_name("slider")
    assert (told, slider.value) == ([["slider"]], 6)
    assert "Traceback" not in caplog.text


def added(ident: str) -> Json:
    """Return the patch that shows one more model."""
    event = {"kind": "RootAdded", "model": ref("Paragraph", ident)}
    return {"events": [event], "references": [spec("Paragraph", ident, text="new")]}


TITLE = {"events": [{"kind": "TitleChanged", "title": "New"}], "references": []}


@pytest.mark.parametrize("patch", [added("new"), TITLE, changed("slider", "value", 5)])
def test_a_patch_does_not_bring_a_removed_document_back(
    desk: Desk, room: PushedRoom, patch: Json
) -> None:
    room.push(pushed())
    room.patch(patch, Ear())
    desk.library.remove(IDENT)
    with pytest.raises(PatchError, match="push it again"):
        room.patch(patch, Ear())
    assert not desk.library.has(IDENT)
    room.push(pushed())
    room.patch(patch, Ear())


def test_who_pulls_after_the_removal_begins_anew(desk: Desk, room: PushedRoom) -> None:
    room.push(pushed())
    desk.library.remove(IDENT)
    assert room.pull()["doc"]["roots"]["root_ids"] == []
    room.patch(added("new"), Ear())
    assert room.pull()["doc"]["roots"]["root_ids"] == ["new"]


def test_the_first_patch_makes_a_document_unless_it_is_refused(
    desk: Desk, room: PushedRoom
) -> None:
    with pytest.raises(PatchError):
        room.patch(changed("none", "value", 1), Ear())
    assert not desk.library.has(IDENT)
    room.patch(added("new"), Ear())
    assert desk.library.has(IDENT)


def test_two_first_patches_at_once_are_both_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(ThreadRuntime())
    room = PushedRoom(IDENT, desk.library, desk.live)
    both, look = threading.Barrier(2), desk.store.entry

    def look_together(ident: str) -> Entry | None:
        found = look(ident)
        with suppress(threading.BrokenBarrierError):
            both.wait(0.5)
        return found

    monkeypatch.setattr(desk.store, "entry", look_together)
    patching = [
        threading.Thread(target=room.patch, args=(added(ident), Ear())) for ident in ("one", "two")
    ]
    for thread in patching:
        thread.start()
    for thread in patching:
        thread.join()
    assert set(room.pull()["doc"]["roots"]["root_ids"]) == {"one", "two"}
