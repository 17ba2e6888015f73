"""What automatic ranges follow: once the points of a wedge, today its radius too.

Today's add a radius in pixels as if it were one in data, and such glyphs shrink into the middle.
Beside each of them stands an unseen renderer of its points, which ranges follow in its place.
"""

from typing import TYPE_CHECKING, Any

from bokeh.models import AnnularWedge, Annulus, Circle, DataRange1d, Scatter, Wedge
from bokeh.models.renderers import GlyphRenderer

if TYPE_CHECKING:
    from hybridviz.legacy_rest.translation.translator import Translator

Json = dict[str, Any]


def is_wide(renderer: Any) -> bool:
    """Return whether a renderer draws what has a radius that ranges did not look at."""
    glyph = renderer.glyph if isinstance(renderer, GlyphRenderer) else None
    if isinstance(glyph, Circle):
        return getattr(glyph, "radius_units", "data") == "screen"
    return isinstance(glyph, AnnularWedge | Annulus | Wedge)


def points_of(translator: "Translator", renderer: Any) -> Any:
    """Return the unseen renderer of the points of another."""
    found: Any = translator.points.get(renderer.id)
    if found is None:
        found = GlyphRenderer(data_source=renderer.data_source, glyph=Scatter(), visible=False)
        translator.points[renderer.id] = found
    if found.data_source is not renderer.data_source:
        found.data_source = renderer.data_source
    found.glyph.x, found.glyph.y = renderer.glyph.x, renderer.glyph.y
    found.x_range_name, found.y_range_name = renderer.x_range_name, renderer.y_range_name
    return found


def with_points(translator: "Translator", plot: Any, renderers: list[Any]) -> list[Any]:
    """Return renderers, and those of points that the ranges of a plot follow for some."""
    if not any(isinstance(found, DataRange1d) for found in (plot.x_range, plot.y_range)):
        return renderers
    wide = [renderer for renderer in renderers if is_wide(renderer)]
    return [*renderers, *(points_of(translator, renderer) for renderer in wide)]


def fill_followed(translator: "Translator", range_: Any, raw: Json) -> None:
    """Say which renderers a range follows: those listed, those of its names, or all."""
    listed = translator.listed(raw)
    found = listed or translator.drawn_in(range_.id)
    followed = [points_of(translator, r) if is_wide(r) else r for r in found]
    wanted = followed if listed or followed != found else "auto"
    if range_.renderers != wanted:
        range_.renderers = wanted


def follow_again(translator: "Translator", plot: Any) -> None:
    """Have the ranges of a plot look again at what they follow."""
    ranges = (plot.x_range, plot.y_range)
    translator.again(found.id for found in ranges if isinstance(found, DataRange1d))
