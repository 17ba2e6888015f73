"""Setting properties: the checks are Bokeh's, without what it looks up anew each time.

Replaces functions of ``HasProps``, ``Property``, ``Dict`` and of what sets columns and tells of
changes; installed by `install`.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np
from bokeh.core.has_props import HasProps
from bokeh.core.property.any import Any as AnyValue
from bokeh.core.property.bases import validation_on
from bokeh.core.property.container import ColumnData, Seq
from bokeh.core.property.primitive import String
from bokeh.core.property.singletons import Intrinsic, Undefined
from bokeh.core.property.wrappers import PropertyValueColumnData, PropertyValueDict

from hybridviz.accel.facts import SCALARS, STORING, facts_of

Function = Callable[..., Any]

DICTS = frozenset((dict, PropertyValueDict, PropertyValueColumnData))
COLUMNS = frozenset((np.ndarray, list, tuple))
"""Types that are sequences for sure."""
NUMERIC = frozenset("fiub")
"""Kinds of arrays whose values are equal, or not, one by one."""


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
        if value is Intrinsic or value is Undefined:
            return original(self, owner, name, value, hint=hint)
        if validation_on():
            try:
                self.validate(value if hint is None else self._hinted_value(value, hint))
            except ValueError:
                return original(self, owner, name, value, hint=hint)
        value = self.transform(value)
        if self.assertions and isinstance(owner, HasProps):
            _assert_all(self.assertions, owner, name, value)
        return self.wrap(value)

    return prepare_value


def _assert_all(assertions: Any, owner: Any, name: str, value: Any) -> None:
    for check, complaint in assertions:
        result = check if isinstance(check, bool) else check(owner, value)
        assert isinstance(result, bool)
        if result:
            continue
        if isinstance(complaint, str):
            raise ValueError(complaint)
        complaint(owner, name, value)


def comparing_values(original: Function) -> Function:
    """Replace ``Property.matches``."""

    @wraps(original)
    def matches(self: Any, new: Any, old: Any) -> bool:
        if type(new) in SCALARS and type(old) in SCALARS:
            return bool(new == old)
        if _alike(new, old):
            return new.shape == old.shape and not _differ(new, old) and bool((new == old).all())
        if type(new) in DICTS and type(old) in DICTS and _some_differ(new, old):
            return False
        return bool(original(self, new, old))

    return matches


def setting_columns(original: Function) -> Function:
    """Replace ``ColumnDataPropertyDescriptor.__set__``."""

    @wraps(original)
    def __set__(self: Any, obj: Any, value: Any, *, setter: Any = None) -> None:
        is_made = hasattr(obj, "_property_values")
        if not is_made or self.property.readonly or isinstance(value, PropertyValueColumnData):
            original(self, obj, value, setter=setter)
            return
        from bokeh.document.events import ColumnDataChangedEvent  # imports Bokeh's models

        document = obj.document
        event = ColumnDataChangedEvent(document, obj, "data", setter=setter) if document else None
        value = self.property.prepare_value(obj, self.name, value)
        self._set(obj, self._get(obj), value, hint=event, setter=setter)

    return __set__


def telling_of_changes(original: Function) -> Function:
    """Replace ``PropertyCallbackManager.trigger``."""

    @wraps(original)
    def trigger(
        self: Any, attr: str, old: Any, new: Any, hint: Any = None, setter: Any = None
    ) -> None:
        document = self.document
        if document is None:
            original(self, attr, old, new, hint, setter)
            return

        def invoke() -> None:
            for callback in self._callbacks.get(attr) or ():
                callback(attr, old, new)

        document.callbacks.notify_change(self, attr, old, new, hint, setter, invoke)

    return trigger


def _alike(new: Any, old: Any) -> bool:
    """Return whether both are arrays of numbers of one type."""
    if type(new) is not np.ndarray or type(old) is not np.ndarray:
        return False
    return new.dtype == old.dtype and new.dtype.kind in NUMERIC


def _differ(new: Any, old: Any) -> bool:
    """Return whether two such arrays of one shape differ in their first value; if not, it is not
    known.
    """
    return bool(new.size) and new.item(0) != old.item(0)


def _some_differ(new: dict[Any, Any], old: dict[Any, Any]) -> bool:
    """Return whether columns differ in their first value: no need then to compare all of the
    others.
    """
    for name, column in new.items():
        before: Any = old.get(name)
        if _alike(column, before) and column.shape == before.shape and _differ(column, before):
            return True
    return False


def validating_columns(original: Function) -> Function:
    """Replace ``Dict.validate``, which makes up the text of an error before it looks for one."""

    @wraps(original)
    def validate(self: Any, value: Any, detail: bool = True) -> None:
        if type(value) not in DICTS or not _takes_columns(self) or not _are_columns(value):
            original(self, value, detail)

    return validate


def _takes_columns(prop: Any) -> bool:
    """Return whether a property is the ``data`` of sources: texts to sequences of anything."""
    if type(prop) is not ColumnData:
        return False
    keys, values = prop.type_params
    return type(keys) is String and type(values) is Seq and type(values.item_type) is AnyValue


def _are_columns(value: dict[Any, Any]) -> bool:
    for name, column in value.items():
        if type(name) is not str or type(column) not in COLUMNS:
            return False
    return True
