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
    Toolbar,
)
from bokeh.models.annotations import LegendItem
from bokeh.models.axes import Axis
from bokeh.models.renderers import GlyphRenderer, TileRenderer

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
TITLE_DEFAULTS = {"text_font_size": "20pt", "text_font_style": "normal", "align": "center"}
TAKEN = frozenset(
    [*TITLE, *SIDES, "title", "tools", "logo", "renderers", "responsive", "webgl"]
    + ["x_mapper_type", "y_mapper_type", "title_text_baseline"]
)
"""Attributes that are read here and nowhere else."""


def fill_plot(translator: "Translator", plot: Any, raw: Json) -> None:
    """Give a plot what its raw attributes say."""
    _fill_title(plot, raw)
    tools = translator.models_of(raw.get("tools") or [])
    if plot.toolbar.tools != tools:
        plot.toolbar.tools = tools
    plot.toolbar.logo = raw.get("logo", "normal")
    if raw.get("responsive"):
        plot.sizing_mode = "scale_width"
    plot.output_backend = "webgl" if raw.get("webgl") else "canvas"
    for axis in ("x", "y"):
        _fill_scale(plot, axis, raw.get(f"{axis}_mapper_type"))
    _fill_renderers(translator, plot, raw)


def _fill_title(plot: Any, raw: Json) -> None:
    plot.title.text = raw.get("title") or ""
    for name, today in TITLE.items():
        given = unwrapped(raw.get(name, TITLE_DEFAULTS.get(today)))
        if given is not None:
            setattr(plot.title, today, given)


def _fill_scale(plot: Any, axis: str, mapper: Any) -> None:
    kind: Any = LinearScale
    if isinstance(getattr(plot, f"{axis}_range"), FactorRange):
        kind = CategoricalScale
    elif mapper == "log":
        kind = LogScale
    if type(getattr(plot, f"{axis}_scale")) is not kind:
        setattr(plot, f"{axis}_scale", kind())


def _fill_renderers(translator: "Translator", plot: Any, raw: Json) -> None:
    """Sort the one list of old into those of today."""
    sides = {side: translator.models_of(raw.get(side) or []) for side in SIDES}
    placed = {model.id for models in sides.values() for model in models}
    drawn = translator.models_of(raw.get("renderers") or [])
    renderers = [model for model in drawn if isinstance(model, GlyphRenderer | TileRenderer)]
    others = [model for model in drawn if model not in renderers and model.id not in placed]
    hidden = translator.overlays()
    center = [model for model in others if not isinstance(model, Axis) and model.id not in hidden]
    for name, models in {**sides, "center": center, "renderers": renderers}.items():
        if getattr(plot, name) != models:
            setattr(plot, name, models)


def fill_grid(translator: "Translator", grid: Any, raw: Json) -> None:
    """Give a grid of plots its places, and one toolbar for all."""
    places: list[tuple[Model, int, int]] = []
    for row, line in enumerate(raw.get("children") or []):
        for column, part in enumerate(line or []):
            model = translator.model(part["id"]) if part else None
            if model is not None:
                places.append((model, row, column))
    plots: list[Any] = [place[0] for place in places if hasattr(place[0], "toolbar")]
    for plot in plots:
        plot.toolbar_location = None
    grid.children = places
    tools = [tool for plot in plots for tool in plot.toolbar.tools]
    grid.toolbar = Toolbar(tools=group_tools(tools))


def fill_legend(translator: "Translator", legend: Any, raw: Json) -> None:
    """Give a legend its items."""
    given = raw.get("legends") or []
    pairs = given.items() if isinstance(given, dict) else given
    legend.items = [
        LegendItem(label=value(label), renderers=translator.models_of(renderers))
        for label, renderers in pairs
    ]
