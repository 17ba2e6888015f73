"""Today's models of one raw document, made and kept up to date by the ids that both share."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import product
from typing import Any

from bokeh.core.types import ID
from bokeh.model import Model
from bokeh.models import ColumnDataSource, Plot
from bokeh.models.ui import UIElement

from hybridviz.legacy_rest.raw import RawDocument, is_reference
from hybridviz.legacy_rest.translation import sources
from hybridviz.legacy_rest.translation.defaults import OLD
from hybridviz.legacy_rest.translation.filling import Filling, changed_names
from hybridviz.legacy_rest.translation.notices import stand_in
from hybridviz.legacy_rest.translation.types import ABSENT, EMPTY, SILENT, todays_class
from hybridviz.legacy_rest.translation.uses import STRUCTURE, Uses, inside, referring

Json = dict[str, Any]

MAX_DEPTH = 60
"""Models within models; deeper is a mistake, and more than browsers can lay out."""


class Translator:
    """Today's models of a raw document.

    Args:
        raw: the document; its models may change, see `update`.
    """

    def __init__(self, raw: RawDocument) -> None:
        self.raw = raw
        self.models: dict[str, Model] = {}
        self.derived: dict[str, set[str]] = {}
        """The names of computed columns, by the ids of their sources."""
        self.points: dict[str, Model] = {}
        """Unseen renderers of points, by the ids of those that they stand beside."""
        self._made: set[str] = set()
        self._applied: dict[str, Json] = {}
        self._notices: dict[tuple[str, str], str] = {}
        self._waiting: dict[str, set[str]] = defaultdict(set)
        self._stand_ins: dict[str, UIElement] = {}
        self._within: list[str] = []
        self._again: set[str] = set()
        self._uses: Uses | None = None

    @property
    def notices(self) -> list[str]:
        """What could not be translated, for people."""
        return list(dict.fromkeys(self._notices.values()))

    @property
    def uses(self) -> Uses:
        """Who uses what in the raw document."""
        if self._uses is None:
            self._uses = Uses(self.raw.models)
        self._uses.models = self.raw.models
        return self._uses

    def roots(self) -> list[Model]:
        """Return what the document shows, in order; never less than it should show."""
        context = self.raw.models.get(self.raw.context, {"attributes": {}})
        children = context["attributes"].get("children")
        found = self.shown(children if isinstance(children, list) else [])
        self._finish()
        return list(dict.fromkeys(found))

    def model(self, ident: str) -> Model | None:
        """Return today's model of an id, made if need be; None if there is none."""
        if ident in self.models:
            return self.models[ident]
        raw = self.raw.models.get(ident)
        if raw is None:
            self._waiting[ident].update(self._within[-1:])
            return None
        cls = todays_class(raw["type"], raw["attributes"])
        if cls is None:
            self._miss(ident, raw["type"])
            return None
        if len(self._within) > MAX_DEPTH:
            self.tell(ident, "", f"{raw['type']} is too deep in other models")
            return None
        model: Model = cls.__new__(cls, id=ID(ident))
        model.__init__()  # type: ignore[misc]  # the only way to give a model its id
        self.models[ident] = model
        self._made.add(ident)
        if raw["type"] in EMPTY:
            self.tell(ident, "", f"{raw['type']} has no data: {EMPTY[raw['type']]}")
        self._fill(ident, model, raw)
        return model

    def models_of(self, references: Any) -> list[Any]:
        """Return the models of references, without those that there are none of."""
        listed = references if isinstance(references, list) else []
        found = (self.model(part["id"]) for part in listed if is_reference(part))
        return [model for model in found if model is not None]

    def shown(self, references: Any) -> list[Any]:
        """Return what is shown for references: where there is no model, what says so."""
        listed = references if isinstance(references, list) else []
        found = (self._shown(part["id"]) for part in listed if is_reference(part))
        return [model for model in found if model is not None]

    def listed(self, raw: Json) -> list[Any]:
        """Return the renderers that raw attributes list, or else those of its names."""
        found = self.models_of(raw.get("renderers"))
        known = self.uses.by_name
        names = [name for name in raw.get("names") or [] if isinstance(name, str)]
        named = [self.model(ident) for name in names for ident in known.get(name, [])]
        return found or [model for model in named if model is not None]

    def drawn_in(self, range_: str) -> list[Any]:
        """Return the renderers that are drawn in a range."""
        found = self.uses.plots_in_range(range_)
        plots = [plot for plot in map(self.models.get, found) if isinstance(plot, Plot)]
        own = set(self.points.values())
        return [r for plot in plots for r in plot.renderers if r not in own]

    def _shown(self, ident: str) -> UIElement | None:
        raw = self.raw.models.get(ident)
        if raw is not None and self._is_around(ident):
            self.tell(ident, "within", f"{raw['type']} is inside itself")
            return None
        model = self.model(ident)
        if isinstance(model, UIElement):
            return model
        if raw is None or raw["type"] in SILENT:
            return None
        inner = raw["attributes"].get("children") or [raw["attributes"].get("layout")]
        self._within.append(ident)
        try:
            found = self.shown(inner) if len(self._within) <= MAX_DEPTH else []
        finally:
            self._within.pop()
        if ident not in self._stand_ins:
            self._stand_ins[ident] = stand_in(raw["type"], found)
        return self._stand_ins[ident]

    def _is_around(self, ident: str) -> bool:
        """Return whether a model is around the one that is being filled."""
        if not self._within or ident in self._within:
            return ident in self._within
        return self._within[-1] in inside(self.raw.models, ident, MAX_DEPTH)

    def update(self, idents: Iterable[str]) -> None:
        """Change the models whose raw attributes have changed, and nothing else of them."""
        self._forget_gone()
        for ident in idents:
            raw = self.raw.models[ident]
            before = self._applied.get(ident)
            changed = changed_names(before, raw["attributes"])
            if before is None or changed & STRUCTURE:
                self._uses = None
            model = self.models.get(ident)
            self._again |= self._waiting.pop(ident, set())
            if model is None:
                continue
            if type(model) is not todays_class(raw["type"], raw["attributes"]):
                self._make_anew(ident)
            elif changed:
                self._fill(ident, model, raw)
        self._finish()

    def _forget_gone(self) -> None:
        """Forget what belongs to models that the document has no more."""
        tables: tuple[dict[str, Any], ...] = (
            self.models,
            self.derived,
            self.points,
            self._applied,
            self._stand_ins,
        )
        gone = set[str]().union(*tables) - self.raw.models.keys()
        if gone:
            for ident, table in product(gone, tables):
                table.pop(ident, None)
            self._made -= gone
            self._uses = None
            kept = {key: text for key, text in self._notices.items() if key[0] in self.raw.models}
            self._notices = kept

    def change(self, model: Model, before: Json) -> None:
        """Change a model that was not made here to what its raw attributes have become.

        Args:
            model: one of today's, of the same id as the raw one.
            before: the raw attributes that it shows.
        """
        ident = str(model.id)
        self._applied[ident] = before
        self._fill(ident, model, self.raw.models[ident])
        self._finish()

    def again(self, idents: Iterable[str]) -> None:
        """Have models filled once more, after those that are being filled."""
        self._again.update(idents)

    def _finish(self) -> None:
        while self._again:
            ident = self._again.pop()
            if ident in self.models and ident in self._made:  # else it is an app's, not ours
                self._applied.pop(ident, None)
                self._fill(ident, self.models[ident], self.raw.models[ident])

    def _make_anew(self, ident: str) -> None:
        """Forget a model whose class is another now; what refers to it is filled again."""
        self.models.pop(ident)
        self._applied.pop(ident, None)
        self._again |= referring(self.raw.models, ident)

    def _fill(self, ident: str, model: Model, raw: Json) -> None:
        before = self._applied.get(ident)
        self._applied[ident] = raw["attributes"]
        self._within.append(ident)
        try:
            Filling(self, model, raw).run(before)
        finally:
            self._within.pop()

    def tell(self, ident: str, name: str, text: str) -> None:
        """Remember what could not be translated.

        Args:
            ident: id of the model.
            name: its attribute; empty for the model itself.
            text: for people.
        """
        self._notices.setdefault((ident, name), text)

    def forget(self, ident: str, name: str) -> None:
        """Forget what `tell` was told."""
        self._notices.pop((ident, name), None)

    def resolved(self, value: Any) -> Any:
        """Return a value with today's models in place of references."""
        if isinstance(value, Model):
            return value
        if is_reference(value):
            return self.model(value["id"])
        if isinstance(value, list) and any(is_reference(part) for part in value):
            return self.models_of(value)
        if isinstance(value, dict) and any(is_reference(part) for part in value.values()):
            return {name: self.resolved(part) for name, part in value.items()}
        return value

    def plot_of(self, ident: str) -> Any:
        """Return today's plot that has a renderer or a tool; None if none has."""
        raw = self.uses.plot_of(ident)
        return self.model(raw["id"]) if raw is not None else None

    def caller_of_range(self, ident: str) -> Any:
        """Return what called the callback of a range: its plot, until ranges did so themselves."""
        if self.raw.version != OLD:
            return None
        found = self.uses.plots_in_range(ident)
        return self.model(found[0]) if found else None

    def old_value(self, model: Model, name: str, value: Any) -> Any:
        """Return a value that a browser has set, as old clients know it."""
        if isinstance(model, ColumnDataSource) and name == "data":
            return sources.old_columns(self, model, value)
        return value

    def _miss(self, ident: str, kind: str) -> None:
        if kind not in SILENT:
            reason = f": {ABSENT[kind]}" if kind in ABSENT else ""
            self.tell(ident, "", f"{kind} cannot be shown{reason}")


def notices_of(raw: RawDocument) -> list[str]:
    """Return what of a document today's page cannot show, for people."""
    translator = Translator(raw)
    translator.roots()
    return translator.notices
