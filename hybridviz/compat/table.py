"""What Bokeh has no more, by module and name, and what has taken its place.

A home is ``module:name`` of what an old name gives today.
"""

from collections.abc import Iterator
from dataclasses import dataclass

LAYOUTS = "hybridviz.compat.layouts"
SESSION = "hybridviz.compat.session"
IO = "hybridviz.io"

MARKERS = {
    "Asterisk": "asterisk",
    "CircleCross": "circle_cross",
    "CircleX": "circle_x",
    "Cross": "cross",
    "Dash": "dash",
    "Diamond": "diamond",
    "DiamondCross": "diamond_cross",
    "Hex": "hex",
    "InvertedTriangle": "inverted_triangle",
    "Square": "square",
    "SquareCross": "square_cross",
    "SquareX": "square_x",
    "Triangle": "triangle",
    "X": "x",
}
"""Classes of 2015 and the markers of Scatter that they are today."""

REMOVALS = frozenset(
    {"remove_next_tick_callback", "remove_periodic_callback", "remove_timeout_callback"}
)
"""Methods of documents that took the callback itself."""


@dataclass(frozen=True, slots=True)
class Old:
    """What an old name gives.

    Attributes:
        home: where it is found.
        modern: how it is spelled today.
        quiet: it means the same to its users, so that nothing is said.
    """

    home: str
    modern: str
    quiet: bool = False


def _column(*names: str) -> dict[str, Old]:
    return {name: Old(f"{LAYOUTS}:{name}", "bokeh.layouts.column") for name in names}


def _row(*names: str) -> dict[str, Old]:
    return {name: Old(f"{LAYOUTS}:{name}", "bokeh.layouts.row") for name in names}


_FUNCTIONS = {
    **_column("vplot", "vform"),
    **_row("hplot"),
    "gridplot": Old(f"{LAYOUTS}:gridplot", "bokeh.layouts.gridplot", quiet=True),
    "GridSpec": Old(f"{LAYOUTS}:GridSpec", "bokeh.layouts.gridplot"),
}
_OUTPUT = {
    "output_server": Old(f"{SESSION}:output_server", "hybridviz.io.output_server"),
    "push": Old(f"{SESSION}:push", "hybridviz.io.push"),
    "cursession": Old(
        f"{SESSION}:cursession", "a session, by hybridviz.client.push_session(curdoc())"
    ),
    "show": Old(f"{IO}:show", "hybridviz.io.show", quiet=True),
    "reset_output": Old(f"{IO}:reset_output", "hybridviz.io.reset_output", quiet=True),
}
_WIDGETS = {
    **_column("VBoxForm", "WidgetBox", "AppVBox", "AppVBoxForm"),
    **_row("AppHBox"),
    # Today's classes of these names are other things; calls in the old form give what was meant.
    **{
        name: Old(f"bokeh.models:{name}", f"bokeh.models.{name}", quiet=True)
        for name in ("Callback", "GridPlot", "HBox", "Icon", "Panel", "Tabs", "VBox")
    },
}
_MODELS = {
    **_WIDGETS,
    **{
        name: Old(f"{LAYOUTS}:{name}", f"bokeh.models.Scatter(marker='{marker}')")
        for name, marker in MARKERS.items()
    },
    "Oval": Old("bokeh.models:Ellipse", "bokeh.models.Ellipse"),
    "PreviewSaveTool": Old("bokeh.models:SaveTool", "bokeh.models.SaveTool"),
    "ResizeTool": Old("bokeh.models:FullscreenTool", "bokeh.models.FullscreenTool"),
    "FuncTickFormatter": Old("bokeh.models:CustomJSTickFormatter", "CustomJSTickFormatter"),
    "BoxSelectionOverlay": Old(f"{LAYOUTS}:BoxSelectionOverlay", "bokeh.models.BoxAnnotation"),
    "ToolbarBox": Old("bokeh.models:Toolbar", "bokeh.models.Toolbar"),
    "from_networkx": Old("bokeh.plotting:from_networkx", "bokeh.plotting.from_networkx"),
}
_CLIENT = {
    name: Old(f"{SESSION}:{name}", f"hybridviz.client.{name}", quiet=True)
    for name in ("pull_session", "push_session", "show_session")
}
_CLIENT["ClientSession"] = Old(
    "hybridviz.client:ClientSession", "hybridviz.client.ClientSession", quiet=True
)

NAMES: dict[str, dict[str, Old]] = {
    "bokeh.plotting": {
        **_FUNCTIONS,
        **_OUTPUT,
        "Figure": Old("bokeh.plotting:figure", "bokeh.plotting.figure"),
        "VBox": _WIDGETS["VBox"],
        "HBox": _WIDGETS["HBox"],
    },
    "bokeh.io": {**_FUNCTIONS, **_OUTPUT, "VBox": _WIDGETS["VBox"], "HBox": _WIDGETS["HBox"]},
    "bokeh.models": _MODELS,
    "bokeh.layouts": {
        "widgetbox": Old(f"{LAYOUTS}:widgetbox", "bokeh.layouts.column"),
        "gridplot": _FUNCTIONS["gridplot"],
    },
    "bokeh.embed": {
        "autoload_server": Old(f"{SESSION}:autoload_server", "bokeh.embed.server_session"),
    },
    "bokeh.resources": {
        "JSResources": Old("bokeh.resources:Resources", "bokeh.resources.Resources"),
        "CSSResources": Old("bokeh.resources:Resources", "Resources"),
    },
    "bokeh.client": _CLIENT,
    "bokeh.client.session": _CLIENT,
    "bokeh.document": {},
    # Modules that are no more; what they had, and what was imported into them.
    "bokeh.session": {
        "Session": Old(f"{SESSION}:Session", "hybridviz.client.ClientSession"),
    },
    "bokeh.browserlib": {
        "view": Old("bokeh.util.browser:view", "bokeh.util.browser.view"),
        "get_browser_controller": Old(
            "bokeh.util.browser:get_browser_controller", "bokeh.util.browser"
        ),
    },
    "bokeh.util.string": {
        "encode_utf8": Old(f"{LAYOUTS}:encode_utf8", "nothing: texts are Unicode"),
        "decode_utf8": Old(f"{LAYOUTS}:encode_utf8", "nothing: texts are Unicode"),
    },
    "bokeh.tile_providers": {
        **{
            name: Old(f"{LAYOUTS}:{name}", "p.add_tile('OSM'); others want a key today")
            for name in (
                "CARTODBPOSITRON",
                "CARTODBPOSITRON_RETINA",
                "STAMEN_TONER",
                "STAMEN_TERRAIN",
                "STAMEN_TERRAIN_RETINA",
                "ESRI_IMAGERY",
            )
        },
    },
}

MIRRORS = {
    "bokeh.colors": "bokeh.colors.named",
    "bokeh.objects": "bokeh.models",
    "bokeh.glyphs": "bokeh.models",
    "bokeh.widgetobjects": "bokeh.models",
    "bokeh.models.markers": "bokeh.models",
    "bokeh.models.formatters": "bokeh.models",
    "bokeh.models.glyphs": "bokeh.models",
    "bokeh.models.graphs": "bokeh.models",
    "bokeh.models.layouts": "bokeh.models",
    "bokeh.models.tools": "bokeh.models",
    "bokeh.models.widgets": "bokeh.models",
    "bokeh.models.widgets.layouts": "bokeh.models",
    "bokeh.models.widgets.panels": "bokeh.models",
    "bokeh.models.widgets.inputs": "bokeh.models",
    "bokeh.models.widgets.tables": "bokeh.models",
    "bokeh.plotting_helpers": "bokeh.plotting",
    "bokeh.properties": "bokeh.core.properties",
    "bokeh.templates": "bokeh.core.templates",
    "bokeh.document.document": "bokeh.document",
    "bokeh.plotting.figure": "bokeh.plotting",
}
"""Modules whose names are looked up in another one when they lack them, or are no more at all."""

CHARTS = (
    "bokeh.charts was taken out of Bokeh in 2017: draw with bokeh.plotting (figure, vbar, quad)"
    " or with HoloViews"
)
GONE = {
    "bokeh.charts": CHARTS,
    "bokeh._legacy_charts": CHARTS,
    "bokeh.mpl": "bokeh.mpl, the converter of Matplotlib figures, was taken out of Bokeh in 2018:"
    " draw with bokeh.plotting, or show the figure as an image",
    "bokeh.crossfilter": "bokeh.crossfilter was taken out of Bokeh in 2016: make an app of widgets"
    " and figures",
    "bokeh.simpleapp": "bokeh.simpleapp was taken out of Bokeh in 2015: make an app that adds to"
    " curdoc(), and serve it with: hybridviz serve",
    "bokeh.server": "Bokeh's own server is not used here: serve apps with hybridviz serve, or in"
    " your Flask app with hybridviz.HybridViz(app)",
    "bokeh.pluginutils": "bokeh.pluginutils belonged to the server of 2014: serve apps with"
    " hybridviz serve",
    "bokeh.plot_object": "bokeh.plot_object was taken out of Bokeh in 2015: use bokeh.model.Model",
    "bokeh.util.compiler:CoffeeScript": "CoffeeScript was taken out of Bokeh in 2021: write"
    " bokeh.util.compiler.JavaScript or TypeScript",
    "bokeh.models:ImageSource": "ImageSource was taken out of Bokeh: use ImageURL",
    "bokeh.models:Gear": "the glyph Gear was taken out of Bokeh in 2019:"
    " draw its outline as Patches",
}
"""What nothing has taken the place of, and what users can do."""

MODULES = frozenset(
    {
        "bokeh.browserlib",
        "bokeh.models.widgets.layouts",
        "bokeh.models.widgets.panels",
        "bokeh.plotting.figure",
        "bokeh.glyphs",
        "bokeh.models.graphs",
        "bokeh.models.markers",
        "bokeh.objects",
        "bokeh.plotting_helpers",
        "bokeh.properties",
        "bokeh.session",
        "bokeh.templates",
        "bokeh.tile_providers",
        "bokeh.util.string",
        "bokeh.widgetobjects",
    }
)
"""Modules that are no more, and that scripts can import all the same."""


def _places(module: str) -> Iterator[str]:
    yield module
    if module in MIRRORS:
        yield MIRRORS[module]


def old_name(module: str, name: str) -> Old | None:
    """Return what an old name of a module gives, or None if the module has it today."""
    for place in _places(module):
        if found := NAMES.get(place, {}).get(name):
            return found
    return None


def gone(module: str, name: str = "") -> str | None:
    """Return why a module, or a name in it, can be had no more; None if it can."""
    parts = module.split(".")
    above = [".".join(parts[:end]) for end in range(2, len(parts) + 1)]
    places = [f"{place}:{name}" for place in _places(module)] if name else []
    return next((GONE[place] for place in (*above, *places) if place in GONE), None)


def names_of(module: str) -> set[str]:
    """Return the old names of a module."""
    return {name for place in _places(module) for name in NAMES.get(place, {})}


WORDS = (
    "Cross Dash Diamond Figure GridSpec Hex Session Square Triangle X from_networkx"
    " get_browser_controller push view"
).split()
"""Old names that other packages, or other modules of Bokeh, have today."""
ALL_NAMES = frozenset(
    name
    for module, names in NAMES.items()
    for name, old in names.items()
    if not old.quiet and name not in WORDS
)
"""Names that only old scripts have, wherever they have them from."""
