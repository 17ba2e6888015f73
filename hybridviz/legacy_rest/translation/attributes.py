"""What each attribute of old is today: renamed, converted, or dropped for a reason."""

from collections.abc import Callable
from typing import Any

from bokeh.core.properties import DataSpec, UnitsSpec

from hybridviz.legacy_rest.translation.types import EMPTY
from hybridviz.legacy_rest.translation.values import (
    date_format,
    day,
    dimensions,
    spec,
    tooltips,
    unwrapped,
)

Json = dict[str, Any]

DROPPED: dict[str, dict[str, str]] = {
    "*": {
        "doc": "says in which document the model is",
        "id": "says which model it is",
        "noop": "a mark of old browsers",
        "session": "of Python alone",
    },
    "AppHBox": {"app": "its objects are resolved where children name them"},
    "AppVBox": {"app": "its objects are resolved where children name them"},
    "AppVBoxForm": {"app": "its objects are resolved where children name them"},
    "BlazeDataSource": dict.fromkeys(
        ("data_url", "expr", "local", "namespace", "polling_interval"), EMPTY["BlazeDataSource"]
    ),
    "Button": {"clicks": "a counter of the client; clicks are counted into it"},
    "CategoricalTicker": dict.fromkeys(
        ("desired_num_ticks", "num_minor_ticks"), "categories have one tick each"
    ),
    "DataRange1d": {"sources": "ranges follow renderers"},
    "DateRangeSlider": {
        **dict.fromkeys(("arrows", "value_labels"), "today's slider has its own look"),
        **dict.fromkeys(("range", "wheel_mode"), "today's slider has no such limits"),
    },
    "DatetimeAxis": dict.fromkeys(
        ("char_width", "fill_ratio", "num_labels", "scale"), "the ticker decides"
    ),
    "Dialog": {"buttons_box": "the buttons say it", "disabled": "a dialog is never"},
    "Dropdown": {"value": "of the client; what is clicked is told to it"},
    "FactorRange": dict.fromkeys(
        ("_bounds_as_factors", "start", "end", "offset"), "follow from the factors"
    ),
    "Gear": {"angle_units": "angles of gears are radians"},
    "GeoJSONDataSource": {"data": "is read from geojson"},
    "GlyphRenderer": {"units": "glyphs say it"},
    "GridPlot": dict.fromkeys(
        "above background_fill background_fill_alpha background_fill_color below border_fill"
        " border_fill_alpha border_fill_color disabled extra_x_ranges extra_y_ranges h_symmetry"
        " hidpi left lod_factor lod_interval lod_threshold lod_timeout logo min_border"
        " min_border_bottom min_border_left min_border_right min_border_top outline_line_alpha"
        " outline_line_cap outline_line_color outline_line_dash outline_line_dash_offset"
        " outline_line_join outline_line_width plot_height plot_width renderers responsive right"
        " title title_standoff title_text_align title_text_alpha title_text_baseline"
        " title_text_color title_text_font title_text_font_size title_text_font_style tool_events"
        " tools v_symmetry webgl x_mapper_type x_range y_mapper_type y_range".split(),
        "of plots; a grid never used it",
    ),
    "Icon": dict.fromkeys(("flip", "spin", "disabled"), "today's icons stand still"),
    "ImageRGBA": dict.fromkeys(("cols", "rows"), "the image has its own shape"),
    "LinearColorMapper": dict.fromkeys(
        ("reserve_color", "reserve_val"), "no value has a colour of its own"
    ),
    "Plot": {
        **dict.fromkeys(("h_symmetry", "v_symmetry", "min_size"), "today's layout decides"),
        "title_text_baseline": "titles have their own place",
        "tool_events": "today's selections are events",
    },
    "ServerDataSource": dict.fromkeys(
        ("data_url", "expr", "local", "namespace", "polling_interval", "transform"),
        EMPTY["ServerDataSource"],
    ),
    **{
        kind: {"interval": "follows from the days or months"}
        for kind in ("DaysTicker", "MonthsTicker", "YearsTicker")
    },
}
"""Attributes that say nothing today, by type, and why."""
DROPPED["Figure"] = DROPPED["Plot"]
DROPPED["Chart"] = DROPPED["Plot"] | dict.fromkeys(
    ("legend", "xgrid", "xlabel", "xscale", "ygrid", "ylabel", "yscale"),
    "what it said is in the plot",
)
ENDINGS = {
    "Tool": {
        "active": "today's toolbar starts with the tools that were active",
        "always_active": "hovering is always on",
        "overlay": "today's tools bring what they draw",
        "plot": "the plot has the tool",
    },
    "Annotation": {
        "plot": "the plot has the annotation",
        "render_mode": "all is drawn on one canvas",
    },
    "Axis": {"plot": "the plot has the axis", "location": "the side of the plot says it"},
    "Source": {"column_names": "the columns say it"},
}
"""The same for all types whose names end so."""
ALSO_DROPPED = {
    "Grid": {"plot": "the plot has the grid"},
    "Legend": ENDINGS["Annotation"],
    "Span": ENDINGS["Annotation"],
}
RENAMED = {
    "background_fill": "background_fill_color",
    "border_fill": "border_fill_color",
    "border_space": "spacing",
    "default_value": "split",
    "help_tooltip": "description",
    "legend_padding": "margin",
    "plot_height": "height",
    "plot_width": "width",
    "select_every_mousemove": "continuous",
    "type": "button_type",
}
"""Attributes of other names today; a type that has the old name today keeps it."""
APPROXIMATED = {
    ("DataTable", "height"): "a table that grows with its rows is 400 high",
    ("Dialog", "buttons"): "stand below the content",
    ("Dropdown", "default_value"): "splits the button",
    ("FactorRange", "factors"): "numbers between factors are shifted",
    ("Gear", "module"): "its outline is computed; one scale for both axes",
    ("HoverTool", "line_policy"): "close to what it was",
    ("Icon", "icon_name"): "today's icon of that name, if there is one",
    ("Icon", "name"): "today's icon of that name, if there is one",
    ("Legend", "legends"): "labels are right of their marks",
    ("Oval", "width"): "three quarters of it are an ellipse of nearly that outline",
    ("Plot", "plot_height"): "the toolbar is in it today",
    ("Plot", "responsive"): "the width follows the page, the height the width",
    ("VBoxForm", "children"): "one above the other, also what is small",
}
"""What is close to what it was, and how it differs."""


OF_CIRCLES = frozenset("angle angle_units radius radius_dimension radius_units size".split())
"""Attributes of circles with a radius, and of those with a size; others do not use them."""


def dropped(kind: str, name: str) -> str | None:
    """Return why an attribute says nothing today, or None if it does say something."""
    tables = [DROPPED["*"], DROPPED.get(kind, {}), ALSO_DROPPED.get(kind, {})]
    tables += [table for ending, table in ENDINGS.items() if kind.endswith(ending)]
    return next((table[name] for table in tables if name in table), None)


def todays(kind: str, name: str, value: Any) -> tuple[str, Any] | None:
    """Return name and value of an attribute today, references not resolved; None if it is dropped.

    Args:
        kind: type of the model, as it was.
        name: the attribute, as it was.
        value: its value, as it was.
    """
    if dropped(kind, name) is not None:
        return None
    if kind == "Icon" and name in ("name", "icon_name"):
        return ("icon_name", value) if value else None
    if kind == "Legend" and name == "orientation":
        return ("orientation" if value in ("vertical", "horizontal") else "location"), value
    convert = CONVERTED.get((kind, name)) or CONVERTED.get(("*", name))
    return todays_name(kind, name), convert(value) if convert else value


def todays_name(kind: str, name: str) -> str:
    """Return how an attribute is called today."""
    return RENAMED.get(name, name)


def _options(value: Any) -> Any:
    return [(i["value"], i["name"]) if isinstance(i, dict) else i for i in value or []]


def _menu(value: Any) -> Any:
    return [tuple(item) if isinstance(item, list) else item for item in value or []]


def _font(value: Any) -> Any:
    """Return the spec of a font, whose name alone would be that of a column today."""
    return {"value": value} if isinstance(value, str) else value


CONVERTED: dict[tuple[str, str], Callable[[Any], Any]] = {
    ("*", "dimensions"): dimensions,
    ("*", "type"): lambda value: {"link": "light"}.get(value, value),
    ("Select", "options"): _options,
    ("MultiSelect", "options"): _options,
    ("Dropdown", "default_value"): lambda value: value is not None,
    ("Dropdown", "menu"): _menu,
    ("GlyphRenderer", "nonselection_glyph"): lambda value: value or "auto",
    ("GlyphRenderer", "selection_glyph"): lambda value: value or "auto",
    ("HoverTool", "tooltips"): tooltips,
    ("Text", "text_font"): _font,
    ("DateFormatter", "format"): date_format,
    ("DatePicker", "value"): day,
    ("DatePicker", "min_date"): day,
    ("DatePicker", "max_date"): day,
}
"""What makes today's value of an old one, by type and attribute."""


def fitted(property_: Any, value: Any) -> Any:
    """Return a value in the form that a property takes today."""
    if isinstance(property_, DataSpec):
        return spec(value, isinstance(property_, UnitsSpec))
    return unwrapped(value)
