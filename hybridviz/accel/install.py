"""What is replaced in Bokeh, and that it is replaced only where its equal was proven.

Called by the composition root when a server starts; nothing is replaced in a script that only uses
Bokeh.
"""

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

import bokeh
import bokeh.model.model
import bokeh.model.util
from bokeh.core.has_props import HasProps
from bokeh.core.property.bases import Property
from bokeh.core.property.container import Dict
from bokeh.core.property.dataspec import DataSpec
from bokeh.core.property.descriptors import ColumnDataPropertyDescriptor, PropertyDescriptor
from bokeh.model import Model
from bokeh.util.callback_manager import PropertyCallbackManager

from hybridviz.accel import defaults, references, serialize, signatures, themes, values

log = logging.getLogger("hybridviz.accel")

VERSIONS = ("3.9", "3.10")
"""Versions of Bokeh that the tests compare with."""

FOLDER = __file__.rpartition(os.sep)[0]

Function = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Replacement:
    """One function of Bokeh and what makes its equal.

    Attributes:
        name: the function.
        make: makes the equal of the original, which it may call.
        places: the classes and modules that have it under its name.
    """

    name: str
    make: Callable[[Function], Function]
    places: tuple[type | ModuleType, ...]


UTIL = bokeh.model.util
REPLACEMENTS = (
    Replacement("__init_subclass__", signatures.making_classes, (Model,)),
    Replacement("__init__", defaults.making_objects, (HasProps,)),
    Replacement("_get_default", defaults.reading_defaults, (PropertyDescriptor,)),
    Replacement("_overridden_defaults", defaults.overridden_defaults, (HasProps,)),
    Replacement("__setattr__", values.setting_attributes, (HasProps,)),
    Replacement("__get__", values.getting_attributes, (PropertyDescriptor,)),
    Replacement("prepare_value", values.preparing_values, (Property,)),
    Replacement("matches", values.comparing_values, (Property,)),
    Replacement("validate", values.validating_columns, (Dict,)),
    Replacement("__set__", values.setting_columns, (ColumnDataPropertyDescriptor,)),
    Replacement("trigger", values.telling_of_changes, (PropertyCallbackManager,)),
    Replacement("themed_values", themes.themed_values, (HasProps,)),
    Replacement("apply_theme", themes.applying_themes, (HasProps,)),
    Replacement("to_serializable", serialize.specs_to_serialize, (DataSpec,)),
    Replacement("properties_with_values", serialize.values_to_serialize, (HasProps,)),
    Replacement("collect_filtered_models", references.collecting, (UTIL,)),
    Replacement("visit_immediate_value_references", references.visiting_content, (UTIL,)),
    Replacement(
        "visit_value_and_its_immediate_references",
        references.visiting_values,
        (UTIL, bokeh.model.model),
    ),
)


def install(version: str = bokeh.__version__) -> bool:
    """Replace all; return whether that was done. Does nothing if it is done already.

    Args:
        version: Bokeh's.
    """
    if version.rpartition(".")[0] not in VERSIONS:
        _tell_unknown(version)
        return False
    for item in REPLACEMENTS:
        for place in item.places:
            _replace(place, item)
    return True


@cache
def _tell_unknown(version: str) -> None:
    """Say it once: a server asks before it imports Bokeh's models, and again when it is made."""
    log.warning(
        "! Bokeh %s is not known here: models are made by its own code; known are %s",
        version,
        ", ".join(VERSIONS),
    )


def uninstall() -> None:
    """Give Bokeh its own functions back."""
    for item in REPLACEMENTS:
        for place in item.places:
            function = _function(place.__dict__[item.name])
            if _is_ours(function):
                _put(place, item.name, function.__wrapped__)


def _replace(place: Any, item: Replacement) -> None:
    original = _function(place.__dict__[item.name])
    if _is_ours(original):
        return
    if (original.__module__ or "").startswith("bokeh."):
        _put(place, item.name, item.make(original))
    else:  # another package has replaced it already
        log.info("= %s of %s is left to %s", item.name, place.__name__, original.__module__)


def _put(place: Any, name: str, function: Function) -> None:
    is_method = isinstance(place.__dict__[name], classmethod)
    setattr(place, name, classmethod(function) if is_method else function)


def _function(found: Any) -> Any:
    return getattr(found, "__func__", found)


def _is_ours(function: Any) -> bool:
    return bool(function.__code__.co_filename.startswith(FOLDER))
