"""Making models and reading what is not set in them.

Stock Bokeh asks each property of each new object whether its default may change, walks the class
tree for overridden defaults, and makes a list, set or dictionary for each container property,
though few are ever read. Here the answers are `facts`, and a container is made when it is first
read. JSON is the same, as Bokeh leaves unchanged containers out.

Replaces functions of ``HasProps`` and ``PropertyDescriptor``; installed by `install`.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from bokeh.core.has_props import HasProps
from bokeh.core.property.bases import validation_on
from bokeh.core.property.singletons import Intrinsic, Undefined

from hybridviz.accel.facts import (
    THEMED,
    ClassFacts,
    can_wait,
    constant_of,
    facts_of,
    is_certain,
)

Function = Callable[..., Any]


def making_objects(original: Function) -> Function:
    """Replace ``HasProps.__init__``."""

    @wraps(original)
    def __init__(self: Any, **properties: Any) -> None:
        facts = facts_of(type(self))
        if not facts.plain:
            original(self, **properties)
            return
        super(HasProps, self).__init__()
        state = self.__dict__
        state["_property_values"] = {}
        state["_unstable_default_values"] = {}
        state["_unstable_themed_values"] = {}
        for name, value in properties.items():
            if value is not Undefined and value is not Intrinsic:
                setattr(self, name, value)
        known = facts.at_creation
        for descriptor, certain in _at_creation(facts, self) if known is None else known:
            if descriptor.name not in properties:
                if certain or descriptor.has_unstable_default(self):
                    descriptor._get(self)
        state["_initialized"] = True

    return __init__


def _at_creation(facts: ClassFacts, obj: Any) -> tuple[tuple[Any, bool], ...]:
    """Return the descriptors of defaults that an object gets when it is made, in order; each with
    whether that is certain.
    """
    found = []
    for descriptor in facts.descriptors.values():
        if not is_certain(facts, descriptor):
            found.append((descriptor, False))
        elif descriptor.has_unstable_default(obj) and not can_wait(facts, descriptor):
            found.append((descriptor, True))
    if validation_on():
        facts.at_creation = tuple(found)
    return tuple(found)


def reading_defaults(original: Function) -> Function:
    """Replace ``PropertyDescriptor._get_default``."""

    @wraps(original)
    def _get_default(self: Any, obj: Any) -> Any:
        facts = facts_of(type(obj))
        themed = obj.__dict__.get(THEMED)
        if not facts.plain or (themed is not None and self.name in themed):
            return original(self, obj)
        name, constants = self.name, facts.constants
        if name not in constants and validation_on():
            constants[name] = constant_of(facts, self, obj)
        constant = constants.get(name)
        if (
            constant is None
            or constant.descriptor is not self
            or constant.default is not self.property._default
            or name in obj._property_values
        ):
            return original(self, obj)
        return constant.value

    return _get_default


def overridden_defaults(original: Function) -> Function:
    """Replace ``HasProps._overridden_defaults``."""

    @wraps(original)
    def _overridden_defaults(cls: Any) -> dict[str, Any]:
        return facts_of(cls).overrides

    return _overridden_defaults
