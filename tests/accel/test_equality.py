"""Models made, changed, read and written by ours are those that Bokeh's own functions make: the
same ids, values, errors, events and JSON.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from bokeh.core.properties import Instance, Int, List, Override, field, validate, value
from bokeh.core.property.dataspec import DataSpec
from bokeh.core.property.singletons import Intrinsic, Undefined
from bokeh.document import Document
from bokeh.model import Model
from bokeh.models import (
    Button,
    Circle,
    Column,
    ColumnDataSource,
    CustomJS,
    DataTable,
    HoverTool,
    Jitter,
    Legend,
    LinearAxis,
    Plot,
    Range1d,
    Slider,
    TextInput,
)
from bokeh.themes import Theme
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.accel.models import OWN
from tests.accel.programs import World, both, look_at, outcome, run

BUILT_IN = sorted(
    (
        found
        for found in Model.model_class_reverse_map.values()
        if found.__module__.startswith("bokeh.models")
    ),
    key=lambda found: found.__qualified_model__,
)
VARIED = (
    *OWN,
    Slider,
    Plot,
    ColumnDataSource,
    Circle,
    Column,
    Legend,
    LinearAxis,
    HoverTool,
    DataTable,
    TextInput,
    Button,
    CustomJS,
)
THEMES = (
    Theme(json={}),
    Theme(
        json={
            "attrs": {
                "Model": {"tags": ["themed"]},
                "Everything": {"numbers": [9], "count": 99, "pair": [3, "c"], "loud": "themed"},
                "Plot": {"background_fill_color": "#2f2f2f", "tags": []},
                "Slider": {"title": "themed", "bar_color": "red"},
                "Demanding": {"needed": 5},
                "Wrong": {"count": 5},
                "LinearAxis": {"axis_line_color": None, "major_label_text_font_size": "9px"},
            },
            "line_defaults": {"line_alpha": 0.5},
            "fill_defaults": {"fill_color": "green"},
        }
    ),
    Theme(json={"attrs": {"Everything": {"numbers": ["wrong"], "count": 5}}}),
)
VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    -3,
    1.5,
    float("nan"),
    "red",
    "refused",
    "12",
    [],
    [1, 2, 3, 4],
    ["a"],
    {},
    {"a": 1},
    {"field": "x"},
    {"value": 3, "units": "screen"},
    {"x": [1, 2], "y": [3, 4]},
    (),
    (1, "a"),
    {"s"},
    Undefined,
    Intrinsic,
)


def test_there_are_classes_to_compare() -> None:
    assert len(BUILT_IN) > 300


@pytest.mark.parametrize("cls", [*BUILT_IN, *OWN], ids=lambda cls: cls.__name__)
def test_an_object_as_it_is_made(cls: type[Model]) -> None:
    def program() -> list[Any]:
        made: list[Model] = []
        diary = [outcome(lambda: made.append(cls()))]
        diary += [look_at(model) for model in made]
        document = Document(theme=THEMES[1])
        diary += [outcome(partial(document.add_root, model)) for model in made]
        return diary + [outcome(document.to_json)] + [look_at(model) for model in made]

    own, ours = both(program)
    assert ours == own


def _value(draw: st.DrawFn) -> Callable[[World], Any]:
    """Draw a value: a plain one, a model made before, or something with models in it."""
    kind = draw(st.sampled_from(["plain", "plain", "model", "list", "dict", "spec", "new"]))
    plain, number = draw(st.sampled_from(VALUES)), draw(st.integers(0, 9))

    def pick(world: World) -> Any:
        found = world.models[number % len(world.models)] if world.models else plain
        return (
            {
                "plain": plain,
                "model": found,
                "list": [found],
                "dict": {"a": found, "b": [found]},
                "spec": {"value": 1, "transform": found},
                "new": None,
            }[kind]
            if kind != "new"
            else Range1d(start=number)
        )

    return pick


@st.composite
def steps(draw: st.DrawFn) -> Callable[[World], Any]:
    """Draw one step of a program."""
    number, value = draw(st.integers(0, 9)), _value(draw)
    which = draw(st.integers(0, 200))
    act = draw(st.sampled_from(sorted(ACTS)))
    cls = draw(st.sampled_from(VARIED))
    theme = draw(st.sampled_from(THEMES))

    def step(world: World) -> Any:
        if act in ("make", "make_with"):
            names = sorted(cls.properties())
            given = {names[which % len(names)]: value(world)} if act == "make_with" else {}
            world.models.append(cls(**given))
            return None
        if act == "theme":
            world.document.theme = theme
            return None
        if not world.models:
            return None
        model = world.models[number % len(world.models)]
        names = sorted(model.properties())
        return ACTS[act](world, model, names[which % len(names)], value)

    return step


def _set(world: World, model: Model, name: str, value: Any) -> None:
    setattr(model, name, value(world))


def _set_unchecked(world: World, model: Model, name: str, value: Any) -> None:
    with validate(False):
        setattr(model, name, value(world))


def _change(world: World, model: Model, name: str, value: Any) -> None:
    found = getattr(model, name)
    new = value(world)
    for call in (
        lambda: found.append(new),
        lambda: found.add("new"),
        lambda: found.update({"new": new}),
        lambda: found.__setitem__("key", new),
        lambda: found.clear(),
    ):
        try:
            call()
            break
        except (AttributeError, TypeError):
            continue


def _delete(world: World, model: Model, name: str, value: Any) -> None:
    delattr(model, name)


ACTS: dict[str, Callable[[World, Model, str, Any], Any]] = {
    "make": lambda *_: None,
    "make_with": lambda *_: None,
    "theme": lambda *_: None,
    "read": lambda world, model, name, value: getattr(model, name),
    "set": _set,
    "set_again": _set,
    "set_unchecked": _set_unchecked,
    "change": _change,
    "change_again": _change,
    "delete": _delete,
    "add_root": lambda world, model, name, value: world.document.add_root(model),
    "remove_root": lambda world, model, name, value: world.document.remove_root(model),
    "look": lambda world, model, name, value: look_at(model),
    "json": lambda world, model, name, value: world.document.to_json(),
    "clone": lambda world, model, name, value: world.models.append(model.clone()),
    "name": lambda world, model, name, value: setattr(model, "name", "named"),
    "no_such": lambda world, model, name, value: setattr(model, "numbres", 1),
    "validate": lambda world, model, name, value: world.document.validate(),
}


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(program=st.lists(steps(), max_size=14))
def test_programs_on_models(program: list[Callable[[World], Any]]) -> None:
    own, ours = both(lambda: run(program))
    assert ours == own


def test_lists_that_an_app_keeps_as_defaults_may_change() -> None:
    def program() -> list[Any]:
        kept, kept_models = [1], list[Model]()

        class Keeping(Slider):
            numbers = List(Int, default=kept)
            models = List(Instance(Model), default=kept_models)
            tags = Override(default=kept)

        document, made = Document(), [Keeping(start=0, end=1, value=0)]
        kept.append(2)
        kept_models.append(Range1d())
        made.append(Keeping(start=0, end=1, value=0))
        for model in made:
            document.add_root(model)
        known = sorted(model.id for model in document.models)
        return [known, [look_at(model) for model in made]]

    own, ours = both(program)
    assert ours == own


def specs() -> list[Any]:
    """Return all of Bokeh's properties that take a column or a value."""
    return list(
        {
            id(p): p
            for cls in BUILT_IN
            for name in cls.dataspecs()
            if (p := cls.lookup(name).property)
        }.values()
    )


def test_columns_and_values_are_written_alike() -> None:
    shaken = Jitter(width=1)
    samples = [
        *(None, True, 3, 2.5, "x", "red", "#ff0000", "1px", "solid", [1, 2], (1, 2, 3), object),
        *(value("x"), field("y"), field("y", shaken), {"field": "x"}, np.float64(1)),
    ]

    def program() -> list[str]:
        found = (DataSpec.to_serializable(spec, None, "", v) for spec in specs() for v in samples)
        return [repr(written) for written in found]

    own, ours = both(program)
    assert ours == own
    assert any(found.startswith("Value(") for found in ours)
    assert any(found.startswith("Field(") for found in ours)
