"""Writes docs/legacy_coverage.md: what becomes of each type and attribute of Bokeh 0.10 and 0.11.

Run it as ``python -m scripts.legacy_coverage``. It asks the tables that translate, so that it says
what they do; a test holds the page up to date.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from bokeh.model import Model
from bokeh.models import BoxSelectTool, ColumnDataSource, HoverTool, Range, TapTool
from bokeh.models.widgets import Button, Dropdown

from hybridviz.legacy_rest.translation.attributes import (
    APPROXIMATED,
    OF_CIRCLES,
    dropped,
    todays_name,
)
from hybridviz.legacy_rest.translation.callbacks import CHANGING
from hybridviz.legacy_rest.translation.parts import PARTS
from hybridviz.legacy_rest.translation.types import ABSENT, ABSTRACT, SILENT, todays_class
from scripts.legacy_models import read

PAGE = Path(__file__).parent.parent / "docs" / "legacy_coverage.md"
EXACT, CLOSE, DROPPED, LOST = "exact", "approximated", "dropped", "lost"
FAMILY = re.compile(
    "(.*(?:line|fill|text)_)(?:alpha|baseline|align|cap|color|dash.*|font.*|join|width)"
)
"""Attributes of lines, fills and texts, which come in families."""
CALLING = (BoxSelectTool, Button, ColumnDataSource, Dropdown, HoverTool, Range, TapTool)
KINSHIP = {
    "AppVBox": "VBox",
    "AppVBoxForm": "VBoxForm",
    "Chart": "Plot",
    "Figure": "Plot",
    "GeoJSONDataSource": "ColumnDataSource",
}
"""Types that are in the table of approximations by another's name."""
HEAD = """\
# Types and attributes of Bokeh 0.10 and 0.11

What `hybridviz/legacy_rest/translation` makes of them, written by
`python -m scripts.legacy_coverage` from its tables. **exact**: means today what it meant.
**approximated**: close to it. **dropped**: kept in the document as it came, and says nothing on the
page. Names ending in `*` are families, as `line_*` for `line_color`, `line_width` and so on. A type
or attribute that is not listed here is kept as it came too, and named on the page and at
`/bokeh/notices/ID/`. What a missing attribute meant to the browsers of its time is kept as well,
see `defaults.py`.
"""


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of an attribute: how well it is kept, and a remark."""

    kind: str
    remark: str = ""


def known() -> dict[str, set[str]]:
    """Return the types of both versions, and their attributes."""
    found: dict[str, set[str]] = defaultdict(set)
    for models in read().values():
        for kind, attributes in models.items():
            found[kind].update(attributes)
    return found


def fate(kind: str, name: str, cls: type[Model]) -> Fate:
    """Return what becomes of an attribute.

    Args:
        kind: its type of old.
        name: the attribute.
        cls: today's class of the type.
    """
    reason = dropped(kind, name)
    close = APPROXIMATED.get((KINSHIP.get(kind, kind), name))
    if reason is not None or close is not None:
        return Fate(DROPPED, reason) if reason is not None else Fate(CLOSE, close or "")
    if name == "callback":
        return _called(cls)
    taken = any(
        name in part.names
        for part in PARTS
        if issubclass(cls, part.classes) and (not part.kinds or kind in part.kinds)
    )
    if taken or (kind == "Circle" and name in OF_CIRCLES):
        return Fate(EXACT)
    return Fate(EXACT if todays_name(kind, name) in cls.properties() else LOST)


def _called(cls: type[Model]) -> Fate:
    if issubclass(cls, CALLING) or set(CHANGING) & set(cls.properties()):
        return Fate(EXACT)
    return Fate(DROPPED, "nothing calls it today")


def fates() -> dict[str, dict[str, Fate]]:
    """Return what becomes of all attributes, by type."""
    classes = {kind: todays_class(kind, {}) for kind in known()}
    return {
        kind: {name: fate(kind, name, cls) for name in sorted(known()[kind])}
        for kind, cls in sorted(classes.items())
        if cls is not None and kind not in ABSTRACT
    }


def page() -> str:
    """Return the page."""
    lines = [HEAD, "## Types that are shown", ""]
    lines += ["| type | today | exact | approximated | dropped |", "|---|---|---|---|---|"]
    for kind, attributes in fates().items():
        cls = todays_class(kind, {})
        assert cls is not None
        cells = [kind, cls.__name__, _names(attributes, EXACT)]
        cells += [_remarks(attributes, wanted) for wanted in (CLOSE, DROPPED)]
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", "## Types that are not shown", ""]
    lines += ["Something says so in their place, or what is inside them is shown.", ""]
    lines += [f"- {kind}: {reason}" for kind, reason in sorted(ABSENT.items())]
    lines += ["", "## Types that nobody misses", ""]
    lines += [f"- {kind}: {reason}" for kind, reason in sorted(SILENT.items())]
    return "\n".join(lines) + "\n"


def _names(attributes: dict[str, Fate], wanted: str) -> str:
    return _families([name for name, found in attributes.items() if found.kind == wanted])


def _remarks(attributes: dict[str, Fate], wanted: str) -> str:
    groups: dict[str, list[str]] = defaultdict(list)
    for name, found in attributes.items():
        if found.kind == wanted:
            groups[found.remark].append(name)
    return "; ".join(f"{_families(names)} ({remark})" for remark, names in groups.items())


def _families(names: list[str]) -> str:
    found: dict[str, None] = {}
    for name in names:
        member = FAMILY.fullmatch(name)
        found[f"{member[1]}*" if member else name] = None
    return ", ".join(found)


if __name__ == "__main__":
    PAGE.write_text(page())
