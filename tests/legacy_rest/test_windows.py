"""What sessions show of a document, and visitors' copies of it."""

import pytest

from hybridviz.errors import BadRequest, PatchError, TooLarge
from hybridviz.legacy_rest import copies
from hybridviz.legacy_rest.copies import Copies, check_name, new_name
from hybridviz.legacy_rest.raw import RawDocument
from hybridviz.legacy_rest.windows import Window, window_of, window_on
from tests.legacy_rest.conftest import spec


@pytest.mark.parametrize(
    "window",
    [Window("doc"), Window("a:b/c", "m:1"), Window("d", "", "temporary-1"), Window("d", "ü", "t")],
)
def test_a_window_is_found_by_the_id_of_its_session(window: Window) -> None:
    assert window_of(window.ident, lambda ident: ident == window.docid) == window


@pytest.mark.parametrize("ident", ["", "none", "a:b", "a:b:c", "a:b:c:d"])
def test_other_sessions_have_none(ident: str) -> None:
    assert window_of(ident, lambda ident: False) is None


@pytest.mark.parametrize(
    ("start", "shown"),
    [("plot", "plot"), ("slider", "slider"), ("source", ""), ("none", ""), ("", "")],
)
def test_what_can_be_shown_alone_is(raw: RawDocument, start: str, shown: str) -> None:
    window = window_on(raw, start)
    assert window.start == shown
    children = [
        child["id"] for child in window.of(raw).models[raw.context]["attributes"]["children"]
    ]
    assert children == ([shown] if shown else ["plot", "slider"])
    assert len(raw.models[raw.context]["attributes"]["children"]) == 2


def test_a_model_that_is_gone_leaves_an_empty_window(raw: RawDocument) -> None:
    assert Window(raw.id, "gone").of(raw).models[raw.context]["attributes"]["children"] == []


def test_a_copy_differs_by_what_was_changed_alone(raw: RawDocument) -> None:
    kept = Copies()
    seen, idents = kept.upsert(raw, "temporary-1", [spec("Slider", "slider", value=9)])
    assert idents == ["slider"]
    assert seen.models["slider"]["attributes"]["value"] == 9
    assert raw.models["slider"]["attributes"]["value"] == 3
    raw.upsert([spec("Slider", "slider", title="new", value=4)])
    attributes = kept.view(raw, "temporary-1").models["slider"]["attributes"]
    assert (attributes["value"], attributes["title"]) == (9, "new")
    assert kept.view(raw, "temporary-2").models == raw.models


def test_a_copy_may_have_models_of_its_own(raw: RawDocument) -> None:
    kept = Copies()
    kept.upsert(raw, "temporary-1", [spec("Range1d", "own", start=1)])
    assert kept.view(raw, "temporary-1").models["own"]["attributes"]["start"] == 1
    assert "own" not in raw.models


def test_a_change_that_is_refused_changes_nothing(
    raw: RawDocument, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Copies()
    with pytest.raises(PatchError):
        kept.upsert(raw, "temporary", [spec("Slider", "slider", value=9), 7])
    monkeypatch.setattr(copies, "MAX_SIZE", 100)
    with pytest.raises(TooLarge):
        kept.upsert(raw, "temporary", [spec("Slider", "slider", title="x" * 100)])
    assert kept.view(raw, "temporary").models == raw.models


def test_the_oldest_copies_are_forgotten(raw: RawDocument, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "MAX_COPIES", 2)
    kept = Copies()
    for number in range(3):
        kept.upsert(raw, f"temporary-{number}", [spec("Slider", "slider", value=9)])
    values = [
        kept.view(raw, f"temporary-{number}").models["slider"]["attributes"]["value"]
        for number in range(3)
    ]
    assert values == [3, 9, 9]


def test_names_of_copies() -> None:
    assert check_name(new_name()) != check_name(new_name())
    for name in ("other", "temporary:1", "temporary-" + "x" * 100, "temporary\n"):
        with pytest.raises(BadRequest):
            check_name(name)
