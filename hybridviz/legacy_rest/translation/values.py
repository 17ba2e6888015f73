"""Values of old JSON: numbers that JSON lacks, specs of glyphs, dimensions, formats of dates."""

import math
import re
from typing import Any

import numpy as np

NUMBERS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
"""Numbers that JSON lacks, as texts."""
DATE_PARTS = {
    "yy": "%Y",
    "y": "%y",
    "MM": "%B",
    "M": "%b",
    "mm": "%m",
    "m": "%-m",
    "DD": "%A",
    "D": "%a",
    "dd": "%d",
    "d": "%-d",
}
"""Parts of jQuery UI's date patterns, in today's spelling."""


def column(values: Any) -> Any:
    """Return a column with its numbers: texts for numbers count only among numbers."""
    if not isinstance(values, list):
        return values
    if any(isinstance(value, list) for value in values):
        return [column(value) for value in values]
    numeric = all(isinstance(value, int | float) or value in (*NUMBERS, None) for value in values)
    if not numeric or not any(isinstance(value, int | float) for value in values):
        return values
    return [NUMBERS.get(value, value) if isinstance(value, str) else value for value in values]


def columns(data: dict[str, Any], images: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of a source, all of one length.

    Args:
        data: the columns, of any lengths.
        images: names of columns with images and the types of their pixels.
    """
    found = {
        name: [np.array(image, dtype=images[name]) for image in values]
        if name in images
        else column(values)
        for name, values in data.items()
    }
    longest = max((len(values) for values in found.values()), default=0)
    return {name: _padded(values, longest) for name, values in found.items()}


def _padded(values: Any, length: int) -> Any:
    if not isinstance(values, list) or len(values) in (0, length) and len(values) == length:
        return values
    filler: Any = "" if any(isinstance(value, str) for value in values) else math.nan
    return [*values, *[filler] * (length - len(values))]


def unwrapped(value: Any) -> Any:
    """Return the value of ``{"value": …}``, and everything else as it is."""
    if isinstance(value, dict) and "value" in value and value.keys() <= {"value", "units"}:
        return value["value"]
    return value


def spec(value: Any, with_units: bool) -> Any:
    """Return a data spec in the form that today's properties take.

    Args:
        value: an object with ``field`` or ``value``, and maybe ``units``; or either alone.
        with_units: whether the property has units today.
    """
    if not isinstance(value, dict):
        return value
    kept = {name: part for name, part in value.items() if name != "units" or with_units}
    if "value" in kept and len(kept) == 1:
        return {"value": NUMBERS.get(kept["value"], kept["value"])} if kept["value"] else kept
    return kept


def dimensions(value: Any) -> Any:
    """Return the dimensions of a tool."""
    if isinstance(value, list):
        return value[0] if len(value) == 1 else "both"
    return value


def date_format(pattern: str) -> str:
    """Return a date format of jQuery UI in today's spelling."""
    if pattern.isupper() or "-" in pattern and pattern.upper() == pattern:
        return pattern  # the name of a standard
    return re.sub("|".join(DATE_PARTS), lambda found: DATE_PARTS[found[0]], pattern)
