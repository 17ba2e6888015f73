"""Answers at once."""

from typing import Any

from bokeh.io import curdoc
from bokeh.models import Column, Div, TextInput

label = Div(name="label", text="")
order = TextInput(name="order", value="")


def echo(attr: str, old: Any, new: str) -> None:
    label.text = f"echo {new}"


order.on_change("value", echo)
curdoc().add_root(Column(order, label))
