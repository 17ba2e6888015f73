"""Facts about classes of models: what Bokeh finds out anew for each object, though it is the same
for all objects of a class.

They lie on the class itself, so that they go with it: an app that defines models makes new classes
in each session. Knows properties, descriptors and defaults; replaces nothing. Used by the rest of
``accel``.
"""

from typing import Any

from bokeh.core.has_props import HasProps
from bokeh.core.property.alias import Alias
from bokeh.core.property.bases import ParameterizedProperty, Property
from bokeh.core.property.descriptors import (
    AliasPropertyDescriptor,
    ColumnDataPropertyDescriptor,
    DataSpecPropertyDescriptor,
    DeprecatedAliasPropertyDescriptor,
    PropertyDescriptor,
    UnitsSpecPropertyDescriptor,
)
from bokeh.core.property.singletons import Undefined
from bokeh.core.property.wrappers import PropertyValueContainer
from bokeh.model import Model

THEMED = "__themed_values__"

SCALARS = frozenset({type(None), bool, int, float, str, bytes, type(Undefined)})
"""Types of values that cannot change and refer to nothing."""

STORING = frozenset(
    {
        PropertyDescriptor,
        ColumnDataPropertyDescriptor,
        DataSpecPropertyDescriptor,
        UnitsSpecPropertyDescriptor,
    }
)
"""Bokeh's own descriptors: all keep what is set under their name in ``_property_values``."""

KNOWN = STORING | {AliasPropertyDescriptor, DeprecatedAliasPropertyDescriptor}

GUARDED = frozenset(
    {
        "__getattr__",
        "__getattribute__",
        "__setattr__",
        "_overridden_defaults",
        "apply_theme",
        "lookup",
        "properties",
        "properties_with_refs",
        "properties_with_values",
        "query_properties_with_values",
        "themed_values",
    }
)
"""What a class of an app may do in a way of its own; Bokeh's own functions then do all."""


class ClassFacts:
    """What all objects of one class share.

    Attributes:
        cls: the class.
        plain: whether nothing in the class changes how Bokeh stores and finds values.
        descriptors: all descriptors by name, in the order of their definition.
        overrides: by name what classes have overridden defaults with.
        constants: by name the defaults that are the same each time; see `constant_of`.
        at_creation: what `defaults` must do for a new object; None until known.
        reading: what `reading` knows; None until known.
    """

    __slots__ = (
        "at_creation",
        "cls",
        "constants",
        "descriptors",
        "overrides",
        "plain",
        "reading",
    )

    def __init__(self, cls: Any) -> None:
        self.cls = cls
        self.descriptors: dict[str, Any] = {
            name: cls.lookup(name) for name in cls.properties(_with_props=True)
        }
        self.overrides: dict[str, Any] = {}
        for base in reversed(cls.__mro__):
            self.overrides.update(getattr(base, "__overridden_defaults__", {}))
        self.plain = (
            all(type(found) in KNOWN for found in self.descriptors.values())
            and not any(_replaces(base) for base in cls.__mro__)
            and not hasattr(cls, THEMED)
        )
        self.constants: dict[str, Constant | None] = {}
        self.at_creation: Any = None
        self.reading: Any = None


class Constant:
    """A default that is the same each time it is read.

    Attributes:
        value: what reading it gives.
        descriptor: the descriptor that it was found for.
        default: the property's own default at that time; some programs set another.
    """

    __slots__ = ("default", "descriptor", "value")

    def __init__(self, descriptor: Any, value: Any) -> None:
        self.value = value
        self.descriptor = descriptor
        self.default = descriptor.property._default


def facts_of(cls: Any) -> ClassFacts:
    """Return the facts about a class of models."""
    facts: ClassFacts | None = getattr(cls, "__hybridviz_facts__", None)
    if facts is None or facts.cls is not cls:  # there is none yet, or it is that of a base class
        facts = cls.__hybridviz_facts__ = ClassFacts(cls)
    return facts


def constant_of(facts: ClassFacts, descriptor: Any, obj: Any) -> Constant | None:
    """Return the default of a property if it is a scalar and the same each time, else None.

    What it raises is what reading the default raises.
    """
    if not is_certain(facts, descriptor) or descriptor.has_unstable_default(obj):
        return None
    value = descriptor.class_default(facts.cls)
    return Constant(descriptor, value) if type(value) in SCALARS else None


def is_certain(facts: ClassFacts, descriptor: Any) -> bool:
    """Return whether a default is made in the same way each time: not by a function, and by
    nothing but Bokeh's code.
    """
    if type(descriptor) not in STORING:
        return False
    prop = descriptor.property
    return not callable(facts.overrides.get(descriptor.name, prop._default)) and is_own(prop)


def is_own(prop: Property[Any]) -> bool:
    """Return whether a property, with all that it is made of, is Bokeh's own."""
    if not _from_bokeh(type(prop)) or isinstance(prop, Alias):
        return False
    parts = prop.type_params if isinstance(prop, ParameterizedProperty) else ()
    return all(map(is_own, parts)) and all(
        is_own(kind) and _from_bokeh(converter) for kind, converter in prop.alternatives
    )


def is_bare(value: Any) -> bool:
    """Return whether a default is one of Bokeh's lists, sets or dictionaries with nothing but
    scalars in it: what cannot refer to a model, and is left out of JSON until it is changed.
    """
    if not isinstance(value, PropertyValueContainer):
        return False
    content: Any = value
    parts = [*content, *content.values()] if isinstance(value, dict) else content
    return all(type(part) in SCALARS for part in parts)


def can_wait(facts: ClassFacts, descriptor: Any) -> bool:
    """Return whether nobody can tell that a default is made only when it is read: it is `bare`, and
    Bokeh's own, so that no app has the list that it is copied from, to change it.
    """
    if not _is_bokehs(facts.cls, descriptor.name):
        return False
    try:
        return is_bare(descriptor.class_default(facts.cls))
    except ValueError:
        return False  # a wrong default is told when the object is made


def _is_bokehs(cls: type, name: str) -> bool:
    """Return whether all classes that say what the default of a property is are Bokeh's."""
    tables = ("__properties__", "__overridden_defaults__")
    return all(
        _from_bokeh(base)
        for base in cls.__mro__
        if any(name in base.__dict__.get(table, ()) for table in tables)
    )


def _replaces(base: type) -> bool:
    if base in (object, HasProps, Model):
        return False
    # Bokeh 3.10's own __setattr__ of Plot only warns of a property that will go.
    allowed = {"__setattr__"} if _from_bokeh(base) else set()
    return not (GUARDED - allowed).isdisjoint(base.__dict__)


def _from_bokeh(found: Any) -> bool:
    return (getattr(found, "__module__", None) or "").startswith("bokeh.")
