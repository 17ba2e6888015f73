"""Functions and classes of old that arrange or draw, made of today's."""

from functools import partial
from typing import Any, TypeVar

from bokeh.layouts import column, row
from bokeh.layouts import gridplot as todays_gridplot
from bokeh.model import Model
from bokeh.models import Column, LayoutDOM, Row, Scatter
from bokeh.models.annotations import BoxAnnotation
from bokeh.models.tiles import WMTSTileSource
from bokeh.models.ui import UIElement
from bokeh.models.ui.icons import TablerIcon

from hybridviz.compat.made import remember
from hybridviz.compat.properties import DROPPED
from hybridviz.compat.table import MARKERS

T = TypeVar("T", bound=LayoutDOM)

Rows = list[list[UIElement | None]]

OPTIONS = {"plot_width": "width", "plot_height": "height", "responsive": "sizing_mode"}


def _options(options: dict[str, Any]) -> dict[str, Any]:
    """Return options of a layout as they are spelled today."""
    known = {OPTIONS.get(name, name): value for name, value in options.items()}
    if known.get("sizing_mode") is True:
        known["sizing_mode"] = "scale_width"
    return {name: value for name, value in known.items() if name not in DROPPED}


def _children(given: tuple[Any, ...], options: dict[str, Any]) -> list[Any]:
    children = list(given) or list(options.pop("children", []))
    return children[0] if len(children) == 1 and isinstance(children[0], list) else children


def _adopt(layout: T) -> T:
    """Remember a layout in the place of its parts."""
    remember(layout)
    return layout


def vplot(*children: Any, **options: Any) -> Column:
    """One above the other."""
    return _adopt(column(_children(children, options), **_options(options)))


def hplot(*children: Any, **options: Any) -> Row:
    """One beside the other."""
    return _adopt(row(_children(children, options), **_options(options)))


vform = VBoxForm = WidgetBox = AppVBox = AppVBoxForm = widgetbox = vplot
AppHBox = hplot


def gridplot(children: Any = None, *args: Any, **options: Any) -> Any:
    """A grid of plots, in the order of rows."""
    options = _options(options)
    options.pop("title", None)
    rows = options.pop("plot_arrangement", None) or children or options.pop("children")
    if isinstance(rows, GridSpec):
        rows = rows.rows
    if isinstance(rows, UIElement):
        rows, args = [rows, *args], ()
    if not isinstance(rows[0], list | tuple):
        return _adopt(todays_gridplot(rows, *args, **{"ncols": len(rows), **options}))
    return _adopt(todays_gridplot([list(line) for line in rows], *args, **options))


class GridSpec:
    """A grid that is filled by assignment: ``grid[0, 1] = plot``.

    Args:
        nrows: number of rows.
        ncols: number of columns.
    """

    def __init__(self, nrows: int, ncols: int) -> None:
        self.rows: Rows = [[None] * ncols for _ in range(nrows)]

    def __setitem__(self, key: tuple[Any, Any], plot: Any) -> None:
        down, right = key
        lines = self.rows[down] if isinstance(down, slice) else [self.rows[down]]
        plots = iter(_flat(plot))
        for line in lines:
            for place in range(len(line))[right] if isinstance(right, slice) else [right]:
                line[place] = next(plots)


def _flat(plots: Any) -> list[Any]:
    if isinstance(plots, list | tuple):
        return [item for part in plots for item in _flat(part)]
    return [plots]


def BoxSelectionOverlay(**options: Any) -> BoxAnnotation:  # noqa: N802 - its name of 2015
    """The box of a tool, which tools bring with them today."""
    return BoxAnnotation(visible=False)


def Icon(icon_name: str = "", **options: Any) -> TablerIcon:  # noqa: N802 - its name of 2015
    """An icon; its names are those of Tabler now, of which many are those of Font Awesome."""
    known = {name: value for name, value in options.items() if name in TablerIcon.properties()}
    return TablerIcon(icon_name=icon_name.removeprefix("fa-"), **known)


def encode_utf8(text: str) -> str:
    """Return a text as it is: Python 2 told texts and their bytes apart, files do so today."""
    return text


def _marker(name: str, **options: Any) -> Model:
    return Scatter(marker=MARKERS[name], **options)


def _tiles(name: str) -> WMTSTileSource:
    import xyzservices.providers  # 3 MB, for the few scripts that show maps

    provider = xyzservices.providers.query_name(name)
    return WMTSTileSource(url=provider.build_url(), attribution=provider.html_attribution)


def __getattr__(name: str) -> Any:
    """Markers that were classes, and tile sources that were constants."""
    if name in MARKERS:
        return partial(_marker, name)
    if name in TILES:
        return _tiles(TILES[name])
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


OSM = "OpenStreetMap.Mapnik"
"""Free of keys, which the providers of the other tiles want today."""
TILES = {
    "CARTODBPOSITRON": OSM,
    "CARTODBPOSITRON_RETINA": OSM,
    "ESRI_IMAGERY": "Esri.WorldImagery",
    "STAMEN_TERRAIN": OSM,
    "STAMEN_TERRAIN_RETINA": OSM,
    "STAMEN_TONER": OSM,
}
