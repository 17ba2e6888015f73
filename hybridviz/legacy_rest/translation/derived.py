"""Columns that today's glyphs need beside those that were uploaded.

A categorical axis of old had its first category at 1 and knew ``"name:0.3"`` for a place in it;
today's has it at 0.5 and knows ``("name", -0.2)``. An oval is an ellipse of another width; a gear
is an outline. Where such a glyph reads a column, it reads one that is computed from it.
"""

from collections.abc import Callable
from typing import Any

from hybridviz.legacy_rest.translation.gears import outline
from hybridviz.legacy_rest.translation.uses import Uses

Json = dict[str, Any]
Rule = tuple[str, Callable[[Any], Any]]
"""The ending of a computed column's name, and what computes one value."""

AXIS_OF = {
    **dict.fromkeys(("x", "x0", "x1", "cx", "cx0", "cx1", "xs", "left", "right"), "x"),
    **dict.fromkeys(("y", "y0", "y1", "cy", "cy0", "cy1", "ys", "top", "bottom"), "y"),
}
"""Attributes of glyphs that are places on an axis."""
OVAL = 0.75
"""The width of an oval's outline, drawn by two curves, of the width that it says."""
GEAR = {
    "x": 0.0,
    "y": 0.0,
    "module": 1.0,
    "teeth": 8,
    "angle": 0.0,
    "pressure_angle": 20.0,
    "shaft_size": 0.3,
    "internal": False,
}
"""What a gear consists of, and its defaults."""


def rule(uses: Uses, renderer: Json, glyph: Json, name: str) -> Rule | None:
    """Return how an attribute of a glyph is computed; None if it is as it was."""
    if glyph["type"] == "Oval" and name == "width":
        return " of ovals", lambda value: value * OVAL if _is_number(value) else value
    start = _start(uses, renderer, AXIS_OF.get(name, ""))
    if start is None:
        return None
    return f" on {AXIS_OF[name]}", lambda value: placed(value, start)


def annotated(uses: Uses, annotation: Json, name: str, value: Any) -> Any:
    """Return a place of a span, a box or a polygon on its axis.

    Args:
        uses: of its document.
        annotation: the raw model.
        name: its attribute.
        value: what that says, in the form of today.
    """
    attributes = annotation["attributes"]
    axis = AXIS_OF.get(name, "")
    if name == "location":
        axis = "x" if attributes.get("dimension") == "height" else "y"
    start = _start(uses, annotation, axis)
    if start is None or attributes.get(f"{name}_units") == "screen":
        return value
    found = uses.range_of(annotation, axis) or annotation
    return _numbered(placed(value, start), found["attributes"].get("factors") or [])


def _numbered(value: Any, factors: list[Any]) -> Any:
    """Return a place as a number: annotations know no places within categories."""
    if isinstance(value, list):
        return [_numbered(part, factors) for part in value]
    name, within = value if isinstance(value, tuple) else (value, 0.0)
    return factors.index(name) + 0.5 + within if name in factors else value


def _start(uses: Uses, renderer: Json, axis: str) -> float | None:
    """Return where a categorical axis began for numbers; None for other axes."""
    found = uses.range_of(renderer, axis) if axis else None
    if found is None or found["type"] != "FactorRange":
        return None
    return 0.5 + _number(found["attributes"].get("offset"))


def placed(value: Any, start: float) -> Any:
    """Return a place on a categorical axis.

    Args:
        value: a category, one with a place in it (``"name:0.3"``), a number, or a list of those.
        start: where the axis began for numbers.
    """
    if isinstance(value, list):
        return [placed(part, start) for part in value]
    if _is_number(value):
        return value - start
    name, colon, part = value.rpartition(":") if isinstance(value, str) else ("", "", "")
    if not colon:
        return value
    try:
        return (name, float(part) - 0.5)
    except ValueError:
        return value


def derived_spec(uses: Uses, glyph: Json, name: str, spec: Any) -> Any:
    """Return the spec of a glyph's attribute, of a computed column if it needs one."""
    for renderer in uses.of_glyph(glyph["id"]):
        found = rule(uses, renderer, glyph, name)
        if found is None:
            continue
        ending, compute = found
        if isinstance(spec, dict) and "value" in spec:
            return spec | {"value": compute(spec["value"])}
        field = spec.get("field") if isinstance(spec, dict) else spec
        column = uses.data_of(renderer).get(str(field))
        if isinstance(column, list) and _differs(column, compute):
            return (spec if isinstance(spec, dict) else {}) | {"field": f"{field}{ending}"}
    return spec


def derived_columns(uses: Uses, source: str, data: Json) -> Json:
    """Return the computed columns of a source.

    Args:
        uses: of its document.
        source: its id.
        data: its columns, with their numbers.
    """
    found: Json = {}
    for renderer, glyph in uses.drawn_from(source):
        if glyph["type"] == "Gear":
            found |= _gears(glyph, data)
        for name, spec in glyph["attributes"].items():
            field = _field(spec) or ""
            computed = rule(uses, renderer, glyph, name) if field in data else None
            if computed is None or not isinstance(data[field], list):
                continue
            ending, compute = computed
            if _differs(data[field], compute):
                found[f"{field}{ending}"] = [compute(value) for value in data[field]]
    return found


def gear_fields(glyph: Json) -> tuple[str, str]:
    """Return the names of the columns with the outlines of a gear."""
    return f"gear {glyph['id']} xs", f"gear {glyph['id']} ys"


def _gears(glyph: Json, data: Json) -> Json:
    length = max((len(column) for column in data.values()), default=0)
    parts = {
        name: _values(glyph["attributes"].get(name, default), data, length)
        for name, default in GEAR.items()
    }
    shapes = [outline(*row) for row in zip(*parts.values(), strict=True)]
    xs, ys = gear_fields(glyph)
    return {xs: [[shape[0]] for shape in shapes], ys: [[shape[1]] for shape in shapes]}


def _values(spec: Any, data: Json, length: int) -> list[Any]:
    field = _field(spec) or ""
    if field in data:
        return list(data[field])
    return [spec.get("value") if isinstance(spec, dict) else spec] * max(length, 1)


def _field(spec: Any) -> str | None:
    field = spec.get("field") if isinstance(spec, dict) else None
    return field if isinstance(field, str) else None


def _differs(column: list[Any], compute: Callable[[Any], Any]) -> bool:
    return any(compute(value) != value for value in column if value is not None)


def _number(value: Any) -> float:
    return float(value) if _is_number(value) else 0.0


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)
