"""From today's models to the JSON of Bokeh 0.11: what its clients may see and change of an app.

The way back from `translator`, for what both have. A type, or a property, that Bokeh 0.11 did not
have is left out: its clients would break off. Pure; called by the sessions that old clients share.
"""

import datetime
import math
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

import numpy as np
from bokeh.core.property.vectorization import Field, Value
from bokeh.model import Model
from bokeh.models import (
    Axis,
    CategoricalScale,
    Column,
    ColumnDataSource,
    Ellipse,
    FactorRange,
    Grid,
    GridPlot,
    LogScale,
    Plot,
    Row,
    SaveTool,
    Scatter,
    TabPanel,
)
from bokeh.models.annotations import Legend, Title
from bokeh.models.renderers import GlyphRenderer
from bokeh.models.widgets import Div
from bokeh.util.serialization import convert_datetime_type

from hybridviz.legacy_rest.translation.plots import TITLE
from hybridviz.legacy_rest.translation.types import MARKERS
from hybridviz.legacy_rest.translation.vocabulary import VOCABULARY, knows

Json = dict[str, Any]

TYPES: dict[type[Model], str] = {
    Column: "VBox",
    Div: "Paragraph",
    Ellipse: "Oval",
    Plot: "Plot",
    Row: "HBox",
    SaveTool: "PreviewSaveTool",
    TabPanel: "Panel",
}
GLYPHS = {marker: kind for kind, marker in MARKERS.items()}
RENAMED = {
    "button_type": "type",
    "continuous": "select_every_mousemove",
    "description": "help_tooltip",
}
PLOT = {"height": "plot_height", "width": "plot_width"}
LEGEND = {"padding": "legend_padding", "spacing": "legend_spacing"}
TEXTS = {today: old for old, today in TITLE.items()} | {"text": "title"}
SIDES = ("above", "below", "left", "right")
NEWER = frozenset("auto,bold italic,canvas,grad,guide,ideographic,max,min,turn".split(","))
"""Words that enumerations have today and did not have."""
PROSE = frozenset("data label text title value".split())
"""Properties whose texts may be any."""
NOT_TOLD = object()


class Backward:
    """Today's models, as a client of Bokeh 0.11 knows them."""

    def kind(self, model: Model) -> str | None:
        """Return the type that a model had; None if it had none."""
        if isinstance(model, Scatter):
            return GLYPHS.get(_marker(model.marker), "Circle")
        for cls in type(model).__mro__:
            name = TYPES.get(cls, cls.__name__)
            if name in VOCABULARY:
                return name
        return None

    def reference(self, model: Model) -> Json | None:
        """Return the reference to a model; None if it had no type."""
        kind = self.kind(model)
        return None if kind is None else {"type": kind, "id": model.id}

    def specs(self, roots: Iterable[Model]) -> list[Json]:
        """Return models, and all that they refer to, as they were written."""
        found: dict[str, Json] = {}
        waiting = [root for root in roots if self.kind(root) is not None]
        while waiting:
            model = waiting.pop()
            if model.id not in found:
                found[model.id] = self.spec(model)
                known = {str(part.id): part for part in model.references()}
                waiting += [known[i] for i in _mentioned(found[model.id]) if i in known]
                found |= _tool_events(found[model.id])
        return list(found.values())

    def spec(self, model: Model) -> Json:
        """Return one model as it was written; it must have had a type."""
        attributes: Json = {}
        names = model.properties_with_values(include_defaults=False, include_undefined=False)
        for name in [*names, *EXTRA.get(self._family(model), ())]:
            attributes |= self.attribute(model, name)
        return {"type": self.kind(model), "id": model.id, "attributes": attributes}

    def attribute(self, model: Model, name: str) -> Json:
        """Return what a property was: no, one or several attributes.

        Args:
            model: a model of today.
            name: the name of its property today.
        """
        kind, family = self.kind(model), self._family(model)
        if kind is None:
            return {}
        special = SPECIAL.get((family, name))
        if special is not None:
            found: Json = special(self, model)
            return {key: value for key, value in found.items() if value is not NOT_TOLD}
        renamed = {Plot: PLOT, Legend: LEGEND}.get(family, RENAMED)
        old = renamed.get(name, name)
        if not knows(kind, old):
            return {}
        value = self.value(getattr(model, name))
        newer = isinstance(value, str) and value in NEWER and name not in PROSE
        return {} if newer or value is NOT_TOLD else {old: value}

    def title(self, title: Title) -> Json:
        """Return the attributes of a plot that its title has today."""
        values = {old: self.value(getattr(title, today)) for today, old in TEXTS.items()}
        return {name: value for name, value in values.items() if value not in (NOT_TOLD, None)}

    def value(self, value: Any) -> Any:
        """Return a value as old JSON has it; `NOT_TOLD` if it cannot be told."""
        if isinstance(value, Model):
            reference = self.reference(value)
            return NOT_TOLD if reference is None else reference
        if isinstance(value, Value | Field):
            field, spec = isinstance(value, Field), value
            told = self.value(spec.field if isinstance(spec, Field) else spec.value)
            return NOT_TOLD if told is NOT_TOLD else {"field" if field else "value": told}
        if isinstance(value, dict):
            parts = {str(name): self.value(part) for name, part in value.items()}
            return {name: part for name, part in parts.items() if part is not NOT_TOLD}
        if isinstance(value, list | tuple):
            return [part for part in map(self.value, value) if part is not NOT_TOLD]
        return plain(value)

    def _family(self, model: Model) -> type[Model]:
        return next((cls for cls in FAMILIES if isinstance(model, cls)), Model)


def _marker(marker: Any) -> str:
    return str(getattr(marker, "value", marker))


def plain(value: Any) -> Any:
    """Return a value without models as JSON of that time has it; `NOT_TOLD` if it has no such."""
    if value is None or type(value) in (str, bool, int):
        return value
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else _number(value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        return convert_datetime_type(value)
    if isinstance(value, Mapping):
        parts = {str(name): plain(part) for name, part in value.items()}
        return {name: part for name, part in parts.items() if part is not NOT_TOLD}
    if isinstance(value, list | tuple):
        return [part for part in map(plain, value) if part is not NOT_TOLD]
    return NOT_TOLD


def _array(array: np.ndarray[Any, Any]) -> Any:
    if array.dtype.kind in "mM":
        return (array.astype(f"{array.dtype.kind}8[us]").astype("int64") / 1000.0).tolist()
    if array.dtype.kind in "iub" or array.dtype.kind == "f" and np.isfinite(array).all():
        return array.tolist()
    return plain(array.tolist())


def _number(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _mentioned(value: Any) -> list[str]:
    """Return the ids of all models that JSON refers to."""
    if isinstance(value, dict):
        own = [value["id"]] if value.keys() == {"type", "id"} else []
        return own + [ident for part in value.values() for ident in _mentioned(part)]
    if isinstance(value, list) and value and isinstance(value[0], dict | list | None):
        return [ident for part in value for ident in _mentioned(part)]
    return []


def _tool_events(spec: Json) -> dict[str, Json]:
    """Return what each plot of that time had beside it."""
    events = spec["attributes"].get("tool_events")
    return {events["id"]: {**events, "attributes": {}}} if isinstance(events, dict) else {}


# -- what was otherwise


def _renderers(backward: Backward, plot: Any) -> Json:
    sides = [model for side in SIDES for model in getattr(plot, side)]
    models = [*sides, *plot.center, *plot.renderers]
    return {"renderers": backward.value([m for m in models if not isinstance(m, Title)])}


def _side(side: str) -> Any:
    def told(backward: Backward, plot: Any) -> Json:
        shown = [model for model in getattr(plot, side) if not isinstance(model, Title)]
        return {side: backward.value(shown), **_renderers(backward, plot)}

    return told


def _scale(axis: str) -> Any:
    def told(backward: Backward, plot: Any) -> Json:
        scale = getattr(plot, f"{axis}_scale")
        if isinstance(scale, CategoricalScale) or isinstance(
            getattr(plot, f"{axis}_range"), FactorRange
        ):
            return {f"{axis}_mapper_type": "categorical"}
        return {f"{axis}_mapper_type": "log" if isinstance(scale, LogScale) else "auto"}

    return told


def _selected(backward: Backward, source: Any) -> Json:
    return {"selected": selection(source.selected.indices)}


def selection(indices: Iterable[int]) -> Json:
    """Return selected rows as sources had them."""
    nothing: Json = {"0d": {"glyph": None, "indices": []}, "2d": {"indices": []}}
    return nothing | {"1d": {"indices": [int(index) for index in indices]}}


def _data(backward: Backward, source: Any) -> Json:
    return {"data": {str(name): backward.value(part) for name, part in source.data.items()}}


def _glyph(name: str) -> Any:
    def told(backward: Backward, renderer: Any) -> Json:
        glyph = getattr(renderer, name)
        return {name: backward.value(glyph) if isinstance(glyph, Model) else NOT_TOLD}

    return told


def _legends(backward: Backward, legend: Any) -> Json:
    pairs = []
    for item in legend.items:
        label = backward.value(item.label)
        text = label.get("value") or label.get("field") if isinstance(label, dict) else label
        pairs.append([text or "", backward.value(item.renderers)])
    return {"legends": pairs}


def _options(backward: Backward, select: Any) -> Json:
    options = select.options
    if not isinstance(options, list):
        return {}
    pairs = [o if isinstance(o, str) else {"value": o[0], "name": o[1]} for o in options]
    return {"options": pairs}


def _dimensions(backward: Backward, tool: Any) -> Json:
    both = ["width", "height"]
    return {"dimensions": both if tool.dimensions in ("both", "auto") else [tool.dimensions]}


def _places(backward: Backward, grid: Any) -> Json:
    rows: dict[int, list[Any]] = {}
    for model, row, column, *_ in grid.children:
        line = rows.setdefault(row, [])
        line += [None] * (column + 1 - len(line))
        reference = backward.reference(model)
        line[column] = reference
    return {"children": [rows.get(row, []) for row in range(max(rows, default=-1) + 1)]}


FAMILIES: tuple[type[Model], ...] = (
    Plot,
    ColumnDataSource,
    GlyphRenderer,
    Legend,
    GridPlot,
    Axis,
    Grid,
    Scatter,
)
EXTRA: dict[type[Model], tuple[str, ...]] = {
    ColumnDataSource: ("data", "selected"),
    Plot: ("title", "toolbar", "tool_events", *SIDES, "x_scale", "y_scale"),
}
"""What is told although it may be as it always is."""
SPECIAL: dict[tuple[type[Model], str], Any] = {
    (ColumnDataSource, "data"): _data,
    (ColumnDataSource, "selected"): _selected,
    (GridPlot, "children"): _places,
    (GridPlot, "toolbar"): lambda backward, grid: {},
    (Model, "overlay"): lambda backward, tool: {},
    (Legend, "items"): _legends,
    (Axis, "ticker"): lambda backward, axis: {"ticker": backward.value(axis.ticker)},
    (Grid, "dimension"): lambda backward, grid: {"dimension": grid.dimension},
    (Grid, "ticker"): lambda backward, grid: {"ticker": backward.value(grid.ticker)},
    (Scatter, "marker"): lambda backward, glyph: {},
    (Model, "dimensions"): _dimensions,
    (Model, "options"): _options,
    (Plot, "center"): _renderers,
    (Plot, "renderers"): _renderers,
    (Plot, "title"): lambda backward, plot: backward.title(plot.title) if plot.title else {},
    (Plot, "tool_events"): lambda backward, plot: {
        "tool_events": {"type": "ToolEvents", "id": f"{plot.id}-events"}
    },
    (Plot, "toolbar"): lambda backward, plot: {"tools": backward.value(plot.toolbar.tools)},
    (Plot, "toolbar_location"): lambda backward, plot: {
        "toolbar_location": backward.value(plot.toolbar_location)
    },
    **{
        (GlyphRenderer, f"{name}glyph"): _glyph(f"{name}glyph")
        for name in ("", "hover_", "nonselection_", "selection_")
    },
    **{(Plot, side): _side(side) for side in SIDES},
    **{(Plot, f"{axis}_scale"): _scale(axis) for axis in "xy"},
}
