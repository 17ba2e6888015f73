"""Plots, grids of plots and legends: what they consist of has changed most."""

from typing import TYPE_CHECKING, Any

from bokeh.core.properties import value
from bokeh.layouts import group_tools
from bokeh.model import Model
from bokeh.models import (
    CategoricalScale,
    FactorRange,
    LinearScale,
    LogScale,
    Plot,
    Toolbar,
)
from bokeh.models.annotations import LegendItem
from bokeh.models.axes import Axis
from bokeh.models.renderers import GlyphRenderer, TileRenderer

from hybridviz.legacy_rest.translation.extents import follow_again, with_points
from hybridviz.legacy_rest.translation.tools import fill_toolbar
from hybridviz.legacy_rest.translation.values import unwrapped

if TYPE_CHECKING:
    from hybridviz.legacy_rest.translation.translator import Translator

Json = dict[str, Any]

SIDES = ("above", "below", "left", "right")
TITLE = {
    "title_standoff": "standoff",
    "title_text_align": "align",
    "title_text_alpha": "text_alpha",
    "title_text_color": "text_color",
    "title_text_font": "text_font",
    "title_text_font_size": "text_font_size",
    "title_text_font_style": "text_font_style",
}
SPACING = ("label_standoff", "legend_spacing")
MAPPERS = ("x_mapper_type", "y_mapper_type")
TITLE_DEFAULTS = {"text_font_size": "20pt", "text_font_style": "normal", "align": "center"}


def fill_tools(translator: "Translator", plot: Any, raw: Json) -> None:
    """Give a plot its tools and its logo."""
    fill_toolbar(translator, plot.toolbar, translator.models_of(raw.get("tools")))
    plot.toolbar.logo = raw.get("logo", "normal")
    plot.toolbar_sticky = False  # it had a row of its own, and the title the whole width


def fill_drawing(translator: "Translator", plot: Any, raw: Json) -> None:
    """Say how a plot is drawn, and whether it follows the size of its page."""
    plot.sizing_mode = "scale_width" if raw.get("responsive") else None
    plot.output_backend = "webgl" if raw.get("webgl") else "canvas"


def fill_ranges(translator: "Translator", plot: Any, raw: Json) -> None:
    """Give a plot the scales of its ranges, which once followed by themselves."""
    for axis in ("x", "y"):
        kind = _scale(getattr(plot, f"{axis}_range"), raw.get(f"{axis}_mapper_type"))
        if type(getattr(plot, f"{axis}_scale")) is not kind:
            setattr(plot, f"{axis}_scale", kind())
        others = getattr(plot, f"extra_{axis}_ranges")
        scales = {name: _scale(range_, None)() for name, range_ in others.items()}
        known = getattr(plot, f"extra_{axis}_scales")
        if {n: type(s) for n, s in known.items()} != {n: type(s) for n, s in scales.items()}:
            setattr(plot, f"extra_{axis}_scales", scales)


def _scale(range_: Any, mapper: Any) -> Any:
    if isinstance(range_, FactorRange):
        return CategoricalScale
    return LogScale if mapper == "log" else LinearScale


def fill_title(translator: "Translator", plot: Any, raw: Json) -> None:
    """Give a plot its title."""
    plot.title.text = raw.get("title") or ""
    for name, today in TITLE.items():
        given = unwrapped(raw.get(name, TITLE_DEFAULTS.get(today)))
        if given is not None:
            setattr(plot.title, today, given)


def fill_renderers(translator: "Translator", plot: Any, raw: Json) -> None:
    """Sort the one list of old into those of today."""
    sides = {side: translator.models_of(raw.get(side)) for side in SIDES}
    placed = {model.id for models in sides.values() for model in models}
    drawn = translator.models_of(raw.get("renderers"))
    renderers = [model for model in drawn if isinstance(model, GlyphRenderer | TileRenderer)]
    others = [model for model in drawn if model not in renderers and model.id not in placed]
    hidden = translator.uses.overlays
    center = [model for model in others if not isinstance(model, Axis) and model.id not in hidden]
    renderers = with_points(translator, plot, renderers)
    follow_again(translator, plot)
    for name, models in {**sides, "center": center, "renderers": renderers}.items():
        if getattr(plot, name) != models:
            setattr(plot, name, models)


def fill_grid(translator: "Translator", grid: Any, raw: Json) -> None:
    """Give a grid of plots its places, and one toolbar for all."""
    places: list[tuple[Model, int, int]] = []
    for row, line in enumerate(raw.get("children") or []):
        for column, part in enumerate(line or []):
            places += [(model, row, column) for model in translator.shown([part])]
    plots: list[Any] = [place[0] for place in places if isinstance(place[0], Plot)]
    for plot in plots:
        plot.toolbar_location = None
    if grid.children != places:
        grid.children = places
    tools = [tool for plot in plots for tool in plot.toolbar.tools]
    grid.toolbar = Toolbar(tools=group_tools(tools))


def fill_spacing(translator: "Translator", legend: Any, raw: Json) -> None:
    """Give a legend the one distance that was between all its parts and its border."""
    distance = raw.get("legend_spacing", 3)
    legend.padding = legend.spacing = legend.label_standoff = distance


def fill_legend(translator: "Translator", legend: Any, raw: Json) -> None:
    """Give a legend its items."""
    given = raw.get("legends") or []
    pairs = given.items() if isinstance(given, dict) else given
    legend.items = [
        LegendItem(label=value(str(label)), renderers=translator.models_of(renderers))
        for label, renderers in pairs
    ]
