"""URLs that are made by functions that are made later are those of Werkzeug."""

from typing import Any

import pytest
from werkzeug.routing import Map, Rule
from werkzeug.routing.exceptions import BuildError

from hybridviz.web.rules import LaterRule

RULES = (
    ("/plain", {}),
    ("/<path:name>", {"endpoint": "file"}),
    ("/app/<int:number>/<word>", {"endpoint": "app"}),
    ("/given", {"endpoint": "given", "defaults": {"page": 1}}),
    ("/given/<int:page>", {"endpoint": "given"}),
)
ASKED = (
    ("plain", {}),
    ("plain", {"more": "ä b", "list": ["1", "2"]}),
    ("file", {"name": "folder/a file.js"}),
    ("app", {"number": 7, "word": "a/b", "more": "x"}),
    ("given", {"page": 1}),
    ("given", {"page": 2}),
)


def urls(kind: type[Rule]) -> Any:
    rules = [kind(rule, **{"endpoint": "plain", **more}) for rule, more in RULES]
    return Map(rules).bind("host", "/mount")


@pytest.mark.parametrize(("endpoint", "values"), ASKED)
def test_urls_are_werkzeugs(endpoint: str, values: dict[str, Any]) -> None:
    ours, theirs = urls(LaterRule), urls(Rule)
    assert ours.build(endpoint, values) == theirs.build(endpoint, values)
    assert ours.build(endpoint, values) == theirs.build(endpoint, values)  # from what is kept


def test_what_cannot_be_made_is_refused_as_by_werkzeug() -> None:
    for kind in (LaterRule, Rule):
        with pytest.raises(BuildError):
            urls(kind).build("app", {"word": "a"})


def test_nothing_is_compiled_before(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[bool] = []
    original = Rule._compile_builder

    def counted(self: Rule, append_unknown: bool = True) -> Any:
        made.append(append_unknown)
        return original(self, append_unknown)

    monkeypatch.setattr(Rule, "_compile_builder", counted)
    bound = urls(LaterRule)
    assert bound.match("/mount/plain"[6:]) == ("plain", {}) and made == []
    assert bound.build("file", {"name": "a"}) == bound.build("file", {"name": "a"}) == "/mount/a"
    assert len(made) == 1
