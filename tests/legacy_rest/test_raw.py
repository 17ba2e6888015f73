"""Documents of old clients as they came."""

from typing import Any

import pytest

from hybridviz.errors import PatchError
from hybridviz.legacy_rest.raw import RawDocument, new_document, read_raw
from tests.legacy_rest.conftest import ref, small, spec


def test_a_new_document_shows_nothing() -> None:
    raw = new_document("a title", "somebody")
    assert raw.models[raw.context]["attributes"]["children"] == []
    assert len({raw.id, raw.apikey, raw.readonlyapikey, raw.context}) == 4


def test_it_is_stored_and_read_as_it_is(raw: RawDocument) -> None:
    assert read_raw(raw.to_json()) == raw


def test_attributes_are_added_to_those_that_are_there(raw: RawDocument) -> None:
    assert raw.upsert([spec("Slider", "slider", value=5)]) == ["slider"]
    attributes = raw.models["slider"]["attributes"]
    assert (attributes["value"], attributes["title"]) == (5, "s")
    assert (attributes["id"], attributes["doc"]) == ("slider", raw.id)


def test_a_model_keeps_its_type_and_subtype(raw: RawDocument) -> None:
    raw.upsert([{**spec("Plot", "p"), "subtype": "Figure"}])
    raw.upsert([spec("Wrong", "p", title="x")])
    assert (raw.models["p"]["type"], raw.models["p"]["subtype"]) == ("Plot", "Figure")


def test_what_is_not_reachable_is_pruned(raw: RawDocument) -> None:
    raw.upsert([spec("Range1d", "lost", start=0)])
    raw.prune()
    assert set(raw.models) == {raw.context, *(model["id"] for model in small())}


def test_models_may_refer_to_each_other(raw: RawDocument) -> None:
    raw.upsert([spec("Range1d", "x", plot=ref("Plot", "plot"))])
    assert {model["id"] for model in raw.reachable("x")} >= {"x", "plot", "line"}


def test_a_reference_to_nothing_harms_nothing(raw: RawDocument) -> None:
    raw.upsert([spec("Range1d", "x", callback=ref("CustomJS", "none"))])
    assert "none" not in {model["id"] for model in raw.reachable()}


@pytest.mark.parametrize(
    "wrong",
    [
        7,
        {},
        {"type": "Plot"},
        {"type": 1, "id": "p", "attributes": {}},
        spec("", "p"),
        {"type": "Plot", "id": "p"},
        {"type": "Plot", "id": "p", "attributes": []},
    ],
)
def test_what_is_no_model_is_refused_and_changes_nothing(raw: RawDocument, wrong: Any) -> None:
    before = raw.to_json()
    with pytest.raises(PatchError, match="a model"):
        raw.upsert([spec("Slider", "slider", value=9), wrong])
    assert raw.to_json() == before


def test_a_copy_is_changed_alone(raw: RawDocument) -> None:
    copy = raw.copy()
    copy.upsert([spec("Slider", "slider", value=9)])
    assert raw.models["slider"]["attributes"]["value"] == 3


def test_copies_are_the_same_until_something_is_written(raw: RawDocument) -> None:
    copy = raw.copy()
    copy.prune()
    assert copy.same_as(raw)
    copy.upsert([spec("Slider", "slider", value=3)])
    assert not copy.same_as(raw)
    published = raw.copy()
    published.published = True
    assert not published.same_as(raw)
