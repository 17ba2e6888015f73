"""Values of old JSON: numbers that JSON lacks, specs of glyphs, dimensions, dates, tooltips."""

import math
import re
from datetime import UTC, datetime
from typing import Any

import numpy as np

NUMBERS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
"""Numbers that JSON lacks, as texts."""
EXACT = 2**53
"""The largest integer that browsers know exactly."""
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
VARIABLES = {"~": "snap_", "data_": "snap_", "vx": "sx", "vy": "sy", "rx": "sx", "ry": "sy"}
"""What tooltips called coordinates, and what they call them today."""
VARIABLE = re.compile(r"\$(~|data_(?=[xy])|[vr][xy]\b)")


def column(values: Any) -> Any:
    """Return a column with its numbers: texts for numbers count only among numbers."""
    if not isinstance(values, list):
        return values
    if any(isinstance(value, list) for value in values):
        return [column(value) for value in values]
    if any(type(value) is int and abs(value) > EXACT for value in values):
        values = [exact(value) for value in values]
    texts = {value for value in values if isinstance(value, str)}
    if not texts or not texts <= NUMBERS.keys():
        return values
    if not any(isinstance(value, int | float) for value in values):
        return values
    return [NUMBERS[value] if isinstance(value, str) else value for value in values]


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
    if not isinstance(values, list) or len(values) == length:
        return values
    filler: Any = "" if any(isinstance(value, str) for value in values) else math.nan
    return [*values, *[filler] * (length - len(values))]


def unwrapped(value: Any) -> Any:
    """Return the value of ``{"value": …}``, and everything else as it is."""
    if isinstance(value, dict) and "value" in value and value.keys() <= {"value", "units"}:
        return exact(value["value"])
    return exact(value)


def exact(value: Any) -> Any:
    """Return an integer that browsers do not know exactly as the float that they make of it."""
    return float(value) if type(value) is int and abs(value) > EXACT else value


def spec(value: Any, with_units: bool) -> Any:
    """Return a data spec in the form that today's properties take.

    Args:
        value: an object with ``field`` or ``value``, and maybe ``units``; or either alone.
        with_units: whether the property has units today.
    """
    if not isinstance(value, dict):
        return value
    kept = {name: part for name, part in value.items() if name != "units" or with_units}
    number = kept.get("value")
    if isinstance(number, str) and number in NUMBERS:
        return kept | {"value": NUMBERS[number]}
    return kept


def dimensions(value: Any) -> Any:
    """Return the dimensions of a tool."""
    if isinstance(value, list):
        return value[0] if len(value) == 1 else "both"
    return value


def date_format(pattern: Any) -> Any:
    """Return a date format of jQuery UI in today's spelling."""
    if not isinstance(pattern, str) or pattern.isupper():
        return pattern  # the name of a standard
    return re.sub("|".join(DATE_PARTS), lambda found: DATE_PARTS[found[0]], pattern)


def day(value: Any) -> Any:
    """Return a day as today's pickers take it, from milliseconds or a text.

    Raises:
        ValueError: the text is no date.
        OverflowError: the number is none.
    """
    if value is None:
        return None
    if isinstance(value, str):
        return datetime.fromisoformat(value.replace("Z", "+00:00")).date().isoformat()
    return datetime.fromtimestamp(value / 1000, UTC).date().isoformat()


def tooltips(value: Any) -> Any:
    """Return the tooltips of a hover tool, a text or pairs."""
    if value is None or isinstance(value, str):
        return VARIABLE.sub(_variable, value) if value else None
    pairs = value.items() if isinstance(value, dict) else value
    return [(label, VARIABLE.sub(_variable, text)) for label, text in pairs]


def _variable(found: re.Match[str]) -> str:
    return "$" + VARIABLES[found[1]]
