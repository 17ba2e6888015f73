"""Who uses what in a raw document: plots their renderers, renderers their glyphs and sources."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from hybridviz.legacy_rest.raw import references

Json = dict[str, Any]

PARTS = ("renderers", "tools", "above", "below", "left", "right")
GLYPHS = ("glyph", "selection_glyph", "nonselection_glyph", "hover_glyph")
IMAGES = {"Image": "float64", "ImageRGBA": "uint32"}
"""Glyphs that draw images, and the types of their pixels."""


STRUCTURE = frozenset(
    [*PARTS, *GLYPHS, "data_source", "name", "overlay", "x_range", "y_range"]
    + ["extra_x_ranges", "extra_y_ranges", "image"]
)
"""Attributes whose change changes what `Uses` has found."""
AROUND = ("children", "child", "tabs", "layout", "content")
"""Attributes that hold what is shown inside."""


class Uses:
    """What a glance at all models tells.

    Args:
        models: the raw models by their ids; as they change, set this anew.
    """

    def __init__(self, models: dict[str, Json]) -> None:
        self.models = models
        self._plots: dict[str, str] = {}
        self._in_range: dict[str, list[str]] = defaultdict(list)
        self._of_glyph: dict[str, list[str]] = defaultdict(list)
        self._of_source: dict[str, list[str]] = defaultdict(list)
        self.overlays: set[str] = set()
        """Ids of what tools draw while they are used; today's bring their own."""
        self.by_name: dict[str, list[str]] = defaultdict(list)
        """Ids of renderers by their names."""
        for raw in models.values():
            self._look(raw)

    def _look(self, raw: Json) -> None:
        attributes, own = raw["attributes"], raw["id"]
        for ident in ids(attributes.get(part) for part in PARTS):
            self._plots[ident] = own
        for ident in ids(attributes.get(f"{axis}_range") for axis in "xy"):
            self._in_range[ident].append(own)
        for ident in ids(attributes.get(name) for name in GLYPHS):
            self._of_glyph[ident].append(own)
        for ident in ids([attributes.get("data_source")]):
            self._of_source[ident].append(own)
            if isinstance(attributes.get("name"), str):
                self.by_name[attributes["name"]].append(own)
        self.overlays.update(ids([attributes.get("overlay")]))

    def plot_of(self, ident: str) -> Json | None:
        """Return the plot that has a renderer, tool or axis; None if none has."""
        return self.models.get(self._plots.get(ident, ""))

    def plots_in_range(self, ident: str) -> list[str]:
        """Return the ids of the plots that show a range."""
        return self._in_range.get(ident, [])

    def of_glyph(self, ident: str) -> list[Json]:
        """Return the renderers that draw a glyph."""
        return [self.models[own] for own in self._of_glyph.get(ident, []) if own in self.models]

    def drawn_from(self, source: str) -> Iterator[tuple[Json, Json]]:
        """Yield the renderers of a source, each with each of its glyphs."""
        for own in self._of_source.get(source, []):
            renderer = self.models.get(own, {"attributes": {}})
            for ident in ids(renderer["attributes"].get(name) for name in GLYPHS):
                if ident in self.models:
                    yield renderer, self.models[ident]

    def data_of(self, renderer: Json) -> Json:
        """Return the columns that a renderer draws."""
        for ident in ids([renderer["attributes"].get("data_source")]):
            data = self.models.get(ident, {"attributes": {}})["attributes"].get("data")
            if isinstance(data, dict):
                return data
        return {}

    def range_of(self, renderer: Json, axis: str) -> Json | None:
        """Return the range, ``"x"`` or ``"y"``, in which a renderer is drawn."""
        plot = self.plot_of(renderer["id"])
        if plot is None:
            return None
        wanted = plot["attributes"].get(f"{axis}_range")
        name = renderer["attributes"].get(f"{axis}_range_name", "default")
        others = plot["attributes"].get(f"extra_{axis}_ranges")
        if name != "default" and isinstance(others, dict):
            wanted = others.get(name)
        return next((self.models[i] for i in ids([wanted]) if i in self.models), None)

    def images(self, source: str) -> dict[str, str]:
        """Return the columns of a source that hold images, and the types of their pixels."""
        found = {}
        for _, glyph in self.drawn_from(source):
            image = glyph["attributes"].get("image")
            if glyph["type"] in IMAGES and isinstance(image, dict):
                found[str(image.get("field", "image"))] = IMAGES[glyph["type"]]
        return found


def ids(values: Iterable[Any]) -> Iterator[str]:
    """Yield the ids of references, and of those in lists."""
    for value in values:
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, dict) and isinstance(part.get("id"), str) and "type" in part:
                yield part["id"]


def referring(models: dict[str, Json], ident: str) -> set[str]:
    """Return the ids of the models that refer to one."""
    return {other for other, raw in models.items() if ident in set(references(raw["attributes"]))}


def inside(models: dict[str, Json], start: str, depth: int) -> set[str]:
    """Return the ids of what is shown inside a model.

    Args:
        models: the raw models by their ids.
        start: its id.
        depth: how deep to look.
    """
    found: set[str] = set()
    level = {start}
    for _ in range(depth):
        level = {
            ident
            for own in level & models.keys()
            for ident in references({n: models[own]["attributes"].get(n) for n in AROUND})
        } - found
        if not level:
            break
        found |= level
    return found
