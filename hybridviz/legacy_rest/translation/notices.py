"""What a page says of what it cannot show: a line above it, or a text in the place of it."""

from html import escape

from bokeh.models import Column, Row, SetValue
from bokeh.models.ui import UIElement
from bokeh.models.widgets import Button, Div

from hybridviz.legacy_rest.translation.types import ABSENT

LINE: dict[str, str | None] = {
    "background": "#fff8e1",
    "border-left": "4px solid #c49000",
    "color": "#333",
    "font": "13px/1.4 system-ui, sans-serif",
    "padding": "4px 10px",
}
MOST = 12
"""Notices that are listed; a page is no log."""
NAME = "hybridviz-notices"
"""The name of the line above the document."""


def stand_in(kind: str, inner: list[UIElement]) -> UIElement:
    """Return what stands in the place of a model that cannot be shown.

    Args:
        kind: its type.
        inner: what can be shown of what was inside it.
    """
    if inner:
        return Column(children=inner)
    reason = ABSENT.get(kind, "this server does not know it")
    return Div(text=f"{escape(kind)} cannot be shown: {escape(reason)}.", styles=LINE)


def line(texts: list[str]) -> UIElement:
    """Return the line above a document, which a click puts away.

    Args:
        texts: what it says.
    """
    shown = [escape(text) for text in texts[:MOST]]
    if len(texts) > MOST:
        shown.append(f"and {len(texts) - MOST} more")
    text = Div(text="<br>".join(shown), styles=LINE)
    close = Button(label="\N{MULTIPLICATION SIGN}", width=32, button_type="light")
    found = Row(name=NAME, children=[text, close])
    close.js_on_event("button_click", SetValue(obj=found, attr="visible", value=False))
    return found
