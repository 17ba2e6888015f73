"""Gives one model of today what the attributes of its raw model say."""

from typing import TYPE_CHECKING, Any

from bokeh.core.properties import DataSpec
from bokeh.core.property.singletons import Undefined
from bokeh.model import Model
from bokeh.models import Scatter
from bokeh.models.annotations import Annotation
from bokeh.models.glyph import Glyph

from hybridviz.legacy_rest.raw import is_reference
from hybridviz.legacy_rest.translation import callbacks, parts
from hybridviz.legacy_rest.translation.attributes import OF_CIRCLES, fitted, todays
from hybridviz.legacy_rest.translation.defaults import defaults
from hybridviz.legacy_rest.translation.derived import annotated, derived_spec
from hybridviz.legacy_rest.translation.types import MARKERS
from hybridviz.legacy_rest.translation.uses import ids

if TYPE_CHECKING:
    from hybridviz.legacy_rest.translation.translator import Translator

Json = dict[str, Any]

INNER = ("children", "child")
"""Attributes that hold what is shown in a place of its own."""


def changed_names(before: Json | None, after: Json) -> set[str]:
    """Return the names of the attributes that differ; all, if there were none before."""
    if before is None:
        return set(after)
    if before is after:
        return set()
    return {name for name in after if name not in before or before[name] != after[name]}


class Filling:
    """One filling of one model.

    Args:
        translator: of its document.
        model: today's.
        raw: its raw model.
    """

    def __init__(self, translator: "Translator", model: Model, raw: Json) -> None:
        self._translator = translator
        self._model = model
        self._raw = raw
        self._ident: str = raw["id"]
        self._kind: str = raw["type"]
        self._old = defaults(self._kind, translator.raw.version)

    def run(self, before: Json | None) -> None:
        """Set what has changed, and nothing else.

        Args:
            before: the attributes that were set last; None at first.
        """
        values = {**self._old, **self._raw["attributes"]}
        changed = changed_names(before, self._raw["attributes"])
        if before is None:
            changed |= self._old.keys()
        self._set_attributes(values, changed)
        self._fill_parts(values, changed, first=before is None)
        if before is None:
            for name in parts.complete(self._model, self._old):
                self._tell(name, f"has no {name}", between=" ")
        elif isinstance(self._model, Glyph):
            self._translator.again(self._computed_sources())

    def _set_attributes(self, values: Json, changed: set[str]) -> None:
        if isinstance(self._model, Scatter) and self._kind in MARKERS:
            self._model.marker = MARKERS[self._kind]
        found = (part.names for part in parts.PARTS if part.is_of(self._model, self._kind))
        taken = frozenset[str]().union(*found)
        for name, value in values.items():
            if name in changed and name not in taken:
                self._attribute(name, value)

    def _fill_parts(self, values: Json, changed: set[str], first: bool) -> None:
        for part in parts.PARTS:
            concerned = first and part.always or changed & (part.names | part.also)
            if concerned and part.is_of(self._model, self._kind):
                self._translator.forget(self._ident, part.name)
                try:
                    part.fill(self._translator, self._model, values)
                except Exception as error:  # values of strangers: the rest of it is shown
                    self._tell(part.name, f" is not understood: {error!s:.100}")

    def _attribute(self, name: str, value: Any) -> None:
        self._translator.forget(self._ident, name)
        meant = self._old.get(name)
        if value is None and isinstance(meant, int | float):
            value = meant  # none of a size or a number was not heeded
        try:
            if name == "callback":
                self._connect(value)
            else:
                translated = todays(self._kind, name, value)
                if translated is not None:
                    self._set(name, *translated)
        except Exception:  # values of strangers: the rest of the document is shown
            if value is None:
                self._reset(name)
            else:
                self._tell(name, f" cannot be {value!r:.60}")

    def _connect(self, value: Any) -> None:
        callback = self._translator.resolved(value)
        reason = callbacks.connect(self._translator, self._model, self._ident, callback)
        if reason is not None:
            self._tell("callback", f" is not called: {reason}")

    def _set(self, old: str, name: str, value: Any) -> None:
        """Set an attribute, ``old``, by its name and value of today."""
        if name not in self._model.properties():
            if value is not None and not (self._kind == "Circle" and old in OF_CIRCLES):
                self._tell(old, " has no equal today")
            return
        if isinstance(self._model, Glyph):
            value = derived_spec(self._translator.uses, self._raw, old, value)
        property_ = self._model.lookup(name).property
        if isinstance(value, dict) and "field" in value and not isinstance(property_, DataSpec):
            return  # one line has one colour; browsers of the time did not heed it either
        value = fitted(property_, value)
        if isinstance(self._model, Annotation):
            value = annotated(self._translator.uses, self._raw, old, value)
        if name in INNER:
            shown = self._translator.shown(value if isinstance(value, list) else [value])
            value = shown if isinstance(value, list) else shown[0]
        elif is_reference(value):
            value = self._referred(old, value)
            if value is None:
                return
        setattr(self._model, name, self._translator.resolved(value))

    def _referred(self, name: str, reference: Json) -> Model | None:
        model = self._translator.model(reference["id"])
        if model is None and reference["id"] not in self._translator.raw.models:
            self._tell(name, " refers to nothing")
        return model

    def _reset(self, name: str) -> None:
        """Give an attribute that is none now what it was before it was set."""
        meant = self._old.get(name)
        if meant is not None:
            self._attribute(name, meant)
            return
        if name in self._model.properties():
            default = self._model.lookup(name).class_default(type(self._model))
            if default is not Undefined:
                setattr(self._model, name, default)

    def _computed_sources(self) -> set[str]:
        """Return the sources with computed columns for this glyph."""
        translator = self._translator
        renderers = translator.uses.of_glyph(self._ident)
        found = set(ids(renderer["attributes"].get("data_source") for renderer in renderers))
        return found & translator.derived.keys()

    def _tell(self, name: str, text: str, between: str = ".") -> None:
        what = f"{self._kind} " if between == " " else f"{self._kind}.{name}"
        self._translator.tell(self._ident, name, f"{what}{text}")
