"""Each name with an underscore that accel uses of Bokeh is there in the installed version."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bokeh.core.has_props import HasProps
from bokeh.core.property.bases import Property
from bokeh.core.property.descriptors import PropertyDescriptor
from bokeh.models import Slider

import hybridviz.accel as package

OWNERS: dict[str, Any] = {
    "_callbacks": Slider(),
    "_default": Slider.step.property,
    "_get": PropertyDescriptor,
    "_get_default": PropertyDescriptor,
    "_hinted_value": Property,
    "_initialized": Slider(),
    "_overridden_defaults": HasProps,
    "_property_values": Slider(),
    "_set": PropertyDescriptor,
    "_unstable_default_values": Slider(),
    "_unstable_themed_values": Slider(),
    "__overridden_defaults__": Slider,
}
IN_TEXTS = {"_initialized", "_unstable_themed_values", "__overridden_defaults__"}
OUR_OWN = {
    "_alike",
    "_are_columns",
    "_assert_all",
    "_differ",
    "_some_differ",
    "_takes_columns",
    "_tell_unknown",
    "_at_creation",
    "_from_bokeh",
    "_function",
    "_is_bokehs",
    "_is_ours",
    "_may_refer",
    "_model",
    "_must_be_made",
    "_put",
    "_replace",
    "_replaces",
    "_stored_values",
    "_textless",
}


def private_names() -> Iterator[str]:
    """List the names with an underscore that accel uses or overrides."""
    for path in Path(str(package.__file__)).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            named = isinstance(node, ast.FunctionDef) and node.name
            name = getattr(node, "attr", "") or named or ""
            if name.startswith("_") and not name.startswith("__"):
                yield name


def test_every_private_name_is_held_here() -> None:
    assert set(private_names()) == set(OWNERS) - IN_TEXTS | OUR_OWN


@pytest.mark.parametrize("name", sorted(OWNERS))
def test_private_name_is_there(name: str) -> None:
    assert hasattr(OWNERS[name], name)


def test_themed_values_lie_where_they_are_looked_for() -> None:
    slider = Slider(start=0, end=1, value=0)
    slider.apply_theme({"title": "themed"})
    assert slider.__dict__["__themed_values__"] == {"title": "themed"}
