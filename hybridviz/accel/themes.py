"""Themes: nearly every model has none, and that is asked for each time a property is read.

Replaces functions of ``HasProps``; installed by `install`.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from hybridviz.accel.facts import THEMED, facts_of

Function = Callable[..., Any]


def themed_values(original: Function) -> Function:
    """Replace ``HasProps.themed_values``."""

    @wraps(original)
    def themed_values(self: Any) -> Any:
        if facts_of(type(self)).plain:
            return self.__dict__.get(THEMED)
        return original(self)

    return themed_values


def applying_themes(original: Function) -> Function:
    """Replace ``HasProps.apply_theme``."""

    @wraps(original)
    def apply_theme(self: Any, property_values: dict[str, Any]) -> None:
        nothing = not property_values and THEMED not in self.__dict__
        if not nothing or not facts_of(type(self)).plain:
            original(self, property_values)

    return apply_theme
