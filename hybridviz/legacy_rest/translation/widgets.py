"""Widgets that consist of other parts today."""

import itertools
import math
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bokeh.models import Column, Row
from bokeh.models.widgets import AbstractButton, Div, ToggleButtonGroup

from hybridviz.legacy_rest.translation.derived import annotated
from hybridviz.legacy_rest.translation.values import NUMBERS

if TYPE_CHECKING:
    from hybridviz.legacy_rest.translation.translator import Translator

Json = dict[str, Any]

PLAIN = ("default", "link", "light")
DARK = "#333333"
"""The colour of the text of plain buttons; that of others is white."""
STEPS = 50
"""Into how many steps a slider of old without one was divided."""
MILLISECONDS = {
    "days": 86_400_000,
    "hours": 3_600_000,
    "minutes": 60_000,
    "months": 30 * 86_400_000,
    "seconds": 1000,
    "weeks": 7 * 86_400_000,
    "years": 365 * 86_400_000,
}


def fill_dialog(translator: "Translator", dialog: Any, raw: Json) -> None:
    """Give a dialog its content, with its buttons below."""
    given = raw.get("content")
    content = translator.resolved(given) if isinstance(given, dict) else Div(text=given or "")
    buttons = translator.shown(raw.get("buttons") or [])
    dialog.content = Column(children=[content, Row(children=buttons)]) if buttons else content


def fill_step(translator: "Translator", slider: Any, raw: Json) -> None:
    """Give a slider its steps, which none or 0 once left to it."""
    step = raw.get("step")
    if not step:
        step = (slider.end - slider.start) / STEPS
    if slider.step != step:
        slider.step = step


def fill_flow(translator: "Translator", box: Any, raw: Json) -> None:
    """Have buttons that follow one another in a box stand in one line, as words do."""
    small = [isinstance(child, AbstractButton | ToggleButtonGroup) for child in box.children]
    if not any(a and b for a, b in itertools.pairwise(small)):
        return
    box.styles = {"display": "block"}
    for child, is_small in zip(box.children, small, strict=True):
        if is_small:
            child.styles = {"display": "inline-block"}


def fill_icon(translator: "Translator", button: Any, raw: Json) -> None:
    """Give a button its icon, in the colour of its text."""
    button.icon = translator.resolved(raw.get("icon"))
    if button.icon is not None:
        button.icon.color = DARK if raw.get("type", "default") in PLAIN else "white"


def fill_table(translator: "Translator", table: Any, raw: Json) -> None:
    """Give a table its size, without a width that of its place, and numbers before its rows.

    Rows were numbered if there was a column ``index`` besides.
    """
    source = translator.raw.models.get((raw.get("source") or {}).get("id", ""))
    data = source["attributes"].get("data") if source else None
    numbered = raw.get("row_headers") and isinstance(data, dict) and "index" in data
    table.index_position = 0 if numbered else None
    width, height = raw.get("width"), raw.get("height", 400)
    table.sizing_mode = "stretch_width" if width is None else None
    if width is not None:
        table.width = width
    table.height = 400 if height in (None, "auto") else height


def fill_dates(translator: "Translator", slider: Any, raw: Json) -> None:
    """Give a slider of dates its bounds, value and steps, in milliseconds."""
    bounds = raw.get("bounds") or raw.get("value")
    if not bounds:
        raise ValueError("it has no bounds")
    slider.start, slider.end = bounds
    slider.value = tuple(raw.get("value") or bounds)
    steps = raw.get("step") or {}
    slider.step = sum(MILLISECONDS[unit] * count for unit, count in steps.items()) or 86_400_000
    slider.disabled = bool(raw.get("disabled")) or raw.get("enabled") is False


def fill_formats(translator: "Translator", formatter: Any, raw: Json) -> None:
    """Give a formatter of dates, of the formats of each unit, the one whose texts are shortest."""
    for unit, forms in (raw.get("formats") or {}).items():
        setattr(formatter, unit, min(forms, key=_width) if isinstance(forms, list) else forms)


def _width(form: str) -> int:
    """Return how long the text of a date is in a format; it knows parts of seconds as %3N."""
    return len(datetime(2015, 12, 25).strftime(re.sub(r"%\d?N", "123", form)))


def fill_span(translator: "Translator", span: Any, raw: Json) -> None:
    """Give a span its place; NaN and none are none."""
    place = raw.get("location")
    place = NUMBERS.get(place, place) if isinstance(place, str) else place
    missing = place is None or (isinstance(place, float) and math.isnan(place))
    raw_span = translator.raw.models[span.id]
    span.location = None if missing else annotated(translator.uses, raw_span, "location", place)
