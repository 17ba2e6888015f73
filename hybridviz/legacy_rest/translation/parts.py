"""Attributes that take more than a name and a value: what fills which part of which model."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from bokeh.core.property.singletons import Undefined
from bokeh.model import Model
from bokeh.models import (
    BasicTicker,
    BoxSelectTool,
    Column,
    ColumnDataSource,
    CustomJS,
    DataRange1d,
    DatetimeTickFormatter,
    GridPlot,
    HoverTool,
    LassoSelectTool,
    MultiPolygons,
    Plot,
    PolySelectTool,
    Row,
    Scatter,
    Spacer,
    TapTool,
)
from bokeh.models.annotations import Legend, Span
from bokeh.models.glyph import Glyph
from bokeh.models.renderers import GlyphRenderer
from bokeh.models.sources import ColumnarDataSource
from bokeh.models.ui import Dialog
from bokeh.models.widgets import AbstractButton, DataTable, DateRangeSlider, Div, Slider

from hybridviz.bokeh_internals import is_unset
from hybridviz.legacy_rest.translation import callbacks, plots, sources, tools, widgets
from hybridviz.legacy_rest.translation.derived import GEAR, gear_fields
from hybridviz.legacy_rest.translation.extents import fill_followed

if TYPE_CHECKING:
    from hybridviz.legacy_rest.translation.translator import Translator

Json = dict[str, Any]
Fill = Callable[["Translator", Any, Json], None]

RANGES = frozenset({"x_range", "y_range", "extra_x_ranges", "extra_y_ranges"})
CHILDREN = frozenset({"children"})
VERTICAL = frozenset({"AppVBox", "VBox"})
APPS = frozenset({"AppHBox", "AppVBox", "AppVBoxForm"})


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a model.

    Attributes:
        name: of it, for notices.
        classes: of the models of today that have it.
        names: attributes of old that are read here and nowhere else.
        fill: gives a model of today its part.
        also: attributes of old that are read here too.
        kinds: types of old, if not all that are of these classes.
        always: whether to fill it at first also if none of the attributes is there.
    """

    name: str
    classes: tuple[type[Model], ...]
    names: frozenset[str]
    fill: Fill
    also: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    always: bool = False

    def is_of(self, model: Model, kind: str) -> bool:
        """Return whether a model has this part."""
        return isinstance(model, self.classes) and (not self.kinds or kind in self.kinds)


def _part(name: str, cls: type[Model] | tuple[type[Model], ...], fill: Fill, **more: Any) -> Part:
    classes = cls if isinstance(cls, tuple) else (cls,)
    return Part(name, classes, frozenset(more.pop("names", {name})), fill, **more)


def _fill_renderer(translator: "Translator", renderer: Any, raw: Json) -> None:
    """Hide what its glyph, or itself, says is hidden."""
    glyph = translator.raw.models.get((raw.get("glyph") or {}).get("id", ""))
    hidden = glyph is not None and glyph["attributes"].get("visible") is False
    renderer.visible = raw.get("visible") is not False and not hidden


def _fill_visible(translator: "Translator", glyph: Any, raw: Json) -> None:
    """Have the renderers of a glyph hide it, or show it again."""
    translator.again(renderer["id"] for renderer in translator.uses.of_glyph(glyph.id))


def _fill_gear(translator: "Translator", glyph: Any, raw: Json) -> None:
    xs, ys = gear_fields({"id": glyph.id})
    glyph.xs, glyph.ys = {"field": xs}, {"field": ys}


def _fill_app(translator: "Translator", box: Any, raw: Json) -> None:
    """Give a box of an app its children, of which some are names in the app."""
    app = translator.raw.models.get((raw.get("app") or {}).get("id", ""), {"attributes": {}})
    known = app["attributes"].get("objects") or {}
    children = raw.get("children") or []
    box.children = translator.shown([known.get(c) if isinstance(c, str) else c for c in children])


PARTS = (
    _part("children", (Row, Column), _fill_app, kinds=APPS),
    _part("flow", Column, widgets.fill_flow, names=(), also=CHILDREN, kinds=VERTICAL),
    _part("children", GridPlot, plots.fill_grid),
    _part("title", Plot, plots.fill_title, names={*plots.TITLE, "title"}, always=True),
    _part("tools", Plot, plots.fill_tools, names={"tools", "logo"}, always=True),
    _part("mapper", Plot, plots.fill_ranges, names=plots.MAPPERS, also=RANGES, always=True),
    _part("renderers", Plot, plots.fill_renderers, names={"renderers", *plots.SIDES}),
    _part("webgl", Plot, plots.fill_drawing, names={"responsive", "webgl"}),
    _part("legends", Legend, plots.fill_legend),
    _part("legend_spacing", Legend, plots.fill_spacing, names=plots.SPACING, always=True),
    _part(
        "renderers",
        (BoxSelectTool, HoverTool, LassoSelectTool, PolySelectTool, TapTool),
        tools.fill_renderers,
        names={"renderers", "names"},
    ),
    _part("renderers", DataRange1d, fill_followed, names={"renderers", "names"}, always=True),
    _part("visible", GlyphRenderer, _fill_renderer, also=frozenset({"glyph"})),
    _part("visible", Glyph, _fill_visible),
    _part("module", MultiPolygons, _fill_gear, names=GEAR, always=True),
    _part("data", ColumnDataSource, sources.fill_columns),
    _part("selected", ColumnarDataSource, sources.fill_selected),
    _part("formats", DatetimeTickFormatter, widgets.fill_formats),
    _part("content", Dialog, widgets.fill_dialog, names={"content", "buttons"}, always=True),
    _part("step", Slider, widgets.fill_step, also=frozenset({"start", "end"}), always=True),
    _part(
        "bounds", DateRangeSlider, widgets.fill_dates, names={"bounds", "value", "step", "enabled"}
    ),
    _part("location", Span, widgets.fill_span),
    _part("icon", AbstractButton, widgets.fill_icon, also=frozenset({"type"})),
    _part(
        "width",
        DataTable,
        widgets.fill_table,
        names={"width", "height", "row_headers"},
        also=frozenset({"source"}),
        always=True,
    ),
    _part("code", CustomJS, callbacks.fill_code, names={"args", "code", "lang"}, always=True),
)
NEEDED: dict[str, Callable[[], Any]] = {
    "child": Spacer,
    "content": Div,
    "data_source": ColumnDataSource,
    "data_url": str,
    "field": str,
    "geojson": lambda: '{"type": "FeatureCollection", "features": []}',
    "glyph": Scatter,
    "icon_name": lambda: "unknown",
    "interval": lambda: 1.0,
    "palette": list,
    "start": lambda: 0,
    "end": lambda: 1,
    "text": str,
    "tickers": lambda: [BasicTicker()],
    "value": lambda: 0,
}
"""What today's models cannot be without, and what nothing is: half an upload is shown too."""


def complete(model: Model, old: Json) -> list[str]:
    """Give a model what it cannot be without.

    Args:
        model: the model.
        old: what missing attributes of its type meant.

    Returns:
        The names of what was missing.
    """
    missing = [n for n in _required(type(model)) if is_unset(model, n)]
    for name in missing:
        setattr(model, name, old[name] if name in old else _neutral(model, name))
    return missing


def _neutral(model: Model, name: str) -> Any:
    if name == "value" and isinstance(model, DateRangeSlider):
        return (0, 1)
    return NEEDED[name]()


@cache
def _required(cls: type[Model]) -> tuple[str, ...]:
    """Return the properties of a class that have no default."""
    return tuple(
        name
        for name in cls.properties() & NEEDED.keys()
        if cls.lookup(name).class_default(cls) is Undefined
    )
