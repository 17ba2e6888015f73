"""Old glyph methods of a figure: markers by name, ``circle`` with a size, ``legend``."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from bokeh.models import ColumnDataSource, glyphs
from bokeh.models.glyph import Glyph
from bokeh.plotting import figure
from numpy import ndarray

from hybridviz.compat.table import MARKERS

Warn = Callable[[str, str], None]

ELLIPSES = {"oval": "ellipse"}
METHODS = frozenset({"circle", *MARKERS.values(), *ELLIPSES})
"""Methods of a figure that are called in another way today."""
GLYPHS = {
    cls.__name__.lower(): cls
    for cls in vars(glyphs).values()
    if isinstance(cls, type) and issubclass(cls, Glyph)
}
OPTIONS = ("legend", "source")
"""Options of glyph methods that are given in another way today."""
SPECS = (
    "x",
    "y",
    "xs",
    "ys",
    "x0",
    "y0",
    "x1",
    "y1",
    "left",
    "right",
    "top",
    "bottom",
    "size",
    "angle",
    "radius",
    "width",
    "height",
    "text",
    "color",
    "alpha",
)
"""Ends of the names of options that take one value per point."""


def draws(name: str) -> bool:
    """Return whether figures have a glyph method of that name, or had one."""
    return name in METHODS or name.removesuffix("_stack").replace("_", "") in GLYPHS


def method(plot: figure, name: str, warn: Warn) -> Callable[..., Any]:
    """Return what draws as an old method did."""
    if name == "circle":
        return partial(_circle, plot, warn)
    if name in ELLIPSES:
        warn(name, f"p.{ELLIPSES[name]}")
        return partial(glyph, getattr(plot, ELLIPSES[name]), warn)
    warn(f"p.{name}", f"p.scatter(marker='{name}')")
    return partial(glyph, plot.scatter, warn, marker=name)


def _circle(plot: figure, warn: Warn, *args: Any, **options: Any) -> Any:
    if len(args) > 2 or "radius" in options:
        return glyph(plot.circle, warn, *args, **options)
    warn("p.circle without radius", "p.scatter")
    return glyph(plot.scatter, warn, *args, **options)


def glyph(draw: Callable[..., Any], warn: Warn, *args: Any, **options: Any) -> Any:
    """Call a glyph method of today with the options of old.

    Args:
        draw: the method.
        warn: called with an old name and its modern spelling.
        args: its arguments.
        options: its options.
    """
    if "legend" in options:
        legend = options.pop("legend")
        if legend is not None:
            options.update(_legend(options.get("source"), legend, warn))
    source = options.get("source")
    cls: Any = GLYPHS.get(draw.__name__.replace("_", ""))
    if isinstance(source, ColumnDataSource) and cls is not None:
        options = _into(source, {**dict(zip(cls._args, args, strict=False)), **options}, warn)
        args = ()
    return draw(*args, **options)


def _legend(source: Any, legend: Any, warn: Warn) -> dict[str, Any]:
    columns = source.data if isinstance(source, ColumnDataSource) else source
    found = isinstance(legend, str) and isinstance(columns, Mapping) and legend in columns
    modern = "legend_field" if found else "legend_label"
    warn("legend", modern)
    return {modern: [*map(_label, legend)] if isinstance(legend, list) else _label(legend)}


def _label(legend: Any) -> str:
    """Return the text of a legend, which may be given as ``value("text")``."""
    return str(getattr(legend, "value", legend))


def _into(source: ColumnDataSource, options: dict[str, Any], warn: Warn) -> dict[str, Any]:
    """Make columns of the values that are given beside a source."""
    named = {}
    for name, value in options.items():
        named[name] = value
        if name.endswith(SPECS) and (
            isinstance(value, list | ndarray) or hasattr(value, "to_numpy")
        ):
            warn("values beside a source", "columns of the source")
            named[name] = source.add(value, name if name not in source.data else None)
    return named
