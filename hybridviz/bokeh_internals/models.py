"""Models as they are changed from outside: what Bokeh has no public function for."""

from typing import Any

from bokeh.core.property.descriptors import PropertyDescriptor
from bokeh.core.property.singletons import Undefined
from bokeh.model import Model


def set_prepared(
    descriptor: PropertyDescriptor[Any], model: Model, value: Any, setter: Any
) -> None:
    """Set a property to what its own ``prepare_value`` has returned, without checking it again."""
    descriptor._set(model, descriptor._get(model), value, setter=setter)


def is_unset(model: Model, name: str) -> bool:
    """Return whether a property has no value, and no default that could be one."""
    return model.lookup(name)._get(model) is Undefined


def has_columns(model: Model) -> bool:
    """Return whether rows can be appended to a model."""
    return hasattr(model, "_stream")


def append_rows(source: Any, data: Any, rollover: int | None, setter: Any) -> None:
    """Append rows to a source of columns, as somebody who shall not be told of it again."""
    source._stream(data, rollover, setter=setter)
