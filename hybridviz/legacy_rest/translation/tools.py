"""Tools: which of them are active at first, and which renderers they are for."""

from typing import TYPE_CHECKING, Any

from bokeh.models import (
    BoxSelectTool,
    BoxZoomTool,
    LassoSelectTool,
    PanTool,
    PolySelectTool,
    TapTool,
    WheelZoomTool,
)

from hybridviz.legacy_rest.translation.defaults import OLD

if TYPE_CHECKING:
    from hybridviz.legacy_rest.translation.translator import Translator

Json = dict[str, Any]

DRAGGED = (PanTool, LassoSelectTool, BoxZoomTool, BoxSelectTool)
TAPPED = (TapTool, PolySelectTool)
"""The order in which the toolbar of old looked for the one to start with."""


def fill_toolbar(translator: "Translator", toolbar: Any, tools: list[Any]) -> None:
    """Give a toolbar its tools; those that were active at first are so."""
    if toolbar.tools == tools:
        return
    toolbar.tools = tools
    toolbar.active_drag = _first(tools, DRAGGED) or "auto"
    toolbar.active_tap = _first(tools, TAPPED) or "auto"
    if translator.raw.version == OLD:  # its wheel zoomed at once
        toolbar.active_scroll = _first(tools, (WheelZoomTool,)) or "auto"


def _first(tools: list[Any], order: tuple[type, ...]) -> Any:
    found = (tool for cls in order for tool in tools if isinstance(tool, cls))
    return next(found, None)


def fill_renderers(translator: "Translator", tool: Any, raw: Json) -> None:
    """Say for which renderers a tool is: those listed, those of its names, or all."""
    wanted = translator.listed(raw) or "auto"
    if tool.renderers != wanted:
        tool.renderers = wanted
