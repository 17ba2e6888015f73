"""Which models a value or a model refers to: only what is set is visited, and scalars are passed
over.

Replaces functions of ``bokeh.model.util``; installed by `install`.
"""

from collections import deque
from collections.abc import Callable
from functools import wraps
from typing import Any

from bokeh.core.has_props import HasProps
from bokeh.model import Model
from bokeh.util.dataclasses import entries, is_dataclass
from numpy import ndarray

from hybridviz.accel.facts import SCALARS, THEMED, facts_of
from hybridviz.accel.reading import reading_of

Function = Callable[..., Any]
Visitor = Callable[[Any], None]

SEQUENCES = (list, tuple)
ENDS = SCALARS | {ndarray}
"""Types of values that are not looked into."""


def collecting(original: Function) -> Function:
    """Replace ``collect_filtered_models``."""

    @wraps(original)
    def collect_filtered_models(discard: Any, *input_values: Any) -> list[Any]:
        ids: set[Any] = set()
        collected: list[Any] = []
        queued: deque[Any] = deque()

        def queue_one(obj: Any) -> None:
            if obj.id not in ids and not (callable(discard) and discard(obj)):
                queued.append(obj)

        for value in input_values:
            visit_value(value, queue_one)
        while queued:
            obj = queued.popleft()
            if obj.id not in ids:
                ids.add(obj.id)
                collected.append(obj)
                visit_content(obj, queue_one)
        return collected

    return collect_filtered_models


def visiting_values(original: Function) -> Function:
    """Replace ``visit_value_and_its_immediate_references``."""
    return wraps(original)(visit_value)


def visiting_content(original: Function) -> Function:
    """Replace ``visit_immediate_value_references``."""
    return wraps(original)(visit_content)


def visit_value(obj: Any, visitor: Visitor) -> None:
    """Call ``visitor`` for each model in a value, not for those that these refer to."""
    kind = type(obj)
    if kind in ENDS:
        return
    if issubclass(kind, SEQUENCES):
        if not ENDS.issuperset(map(type, obj)):
            for item in obj:
                visit_value(item, visitor)
    elif issubclass(kind, dict):
        for key, value in obj.items():
            visit_value(key, visitor)
            visit_value(value, visitor)
    elif issubclass(kind, Model):
        visitor(obj)
    elif issubclass(kind, HasProps):
        visit_content(obj, visitor)
    elif is_dataclass(obj):
        for _, value in entries(obj):
            visit_value(value, visitor)


def visit_content(value: Any, visitor: Visitor) -> None:
    """Call ``visitor`` for each model that an object's properties refer to, in order."""
    if not isinstance(value, HasProps):
        return visit_value(value, visitor)
    facts = facts_of(type(value))
    if not facts.plain:
        for name in value.properties_with_refs():
            visit_value(getattr(value, name), visitor)
        return
    values, defaults = value._property_values, value._unstable_default_values
    themed = value.__dict__.get(THEMED, ())
    for name, must in reading_of(facts, value).refs:
        if name in values:
            visit_value(values[name], visitor)
        elif must or name in defaults or name in themed:
            visit_value(getattr(value, name), visitor)
