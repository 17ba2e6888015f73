"""What each type of old is today."""

from typing import Any

import bokeh.models
from bokeh.model import Model
from bokeh.models import Column, Ellipse, Row, Scatter, TabPanel
from bokeh.models.ui.icons import BuiltinIcon

MARKERS = {
    "Asterisk": "asterisk",
    "Circle": "circle",
    "CircleCross": "circle_cross",
    "CircleX": "circle_x",
    "Cross": "cross",
    "Diamond": "diamond",
    "DiamondCross": "diamond_cross",
    "InvertedTriangle": "inverted_triangle",
    "Square": "square",
    "SquareCross": "square_cross",
    "SquareX": "square_x",
    "Triangle": "triangle",
    "X": "x",
}
"""Glyphs that are markers of Scatter today; Circle only without a radius."""
SUCCESSORS: dict[str, type[Model]] = {
    "AppHBox": Row,
    "AppVBox": Column,
    "AppVBoxForm": Column,
    "Figure": bokeh.models.Plot,
    "HBox": Row,
    "Icon": BuiltinIcon,
    "Oval": Ellipse,
    "Panel": TabPanel,
    "PreviewSaveTool": bokeh.models.SaveTool,
    "VBox": Column,
    "VBoxForm": Column,
}
SILENT = frozenset(
    "BoxSelection Canvas CartesianFrame LayoutBox PlotContext PlotList PolySelection ResizeTool"
    " ToolEvents Tooltip".split()
)
"""Types that only old browsers needed: nobody misses them."""


def todays_class(kind: str, attributes: dict[str, Any]) -> type[Model] | None:
    """Return the class of a model of old, or None if there is none.

    Args:
        kind: its type.
        attributes: its attributes, which tell a circle from a marker.
    """
    if kind in MARKERS and (kind != "Circle" or attributes.get("radius") is None):
        return Scatter
    if kind in SUCCESSORS:
        return SUCCESSORS[kind]
    found = getattr(bokeh.models, kind, None) if kind not in SILENT else None
    is_model = isinstance(found, type) and issubclass(found, Model)
    return found if is_model and "Abstract" not in str(found.__doc__)[:40] else None
