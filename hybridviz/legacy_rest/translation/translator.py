"""Today's models of one raw document, made and kept up to date by the ids that both share."""

from collections.abc import Callable, Iterable
from typing import Any

from bokeh.core.types import ID
from bokeh.model import Model
from bokeh.models import (
    ColumnDataSource,
    DatetimeTickFormatter,
    GridPlot,
    Plot,
    Scatter,
)
from bokeh.models.annotations import Legend
from bokeh.models.renderers import GlyphRenderer
from bokeh.models.ui import Dialog
from bokeh.models.widgets import Div

from hybridviz.legacy_rest.raw import RawDocument, is_reference
from hybridviz.legacy_rest.translation import plots
from hybridviz.legacy_rest.translation.attributes import DEFAULTS, fitted, todays
from hybridviz.legacy_rest.translation.types import MARKERS, SILENT, todays_class
from hybridviz.legacy_rest.translation.values import columns

Json = dict[str, Any]

IMAGES = {"Image": "float64", "ImageRGBA": "uint32"}
NOT_TAKEN = (AttributeError, TypeError, ValueError, KeyError, IndexError)


class Translator:
    """Today's models of a raw document.

    Args:
        raw: the document; its models may change, see `update`.
    """

    def __init__(self, raw: RawDocument) -> None:
        self.raw = raw
        self.models: dict[str, Model] = {}
        self.notices: list[str] = []
        """What could not be translated, for people."""

    def roots(self) -> list[Model]:
        """Return what the document shows, in order."""
        context = self.raw.models.get(self.raw.context, {"attributes": {}})
        return self.models_of(context["attributes"].get("children") or [])

    def model(self, ident: str) -> Model | None:
        """Return today's model of an id, made if need be; None if there is none."""
        raw = self.raw.models.get(ident)
        if ident in self.models or raw is None:
            return self.models.get(ident)
        cls = todays_class(raw["type"], raw["attributes"])
        if cls is None:
            if raw["type"] not in SILENT:
                self._notice(f"{raw['type']} cannot be shown")
            return None
        model: Model = cls.__new__(cls, id=ID(ident))
        model.__init__()  # type: ignore[misc]  # the only way to give a model its id
        self.models[ident] = model
        self._fill(model, raw["type"], {**DEFAULTS.get(raw["type"], {}), **raw["attributes"]})
        return model

    def models_of(self, references: Iterable[Any]) -> list[Any]:
        """Return the models of references, without those that there are none of."""
        found = (self.model(part["id"]) for part in references if is_reference(part))
        return [model for model in found if model is not None]

    def update(self, idents: Iterable[str]) -> None:
        """Change the models whose raw attributes have changed."""
        for ident in idents:
            raw, model = self.raw.models[ident], self.models.get(ident)
            if model is not None:
                self._fill(model, raw["type"], raw["attributes"])

    def change(self, model: Model, kind: str, attributes: Json) -> None:
        """Change some attributes of a model, which keeps what they do not say.

        Args:
            model: one of today's, of the same id as the raw one.
            kind: type of the raw one.
            attributes: those that have changed.
        """
        whole = isinstance(model, Plot | GridPlot | GlyphRenderer | Legend)
        if attributes:
            raw: Json = self.raw.models[model.id]["attributes"]
            self._fill(model, kind, raw if whole else attributes)

    def _fill(self, model: Model, kind: str, attributes: Json) -> None:
        special = next((fill for cls, fill in SPECIAL.items() if isinstance(model, cls)), None)
        if isinstance(model, Scatter) and kind in MARKERS:
            model.marker = MARKERS[kind]
        for name, value in attributes.items():
            if isinstance(model, Plot) and name in plots.TAKEN:
                continue
            if isinstance(model, GridPlot) and name not in ("border_space", "name", "tags"):
                continue
            found = todays(kind, name, value)
            if found is not None:
                self._set(model, kind, *found)
        if special is not None:
            try:
                special(self, model, attributes)
            except NOT_TAKEN as error:
                self._notice(f"{kind} is incomplete: {error}")

    def _set(self, model: Model, kind: str, name: str, value: Any) -> None:
        if name not in model.properties():
            if value is not None and name not in HANDLED:
                self._notice(f"{kind}.{name} has no equal today")
            return
        if name in HANDLED:
            return
        value = self._resolved(fitted(model.lookup(name).property, value))
        try:
            setattr(model, name, value)
        except NOT_TAKEN:
            if value is not None:
                self._notice(f"{kind}.{name} cannot be {value!r:.60}")

    def _resolved(self, value: Any) -> Any:
        if is_reference(value):
            return self.model(value["id"])
        if isinstance(value, list) and any(is_reference(part) for part in value):
            return self.models_of(value)
        if isinstance(value, dict) and any(is_reference(part) for part in value.values()):
            return {name: self._resolved(part) for name, part in value.items()}
        return value

    def _notice(self, text: str) -> None:
        if text not in self.notices:
            self.notices.append(text)

    def overlays(self) -> set[str]:
        """Return the ids of what tools draw while they are used; today's bring their own."""
        overlays = (raw["attributes"].get("overlay") for raw in self.raw.models.values())
        return {overlay["id"] for overlay in overlays if is_reference(overlay)}

    def images(self, source: str) -> dict[str, str]:
        """Return the columns of a source that hold images, and the types of their pixels."""
        found = {}
        for raw in self.raw.models.values():
            attributes = raw["attributes"]
            if (attributes.get("data_source") or {}).get("id") == source:
                glyph = self.raw.models.get((attributes.get("glyph") or {}).get("id", ""))
                image = glyph["attributes"].get("image") if glyph else None
                if glyph and glyph["type"] in IMAGES and isinstance(image, dict):
                    found[image.get("field", "image")] = IMAGES[glyph["type"]]
        return found


def _fill_source(translator: Translator, source: Any, raw: Json) -> None:
    if isinstance(raw.get("data"), dict):
        source.data = columns(raw["data"], translator.images(source.id))
    selected = raw.get("selected")
    if isinstance(selected, dict):
        source.selected.indices = list((selected.get("1d") or {}).get("indices") or [])


def _fill_renderer(translator: Translator, renderer: Any, raw: Json) -> None:
    for name in ("selection_glyph", "nonselection_glyph"):
        if raw.get(name) is None:
            setattr(renderer, name, "auto")


def _fill_formatter(translator: Translator, formatter: Any, raw: Json) -> None:
    for unit, forms in (raw.get("formats") or {}).items():
        setattr(formatter, unit, forms[0] if isinstance(forms, list) else forms)


def _fill_dialog(translator: Translator, dialog: Any, raw: Json) -> None:
    dialog.content = Div(text=raw.get("content") or "")


HANDLED = frozenset(["content", "data", "default_value", "formats", "legends", "selected"])
"""Attributes that only the functions below read."""
SPECIAL: dict[type[Model], Callable[[Translator, Any, Json], None]] = {
    ColumnDataSource: _fill_source,
    DatetimeTickFormatter: _fill_formatter,
    Dialog: _fill_dialog,
    GlyphRenderer: _fill_renderer,
    GridPlot: plots.fill_grid,
    Legend: plots.fill_legend,
    Plot: plots.fill_plot,
}
