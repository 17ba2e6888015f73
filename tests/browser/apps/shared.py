"""A session that several viewers share: numpy columns, a counter, and new models on demand."""

import numpy as np
from bokeh.layouts import column
from bokeh.models import Button, ColumnDataSource, Div, Slider
from bokeh.plotting import curdoc, figure

source = ColumnDataSource({"x": np.arange(5.0), "y": np.arange(5.0) ** 2}, name="numbers")
plot = figure(name="plot", width=400, height=250, tools="")
plot.scatter("x", "y", source=source, size=10)

power = Slider(name="power", title="Power", start=1, end=5, value=2, step=1, width=300)
more = Button(name="more", label="More")
added = Div(name="count", text="0 added")


def raise_to(attr: str, old: int, new: int) -> None:
    source.data = {"x": np.arange(5.0), "y": np.arange(5.0) ** new}


def add() -> None:
    """Add a new model with columns of its own: every viewer must get it whole."""
    count = len(plot.renderers)
    line = plot.line(np.arange(5.0), np.full(5, float(count)), name=f"line {count}")
    line.data_source.name = f"line {count} data"
    added.text = f"{count} added"


power.on_change("value", raise_to)
more.on_click(add)

curdoc().add_root(column(power, more, added, plot))
curdoc().title = "Shared"
