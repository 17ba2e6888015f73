"""The interface against its own description: every answer to any request is one that it names."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markupsafe import escape

from hybridviz.core.tables import CSV
from tests.web.documents.conftest import Api, sample

TYPES = ["object", "ndarray", "bytes", "map", "set", "slice", "number", "value", "field", "symbol"]
IDENTS = st.one_of(st.sampled_from(["hover", "nobody"]), st.text(min_size=1, max_size=8))
MODELS = st.one_of(st.sampled_from(["slider", "data", "1"]), st.text(min_size=1, max_size=8))
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=5), inner, max_size=4)
        | st.fixed_dictionaries({"type": st.sampled_from(TYPES), "id": st.text(max_size=3)})
        | st.fixed_dictionaries({"type": st.sampled_from(TYPES), "entries": inner})
        | st.fixed_dictionaries({"type": st.sampled_from(TYPES), "data": inner})
        | st.fixed_dictionaries({"type": st.just("object"), "name": st.just("Div"), "id": inner})
        | st.fixed_dictionaries({"type": st.sampled_from(TYPES), "value": inner})
    ),
    max_leaves=12,
)
PROPERTIES = st.dictionaries(
    st.sampled_from(["value", "start", "name", "tags", "title", "css_classes", "x", "y"]), VALUES
)
BODIES = st.one_of(
    VALUES,
    PROPERTIES,
    st.fixed_dictionaries({"models": st.dictionaries(MODELS, PROPERTIES, max_size=2)}),
    st.fixed_dictionaries({"title": VALUES, "roots": st.lists(VALUES, max_size=3)}),
    st.dictionaries(st.sampled_from(["x", "y"]), st.lists(SCALARS, max_size=3)),
    st.dictionaries(st.sampled_from(["x", "y"]), st.lists(st.tuples(VALUES, VALUES), max_size=2)),
)
HEADERS = st.dictionaries(
    st.sampled_from(["If-Match", "If-None-Match", "Accept"]),
    st.sampled_from(['"1"', '"x"', "*", "x", CSV, "text/html", "image/png"]),
    max_size=2,
)


def operations(api: Api) -> list[tuple[str, str, dict[str, Any]]]:
    paths = api.client.get("/api/openapi.json").json["paths"]  # type: ignore[index]
    return [(m, path, told) for path, methods in paths.items() for m, told in methods.items()]


def send(api: Api, method: str, path: str, **options: Any) -> Any:
    path = path.removeprefix("/api/documents")
    return api(method.upper(), path, **options)


def test_the_description_is_complete(api: Api) -> None:
    description = api.client.get("/api/openapi.json").json
    assert description is not None and description["openapi"] == "3.1.0"
    rules = api.client.application.url_map.iter_rules()
    served = {
        (method.lower(), rule.rule.replace("<path:", "{").replace("<", "{").replace(">", "}"))
        for rule in rules
        if rule.rule.startswith("/api/documents")
        for method in (rule.methods or set()) - {"HEAD"}
    }
    assert served == {(method, path) for method, path, _ in operations(api)}


def test_nothing_breaks_it(api: Api, soak: bool) -> None:
    table = [row for row in operations(api) if not row[1].endswith("/events")]

    @settings(
        max_examples=5000 if soak else 500,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(st.sampled_from(table), IDENTS, MODELS, BODIES, HEADERS)
    def attempt(row: Any, ident: str, model: str, body: Any, headers: dict[str, str]) -> None:
        method, path, told = row
        before = api("GET", "/hover").data
        if not before or b"slider" not in before:
            api.put("hover", sample())
            before = api("GET", "/hover").data
        options: dict[str, Any] = {"headers": headers}
        if method != "get":
            options |= {"data": dumps(body), "content_type": "application/json"}
        path = path.replace("{ident}", quote(ident)).replace("{model}", quote(model))
        answer = send(api, method, path, **options)
        assert answer.status_code < 500, answer.text
        known = {*told["responses"], "304", "404", "405", "308"}
        assert str(answer.status_code) in known, (method, path, answer.status_code)
        if answer.status_code >= 400 and answer.status_code not in (404, 405):
            assert api("GET", "/hover").data == before

    attempt()


def dumps(body: Any) -> bytes:
    return json.dumps(body, default=str).encode()


@pytest.mark.parametrize("path", ["/api", "/api/"])
def test_a_page_shows_it(api: Api, path: str) -> None:
    page = api.client.get(path)
    assert page.status_code == 200
    for _, rule, told in operations(api):
        assert rule in page.text and str(escape(told["summary"])) in page.text
