"""Counts orders, of all sessions of the process, and how many come between two ticks of one."""

import sys
from types import SimpleNamespace
from typing import Any

from bokeh.io import curdoc
from bokeh.models import Column, Div, TextInput

counts: Any = sys.modules.setdefault(
    "flood_counts",
    SimpleNamespace(orders=0, before=0, most=0),  # type: ignore[arg-type]
)
label = Div(name="label", text="")
order = TextInput(name="order", value="")


def tick() -> None:
    counts.most = max(counts.most, counts.orders - counts.before)
    counts.before = counts.orders


def obey(attr: str, old: Any, new: str) -> None:
    if new == "watch":
        curdoc().add_periodic_callback(tick, 1)
    elif new == "tell":
        label.text = f"{counts.orders} orders, at most {counts.most} at once"
    else:
        counts.orders += 1


order.on_change("value", obey)
curdoc().add_root(Column(order, label))
