"""A missing attribute means what it meant to the browsers of its time, for all types of both."""

from typing import Any

import pytest
from bokeh.core.properties import DataSpec
from bokeh.core.property.vectorization import Field, Value
from bokeh.model import Model

from hybridviz.legacy_rest.raw import RawDocument
from hybridviz.legacy_rest.translation import Translator, parts
from hybridviz.legacy_rest.translation.attributes import fitted, todays
from hybridviz.legacy_rest.translation.defaults import NEW, OLD, UNSEEN, defaults
from hybridviz.legacy_rest.translation.types import todays_class
from scripts.legacy_models import read
from tests.legacy_rest.conftest import spec

VERSIONS = read()
NONE_YET = (None, "__circular__", {}, [])
"""Defaults of old that were filled later, such as the ticker of an axis."""


def empty(kind: str, version: str) -> Model:
    raw = RawDocument("d", "t", "u", "k", "r", "context", version=version)
    raw.upsert([spec(kind, "it")])
    model = Translator(raw).model("it")
    assert model is not None
    return model


def plain(value: Any) -> Any:
    if isinstance(value, Value | Field):
        return value.value if isinstance(value, Value) else {"field": value.field}
    if isinstance(value, dict) and "value" in value:
        return value["value"]
    return [*map(plain, value)] if isinstance(value, list | tuple) else value


def differences(kind: str, version: str) -> list[str]:
    model = empty(kind, version)
    taken = frozenset[str]().union(*(p.names for p in parts.PARTS if p.is_of(model, kind)))
    found = []
    for name, default in VERSIONS[version][kind].items():
        given = defaults(kind, version).get(name, *default) if default else None
        if not default or given in NONE_YET or name in taken:
            continue
        if UNSEEN.keys() & {name, f"{kind}.{name}"}:
            continue
        translated = todays(kind, name, default[0])
        if translated is None or translated[0] not in model.properties():
            continue
        property_ = model.lookup(translated[0]).property
        expected = plain(fitted(property_, translated[1]))
        now = plain(getattr(model, translated[0]))
        if now != expected and not (isinstance(property_, DataSpec) and now == {"field": expected}):
            found.append(f"{name}: was {expected!r}, is {now!r}")
    return found


@pytest.mark.parametrize("version", [OLD, NEW])
def test_all_defaults_are_those_of_the_time(version: str) -> None:
    known = [kind for kind in VERSIONS[version] if todays_class(kind, {}) is not None]
    found = {kind: differences(kind, version) for kind in known}
    assert {kind: texts for kind, texts in found.items() if texts} == {}
    assert len(known) > 100


def test_what_was_set_counts_more_than_the_default() -> None:
    raw = RawDocument("d", "t", "u", "k", "r", "context")
    raw.upsert([spec("Plot", "it", min_border=3), spec("Grid", "grid", grid_line_color=None)])
    translator = Translator(raw)
    plot: Any = translator.model("it")
    grid: Any = translator.model("grid")
    assert (plot.min_border, plot.width, grid.grid_line_color) == (3, 600, None)
