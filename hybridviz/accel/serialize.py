"""Models as JSON: only what is set is read.

Replaces functions of ``HasProps``; installed by `install`.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from bokeh.core.property.descriptors import UnsetValueError
from bokeh.core.property.nothing import Nothing
from bokeh.core.property.primitive import String
from bokeh.core.property.vectorization import Field, Value
from bokeh.core.property.wrappers import PropertyValueContainer

from hybridviz.accel.facts import THEMED, facts_of
from hybridviz.accel.reading import reading_of

Function = Callable[..., Any]

TEXTLESS = "_hybridviz_textless"
"""Where a specification keeps the type of its values, and that type without texts."""


def values_to_serialize(original: Function) -> Function:
    """Replace ``HasProps.properties_with_values``."""

    @wraps(original)
    def properties_with_values(
        self: Any, *, include_defaults: bool = True, include_undefined: bool = False
    ) -> dict[str, Any]:
        facts = facts_of(type(self))
        if not include_defaults and facts.plain:
            found = _stored_values(self, reading_of(facts, self))
            if found is not None:
                return found
        result: dict[str, Any] = original(
            self, include_defaults=include_defaults, include_undefined=include_undefined
        )
        return result

    return properties_with_values


def _stored_values(obj: Any, reading: Any) -> dict[str, Any] | None:
    """Return what is set in an object, in order; None if stock Bokeh has more to do."""
    values, defaults = obj._property_values, obj._unstable_default_values
    for name in reading.present:
        if name not in values and name not in defaults:
            return None
    themed = obj.__dict__.get(THEMED, ())
    order, serialized = reading.order, reading.serialized
    names = {*values, *defaults, *themed}
    if not order.keys() >= names:
        return None
    result = {}
    for name in sorted(names, key=order.__getitem__):
        descriptor = serialized.get(name)
        if descriptor is None:
            continue
        try:
            value = descriptor.get_value(obj)
        except UnsetValueError:
            return None
        if name in defaults and name not in themed and isinstance(value, PropertyValueContainer):
            continue
        result[name] = value
    return result


def specs_to_serialize(original: Function) -> Function:
    """Replace ``DataSpec.to_serializable``, which makes a type for each value: that of all fixed
    values that are no texts.
    """

    @wraps(original)
    def to_serializable(self: Any, obj: Any, name: str, val: Any) -> Any:
        try:
            _textless(self).validate(val, False)
        except ValueError:
            return Field(val) if isinstance(val, str) else val
        return Value(val)

    return to_serializable


def _textless(spec: Any) -> Any:
    known, textless = spec.__dict__.get(TEXTLESS, (None, None))
    if known is not spec.value_type:
        known = spec.value_type
        textless = known.replace(String, Nothing())
        spec.__dict__[TEXTLESS] = (known, textless)
    return textless
