"""The page of what is covered says what the tables do; no type or attribute has no answer."""

from hybridviz.legacy_rest.translation.types import ABSENT, ABSTRACT, SILENT
from scripts.legacy_coverage import CLOSE, EXACT, LOST, PAGE, fates, known, page


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text() == page(), "run python -m scripts.legacy_coverage"


def test_each_type_is_shown_or_has_a_reason() -> None:
    assert known().keys() - fates().keys() - ABSENT.keys() - SILENT.keys() <= ABSTRACT


def test_no_attribute_is_lost_without_a_reason() -> None:
    lost = [
        f"{kind}.{name}"
        for kind, attributes in fates().items()
        for name, found in attributes.items()
        if found.kind == LOST
    ]
    assert lost == []


def test_most_is_kept() -> None:
    kinds = [found.kind for attributes in fates().values() for found in attributes.values()]
    assert (kinds.count(EXACT) + kinds.count(CLOSE)) / len(kinds) > 0.9
