"""What must be looked at in an object of a class to write it as JSON or to find the models that it
refers to: what is set, and of what is not set only what could matter.

Stock Bokeh reads every property, which makes its default. A default that is a scalar or a `bare`
container is neither written nor refers to anything, so that it need not be read.
"""

from typing import Any

from bokeh.core.property.singletons import Undefined
from bokeh.model.util import visit_value_and_its_immediate_references

from hybridviz.accel.facts import ClassFacts, can_wait, is_certain


class Reading:
    """How to read the objects of one class.

    Attributes:
        order: all properties by name with their places in the order of definition.
        serialized: the descriptors of those that are serialised.
        present: names of those that must be set, or have their defaults made, for an object to be
            written from what it stores; else stock Bokeh must do it, which makes them.
        refs: names of properties that may refer to models, each with whether it must be read
            though it is not set.
    """

    __slots__ = ("order", "present", "refs", "serialized")

    def __init__(self, facts: ClassFacts, obj: Any) -> None:
        self.order = {name: place for place, name in enumerate(facts.descriptors)}
        self.serialized = {n: found for n, found in facts.descriptors.items() if found.serialized}
        self.present = tuple(
            name for name, found in self.serialized.items() if _must_be_made(facts, found, obj)
        )
        self.refs = tuple(
            (name, _may_refer(facts, facts.descriptors[name]))
            for name in facts.cls.properties_with_refs()
        )


def reading_of(facts: ClassFacts, obj: Any) -> Reading:
    """Return how to read the objects of a class; ``obj`` is any of them."""
    if facts.reading is None:
        facts.reading = Reading(facts, obj)
    found: Reading = facts.reading
    return found


def _must_be_made(facts: ClassFacts, descriptor: Any, obj: Any) -> bool:
    if not is_certain(facts, descriptor):
        return True
    try:
        value = descriptor.class_default(facts.cls)
    except ValueError:
        return True  # reading it raises
    return value is Undefined or (
        descriptor.has_unstable_default(obj) and not can_wait(facts, descriptor)
    )


def _may_refer(facts: ClassFacts, descriptor: Any) -> bool:
    if not is_certain(facts, descriptor):
        return True
    try:
        value = descriptor.class_default(facts.cls)
    except ValueError:
        return True
    found: list[Any] = []
    visit_value_and_its_immediate_references(value, found.append)
    return value is Undefined or bool(found)
