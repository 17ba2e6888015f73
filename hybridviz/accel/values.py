"""Setting properties: the checks are Bokeh's, without what it looks up anew each time.

Replaces functions of ``HasProps`` and ``Property``; installed by `install`.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np
from bokeh.core.has_props import HasProps
from bokeh.core.property.bases import validation_on
from bokeh.core.property.singletons import Intrinsic, Undefined

from hybridviz.accel.facts import SCALARS, STORING, facts_of

Function = Callable[..., Any]
NUMBERS = "biuf"
"""Kinds of arrays whose comparison calls no code of an app."""
BEGINNING = 1024
"""Rows of two arrays that are compared before all of them are."""


def setting_attributes(original: Function) -> Function:
    """Replace ``HasProps.__setattr__``."""

    @wraps(original)
    def __setattr__(self: Any, name: str, value: Any) -> None:
        if name.startswith("_") or name in facts_of(type(self)).descriptors:
            super(HasProps, self).__setattr__(name, value)
        else:
            original(self, name, value)

    return __setattr__


def getting_attributes(original: Function) -> Function:
    """Replace ``PropertyDescriptor.__get__``."""

    @wraps(original)
    def __get__(self: Any, obj: Any, owner: Any) -> Any:
        if obj is None or type(self) not in STORING:
            return original(self, obj, owner)
        try:
            return obj._property_values[self.name]
        except (AttributeError, KeyError):
            return original(self, obj, owner)

    return __get__


def preparing_values(original: Function) -> Function:
    """Replace ``Property.prepare_value``."""

    @wraps(original)
    def prepare_value(self: Any, owner: Any, name: str, value: Any, *, hint: Any = None) -> Any:
        if value is Intrinsic or value is Undefined or self.assertions:
            return original(self, owner, name, value, hint=hint)
        if validation_on():
            try:
                self.validate(value if hint is None else self._hinted_value(value, hint))
            except ValueError:
                return original(self, owner, name, value, hint=hint)
        return self.wrap(self.transform(value))

    return prepare_value


def comparing_values(original: Function) -> Function:
    """Replace ``Property.matches``."""

    @wraps(original)
    def matches(self: Any, new: Any, old: Any) -> bool:
        if type(new) in SCALARS and type(old) in SCALARS:
            return bool(new == old)
        if type(new) is np.ndarray and type(old) is np.ndarray and _begin_differently(new, old):
            return False
        return bool(original(self, new, old))

    return matches


def _begin_differently(new: np.ndarray[Any, Any], old: np.ndarray[Any, Any]) -> bool:
    """Return whether the first rows of two arrays of numbers tell that they are not equal."""
    numbers = new.dtype.kind in NUMBERS and old.dtype.kind in NUMBERS
    if not numbers or not new.ndim or new.shape != old.shape:
        return False
    return not np.array_equal(new[:BEGINNING], old[:BEGINNING])
