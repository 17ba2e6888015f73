"""What each attribute of old is today."""

from typing import Any

from bokeh.core.properties import DataSpec, UnitsSpec

from hybridviz.legacy_rest.translation.values import date_format, dimensions, spec, unwrapped

Json = dict[str, Any]

DROPPED = frozenset(
    "_bounds_as_factors active_drag always_active buttons_box callback char_width clicks"
    " column_names disabled_value doc fill_ratio flip geometries h_symmetry hidpi id"
    " interval location min_size names noop num_labels offset overlay plot render_mode"
    " reserve_color reserve_val scale session sources spin title_text_baseline tool_events"
    " v_symmetry value_null".split()
)
"""Attributes that say nothing today: internals of old browsers, back references."""
RENAMED = {
    "background_fill": "background_fill_color",
    "border_fill": "border_fill_color",
    "border_space": "spacing",
    "help_tooltip": "description",
    "legend_padding": "margin",
    "legend_spacing": "spacing",
    "plot_height": "height",
    "plot_width": "width",
    "select_every_mousemove": "continuous",
    "type": "button_type",
}
KEPT = {"location": ("Legend", "Span"), "interval": ("SingleIntervalTicker",), "scale": ()}
"""Attributes that are dropped but for some types."""
DEFAULTS: dict[str, Json] = {
    "Plot": {"width": 600, "height": 600, "toolbar_location": "above"},
    "Icon": {"icon_name": "help"},
    "Legend": {"label_text_font_size": "10pt", "background_fill_alpha": 0.95},
    "Slider": {"start": 0, "end": 1, "value": 0.5, "step": 0.1},
    "Dialog": {"visible": False},
    "DataTable": {"index_position": None, "reorderable": False},
    "Dropdown": {"label": "Dropdown"},
    **{
        kind: {
            "axis_label_text_font_size": "12pt",
            "axis_label_text_font_style": "normal",
            "major_label_text_font_size": "10pt",
        }
        for kind in ("CategoricalAxis", "DatetimeAxis", "LinearAxis", "LogAxis")
    },
}
"""What a missing attribute meant to the BokehJS of 2015, where it is drawn otherwise today."""
TOOL_ACTIVE = "active"


def todays(kind: str, name: str, value: Any) -> tuple[str, Any] | None:
    """Return name and value of an attribute today, references not resolved; None if it is dropped.

    Args:
        kind: type of the model, as it was.
        name: the attribute, as it was.
        value: its value, as it was.
    """
    if name == "orientation" and kind == "Legend" and value not in ("vertical", "horizontal"):
        return "location", value
    if kind == "Icon" and name in ("name", "icon_name"):
        return ("icon_name", value) if value else None
    if name in DROPPED and kind not in KEPT.get(name, ()):
        return None
    if name == TOOL_ACTIVE and kind.endswith("Tool"):
        return None
    if name == "angle" and kind == "Circle":
        return name, value
    if name == "dimensions":
        return name, dimensions(value)
    if name == "options":
        return name, [_option(item) for item in value or []]
    if name == "menu":
        return name, [tuple(item) if isinstance(item, list) else item for item in value or []]
    if name == "tooltips" and value is not None:
        return name, [tuple(item) for item in (value.items() if isinstance(value, dict) else value)]
    if name == "format" and kind == "DateFormatter" and isinstance(value, str):
        return name, date_format(value)
    if name == "row_headers":
        return "index_position", 0 if value else None
    if name == "button_type" or name == "type":
        return "button_type", {"link": "light"}.get(value, value)
    return RENAMED.get(name, name), value


def _option(item: Any) -> Any:
    return (item["value"], item["name"]) if isinstance(item, dict) else item


def fitted(property_: Any, value: Any) -> Any:
    """Return a value in the form that a property takes today."""
    if isinstance(property_, DataSpec):
        return spec(value, isinstance(property_, UnitsSpec))
    return unwrapped(value)
