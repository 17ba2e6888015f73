"""Sources of data: their columns, and what is selected in them."""

from typing import TYPE_CHECKING, Any

from bokeh.model import Model
from bokeh.models import ColumnDataSource

from hybridviz.legacy_rest.translation.derived import derived_columns
from hybridviz.legacy_rest.translation.values import columns

if TYPE_CHECKING:
    from hybridviz.legacy_rest.translation.translator import Translator

Json = dict[str, Any]


def fill_columns(translator: "Translator", source: Any, raw: Json) -> None:
    """Give a source its columns; those that are as they were are not told again."""
    data = raw.get("data")
    if not isinstance(data, dict):
        source.data = {}
        return
    uses = translator.uses
    found = columns(data, uses.images(source.id))
    computed = derived_columns(uses, source.id, found)
    computed_before = translator.derived.get(source.id, set())
    translator.derived[source.id] = set(computed)
    _set_columns(source, columns({**found, **computed}, {}))
    if computed.keys() != computed_before:
        glyphs = {glyph["id"] for _, glyph in uses.drawn_from(source.id)}
        translator.again(glyph for glyph in glyphs if glyph in translator.models)


def _set_columns(source: ColumnDataSource, data: Json) -> None:
    before = source.data
    if before.keys() != data.keys() or _length(before) != _length(data):
        source.data = data
        return
    changed = {name: values for name, values in data.items() if not _equal(before[name], values)}
    if changed:
        source.data.update(changed)  # tells these columns only


def _length(data: Any) -> int:
    return max((len(values) for values in data.values()), default=0)


def _equal(before: Any, after: Any) -> bool:
    return type(before) is type(after) is list and before == after


def old_columns(translator: "Translator", source: Model, data: Json) -> Json:
    """Return columns of today without those that were computed."""
    computed = translator.derived.get(source.id, set())
    return {name: values for name, values in data.items() if name not in computed}


def fill_selected(translator: "Translator", source: Any, raw: Json) -> None:
    """Select what is selected."""
    selected = raw.get("selected") or {}
    indices = list((selected.get("1d") or {}).get("indices") or [])
    if source.selected.indices != indices:
        source.selected.indices = indices
    lines = list((selected.get("0d") or {}).get("indices") or [])
    if source.selected.line_indices != lines:
        source.selected.line_indices = lines
