"""What each type of old is today, and why some are nothing."""

from typing import Any

import bokeh.models
from bokeh.model import Model
from bokeh.models import Column, Ellipse, MultiPolygons, Row, Scatter, TabPanel
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
    "BlazeDataSource": bokeh.models.ColumnDataSource,
    "Chart": bokeh.models.Plot,
    "Figure": bokeh.models.Plot,
    "Gear": MultiPolygons,
    "HBox": Row,
    "Icon": BuiltinIcon,
    "Oval": Ellipse,
    "Panel": TabPanel,
    "PreviewSaveTool": bokeh.models.SaveTool,
    "ServerDataSource": bokeh.models.ColumnDataSource,
    "VBox": Column,
    "VBoxForm": Column,
}
SILENT = {
    **dict.fromkeys(("BoxSelection", "PolySelection"), "today's tools bring what they draw"),
    **dict.fromkeys(
        ("Canvas", "CartesianFrame", "LayoutBox", "Tooltip"), "only old browsers needed it"
    ),
    **dict.fromkeys(("PlotContext", "PlotList"), "its children are the roots of the document"),
    "ChartOptions": "what it said is in the plot",
    "GMapOptions": "part of a map, see GMapPlot",
    "GeoJSOptions": "part of a map, see GeoJSPlot",
    "MapOptions": "part of a map, see GMapPlot",
    "ResizeTool": "no tool of today resizes plots",
    "ToolEvents": "today's selections are events",
}
"""Types that nobody misses on a page, and why."""
ABSENT = {
    "CrossFilter": "an app that ran inside the server of Bokeh 0.10",
    "DynamicImageRenderer": "today's maps have tiles only",
    "GMapPlot": "Google's maps need a key of their own today",
    "GeoJSPlot": "there are no maps of GeoJS any more",
    "ImageSource": "today's maps have tiles only",
    "SimpleApp": "an app that ran inside the server of Bokeh 0.10; what it shows is shown",
}
"""Types that cannot be shown, and why."""
EMPTY = dict.fromkeys(
    ("BlazeDataSource", "ServerDataSource"), "there are no servers of Blaze any more"
)
"""Sources that have no data of their own, and why."""
ABSTRACT = frozenset(
    "AbstractButton AbstractGroup AbstractIcon Annotation AppLayout Axis BaseBox ButtonGroup"
    " Callback CallbackManager CellEditor CellFormatter ColorMapper Component ContinuousAxis"
    " ContinuousTicker DataRange DataRenderer DataSource Glyph Group GuideRenderer HasProps"
    " InputWidget InspectTool Layout MapPlot Marker Markup MercatorTileSource Model PlotObject"
    " Range RemoteSource Renderer TableWidget TickFormatter Ticker TileSource Tool Widget".split()
)
"""Types that no document holds: only their subtypes are sent."""


def todays_class(kind: str, attributes: dict[str, Any]) -> type[Model] | None:
    """Return the class of a model of old, or None if there is none.

    Args:
        kind: its type.
        attributes: its attributes, which tell a circle from a marker.
    """
    if kind in MARKERS and (kind != "Circle" or not has_radius(attributes)):
        return Scatter
    if kind in SUCCESSORS:
        return SUCCESSORS[kind]
    if kind in SILENT or kind in ABSENT or kind in ABSTRACT:
        return None
    found = getattr(bokeh.models, kind, None)
    is_model = isinstance(found, type) and issubclass(found, Model)
    return found if is_model and "abstract" not in str(found.__doc__)[:60].lower() else None


def has_radius(attributes: dict[str, Any]) -> bool:
    """Return whether a circle has a radius, and so no size."""
    radius = attributes.get("radius")
    return radius is not None and radius != {"value": None}
