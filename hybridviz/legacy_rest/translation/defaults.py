"""What a missing attribute meant to the BokehJS of its time, where it is drawn otherwise today.

Clients send only what was set. tests/legacy_rest/test_defaults.py holds these tables against the
defaults of Bokeh 0.10.0 and 0.11.1 (scripts/legacy_models.json) and of today.
"""

from functools import cache
from typing import Any

Json = dict[str, Any]

OLD, NEW = "0.10", "0.11"
"""The two versions."""
AXES = ("CategoricalAxis", "DatetimeAxis", "LinearAxis", "LogAxis")
PLOTS = ("Chart", "Figure", "Plot")
LINES = (
    "AnnularWedge Annulus Arc Asterisk Bezier BoxAnnotation Circle CircleCross CircleX Cross"
    " Diamond DiamondCross Gear InvertedTriangle Line MultiLine Oval Patch Patches PolyAnnotation"
    " Quad Quadratic Ray Rect Segment Span Square SquareCross SquareX Triangle Wedge X"
).split()
SELECTING = ("BoxSelectTool", "HoverTool", "LassoSelectTool", "PolySelectTool", "TapTool")

BOTH: dict[str, Json] = {
    **{
        kind: {
            "axis_label_text_align": "center",
            "axis_label_text_baseline": "alphabetic",
            "axis_label_text_font_size": "16pt",
            "axis_label_text_font_style": "normal",
            "major_label_text_font_size": "10pt",
        }
        for kind in AXES
    },
    **{
        kind: {
            "plot_width": 600,
            "plot_height": 600,
            "outline_line_color": "#aaaaaa",
            "outline_line_join": "miter",
            "toolbar_location": "above",
        }
        for kind in PLOTS
    },
    **{kind: {"line_join": "miter"} for kind in LINES},
    "BoxZoomTool": {"dimensions": ["width", "height"]},
    "CustomJS": {"code": ""},
    "DataTable": {"row_headers": True, "fit_columns": True, "reorderable": False},
    "DateFormatter": {"format": "yy M d"},
    "DatetimeTickFormatter": {
        "months": "%b%y",
        "strip_leading_zeros": True,
        "years": "'%y",
    },
    "Dialog": {"visible": False, "content": ""},
    "Dropdown": {"label": "Dropdown"},
    "Grid": {"grid_line_color": "#cccccc"},
    "GridPlot": {"toolbar_location": "left"},
    "HoverTool": {
        "line_policy": "prev",
        "tooltips": [
            ["index", "$index"],
            ["data (x, y)", "($x, $y)"],
            ["canvas (x, y)", "($sx, $sy)"],
        ],
    },
    "Legend": {
        "background_fill_alpha": 1.0,
        "border_line_alpha": 1.0,
        "border_line_color": "black",
        "border_line_join": "miter",
        "label_height": 20,
        "label_text_font_size": "10pt",
        "label_width": 50,
    },
    "Slider": {"start": 0, "end": 1, "value": 0.5},
    "Text": {"text_font_size": "12pt"},
}
ONE: dict[str, dict[str, Json]] = {
    OLD: {
        **{kind: {"min_border": 40} for kind in PLOTS},
        "AdaptiveTicker": {"mantissas": [2, 5, 10]},
        "Icon": {"icon_name": "help"},
        "PreText": {"width": 400, "height": 400},
        "Slider": {"step": 0},
    },
    NEW: {
        **{kind: {"min_border": 50} for kind in PLOTS},
        **{kind: {"level": "overlay"} for kind in AXES},
        "Icon": {"icon_name": "check"},
        "PreText": {"width": 500, "height": 400},
        "Slider": {"step": 0.1},
        "TileRenderer": {"level": "underlay"},
    },
}
"""Where the versions differ, or only one knew the attribute."""
UNSEEN = {
    "DataRange1d.start": "computed from the data",
    "DataRange1d.end": "computed from the data",
    "axis_label": "an empty label and none are the same",
    "title": "an empty title and none are the same",
    "name": "an empty name and none are the same",
    "axis_line_join": "straight lines have no joins",
    "grid_line_join": "straight lines have no joins",
    "minor_grid_line_join": "straight lines have no joins",
    "major_tick_line_join": "straight lines have no joins",
    "minor_tick_line_join": "straight lines have no joins",
    "border_fill_color": "the same colour, spelled otherwise",
    "background_fill_color": "the same colour, spelled otherwise",
    "background_fill": "the same colour, spelled otherwise",
    "border_fill": "the same colour, spelled otherwise",
    "children": "an empty grid and none are the same",
    "renderers": "an empty list meant all, as auto does today",
    "selected": "nothing is selected",
    "selection_glyph": "none meant one that is derived, as auto does today",
    "nonselection_glyph": "none meant one that is derived, as auto does today",
    "redirect": "the manual has moved",
    "font_style": "cells are plain and left by themselves",
    "text_align": "cells are plain and left by themselves",
    "text_font": "the same font",
    "num_minor_ticks": "of a ticker of days, which browsers of old gave none",
    "min_border_bottom": "as min_border says",
    "min_border_left": "as min_border says",
    "min_border_right": "as min_border says",
    "min_border_top": "as min_border says",
    "top": "an annotation without it reaches to the border",
    "bottom": "an annotation without it reaches to the border",
    "left": "an annotation without it reaches to the border",
    "right": "an annotation without it reaches to the border",
    "size": "the same size, spelled otherwise",
    "angle": "the same angle, spelled otherwise",
    "text": "the same field, spelled otherwise",
}
"""Attributes, of all types or of one, whose old and new defaults look the same, and why."""


@cache
def defaults(kind: str, version: str) -> Json:
    """Return what missing attributes of a type meant.

    Args:
        kind: the type.
        version: of Bokeh, `OLD` or `NEW`.
    """
    return {**BOTH.get(kind, {}), **ONE.get(version, ONE[OLD]).get(kind, {})}
