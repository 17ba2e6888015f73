"""Old properties of models, and how today's models have what they said.

An old name counts only for a model that has no property of that name today.
"""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any

from bokeh import models
from bokeh.core.properties import UnitsSpec
from bokeh.model import Model
from bokeh.models import (
    ColumnDataSource,
    CustomJS,
    DatetimeTickFormatter,
    HoverTool,
    Range,
    TapTool,
)
from bokeh.models.annotations import Legend
from bokeh.models.glyph import Glyph
from bokeh.plotting import figure
from bokeh.plotting._figure import FigureOptions

Step = Callable[[Model], None]
"""What is done to a model once it is made."""
Translated = tuple[dict[str, Any], list[Step]]
"""Properties of today with their values, and steps after them."""

FIGURE_OPTIONS = frozenset(FigureOptions.properties())  # type: ignore[attr-defined]
TEXT = ("align", "alpha", "baseline", "color", "font", "font_size", "font_style")
RENAMED = {
    "plot_width": "width",
    "plot_height": "height",
    "background_fill": "background_fill_color",
    "border_fill": "border_fill_color",
    **{f"title_text_{part}": f"title.text_{part}" for part in TEXT},
    "x_mapper_type": "x_axis_type",
    "y_mapper_type": "y_axis_type",
    "logo": "toolbar.logo",
    "type": "button_type",
    "select_every_mousemove": "continuous",
    "legends": "items",
    "style": "styles",
    "legend_padding": "padding",
    "legend_margin": "margin",
    "legend_spacing": "spacing",
    "glyph_fill_alpha": "fill_alpha",
}
"""Old property and the path of today's."""

DROPPED = {
    "h_symmetry": "plots are not symmetric any more",
    "v_symmetry": "plots are not symmetric any more",
    "autosave": "call save() or show() when the plot is done",
    "callback_policy": "connect the callback to value_throttled",
    "callback_throttle": "connect the callback to value_throttled",
    "render_mode": "everything is drawn as it fits",
    "plot": "add_layout() and add_tools() say which plot",
    "sources": "a range follows the renderers of its plot",
    "names": "give the tool its renderers",
    "default_value": "a Dropdown has no value; listen to its clicks",
    "session": "a session has documents, not models",
}
"""Old property and why there is none today."""

DEPRECATED = ("select_every_mousemove",)
"""Old properties that still are there, with a warning of Bokeh's."""
FUNCTIONS = frozenset(
    "column gridplot hplot layout output_file row save vform vplot widgetbox".split()
)
OLD_OPTIONS = ("autosave", "plot_height", "plot_width", "responsive")
"""Functions beside the classes, and their old options."""
MARKS = {"resize": "fullscreen", "previewsave": "save"}
PLACES = ("top", "bottom", "left", "right", "center")


def _responsive(cls: type[Model], value: Any) -> Translated:
    return ({"sizing_mode": "scale_width"} if value else {}), []


def _webgl(cls: type[Model], value: Any) -> Translated:
    return {"output_backend": "webgl" if value else "canvas"}, []


def _formats(cls: type[Model], value: Any) -> Translated:
    return {name: _first(form) for name, form in dict(value).items()}, []


def _row_headers(cls: type[Model], value: Any) -> Translated:
    return ({} if value else {"index_position": None}), []


def _callback(cls: type[Model], value: Any) -> Translated:
    if value is None or issubclass(cls, HoverTool | TapTool):
        return ({"callback": value} if value is not None else {}), []
    return {}, [partial(_listen, value)]


def _listen(callback: CustomJS, model: Model) -> None:
    """Call the callback whenever what its old place was for changes."""
    if isinstance(model, ColumnDataSource):
        model.selected.js_on_change("indices", callback)
    elif isinstance(model, Range):
        for name in ("start", "end"):
            model.js_on_change(name, callback)
    elif "button_type" in model.properties() and "active" not in model.properties():
        model.js_on_event("button_click", callback)
    else:
        known = model.properties()
        found = [name for name in ("value", "active", "range") if name in known]
        if not found:
            raise AttributeError(f"{type(model).__name__} has no callback: use js_on_change")
        model.js_on_change(found[0], callback)


REPLACED: dict[str, tuple[Callable[[type[Model], Any], Translated], str]] = {
    "responsive": (_responsive, "sizing_mode='scale_width'"),
    "webgl": (_webgl, "output_backend='webgl'"),
    "formats": (_formats, "one property per unit, as hours='%Hh'"),
    "row_headers": (_row_headers, "index_position=None"),
    "callback": (_callback, "js_on_change('value', callback)"),
}
"""Old property with what makes today's of it, and their spelling."""


def _first(form: Any) -> Any:
    return form[0] if isinstance(form, list | tuple) and form else form


def _tools(cls: type[Model], value: Any) -> Any:
    if not isinstance(value, str):
        return [MARKS.get(item, item) if isinstance(item, str) else item for item in value or []]
    names = [name.strip() for name in value.split(",")]
    return ",".join(MARKS.get(name, name) for name in names if name)


def _tooltips(cls: type[Model], value: Any) -> Any:
    return list(value.items()) if isinstance(value, dict) else value


def _ranges(cls: type[Model], value: Any) -> Any:
    return tuple(value) if isinstance(value, list) and len(value) == 2 else value


def _dimensions(cls: type[Model], value: Any) -> Any:
    if not isinstance(value, list | tuple):
        return value
    return "both" if len(value) != 1 else value[0]


def _time_format(cls: type[Model], value: Any) -> Any:
    return _first(value) if issubclass(cls, DatetimeTickFormatter) else value


def _columns(cls: type[Model], value: Any) -> Any:
    """Return columns with times for dates: Bokeh makes texts of dates today, which no axis has."""
    if not issubclass(cls, ColumnDataSource) or not isinstance(value, dict):
        return value
    return {name: _times(column) for name, column in value.items()}


def _times(column: Any) -> Any:
    if isinstance(column, list) and column and type(column[0]) is date:
        return [datetime(day.year, day.month, day.day) for day in column]
    return column


CONVERTED: dict[str, Callable[[type[Model], Any], Any]] = {
    "tools": _tools,
    "tooltips": _tooltips,
    "dimensions": _dimensions,
    "data": _columns,
    "orientation": lambda cls, value: value,
    "code": lambda cls, value: value,
    "size": lambda cls, value: value,
    **dict.fromkeys(("hours", "days", "months", "years", "minutes", "seconds"), _time_format),
}
"""Properties of today whose old values are not taken as they were."""


def has_property(cls: type[Model], name: str) -> bool:
    """Return whether a model, or ``figure()``, takes a property today."""
    known = name in cls.properties()
    return known or (issubclass(cls, figure) and name in FIGURE_OPTIONS)


def took(function: str, name: str) -> bool:
    """Return whether what Bokeh has by a name took an option that it has no more.

    Args:
        function: the name of a class, or of a function.
        name: the option.
    """
    if function in FUNCTIONS:
        return name in OLD_OPTIONS
    cls = figure if function in ("figure", "Figure") else getattr(models, function, None)
    if not isinstance(cls, type) or not issubclass(cls, Model):
        return False
    if has_property(cls, name) and name not in DEPRECATED:
        return False
    if name in RENAMED:
        return has_property(cls, RENAMED[name].split(".")[0])
    return name in DROPPED or name in REPLACED


def translate(
    cls: type[Model], name: str, value: Any, warn: Callable[[str, str], None]
) -> Translated:
    """Return what today's model has for one property.

    Args:
        cls: the model.
        name: the property, old or of today.
        value: its value.
        warn: called with an old name and its modern spelling.
    """
    if name == "orientation" and issubclass(cls, Legend) and str(value).startswith(PLACES):
        warn("Legend.orientation for a place", "Legend.location")
        return {"location": value}, []
    if has_property(cls, name) and name not in DEPRECATED:
        convert = CONVERTED.get(name)
        if issubclass(cls, Glyph):
            value = _spec(cls, name, value)
        return {name: convert(cls, value) if convert else value}, []
    if name in DROPPED:
        warn(name, f"nothing: {DROPPED[name]}")
        return {}, []
    if name in REPLACED:
        make, modern = REPLACED[name]
        warn(name, modern)
        return make(cls, value)
    path = RENAMED.get(name)
    if path is None or not has_property(cls, path.split(".")[0]):
        return {name: value}, []
    warn(name, path)
    return ({path: value}, []) if "." not in path else ({}, [partial(set_path, path, value)])


def _spec(cls: type[Model], name: str, value: Any) -> Any:
    """Return what says how a glyph finds its values, in the form that it has today."""
    if isinstance(value, list) and len(value) == 1:
        return {"value": value[0]}
    if isinstance(value, dict) and not isinstance(cls.lookup(name).property, UnitsSpec):
        return {key: part for key, part in value.items() if key != "units"}
    return value


def set_path(path: str, value: Any, model: Model) -> None:
    """Set a property of a model, or of one that it has: ``title.text_font``."""
    *above, name = path.split(".")
    for part in above:
        model = getattr(model, part)
    setattr(model, name, value)


def get_path(path: str, model: Model) -> Any:
    """Return a property of a model, or of one that it has."""
    found: Any = model
    for part in path.split("."):
        found = getattr(found, part)
    return found
