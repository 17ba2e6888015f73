"""A dashboard: the slider and its plot, and twelve more plots with tools, legends and tabs."""

import numpy as np
from bokeh.io import curdoc
from bokeh.layouts import column, gridplot, row
from bokeh.models import (
    ColumnDataSource,
    HoverTool,
    TabPanel,
    Tabs,
)
from bokeh.models.widgets import Button, DataTable, Select, TableColumn, TextInput
from bokeh.plotting import figure

from benchmarks.parts import slider_and_source

POINTS = np.linspace(0, 10, 100)


def plot(number: int) -> figure:
    source = ColumnDataSource(data={"x": POINTS, "y": np.sin(POINTS * number / 4)})
    made = figure(
        height=220,
        width=320,
        title=f"Channel {number}",
        tools="pan,wheel_zoom,box_select,reset,save",
    )
    made.line("x", "y", source=source, legend_label="signal")
    made.scatter("x", "y", source=source, size=4, legend_label="samples")
    made.add_tools(HoverTool(tooltips=[("x", "@x"), ("y", "@y")]))
    return made


slider, source = slider_and_source()
main = figure(height=300, width=900, title="Overview")
main.line("x", "y", source=source)
controls = row(
    slider,
    Select(title="site"),
    TextInput(title="filter"),
    Button(label="run"),
)
table = DataTable(
    source=source, columns=[TableColumn(field=name, title=name) for name in ("x", "y")]
)
channels = Tabs(
    tabs=[
        TabPanel(
            title=f"Channels {first}-{first + 5}",
            child=gridplot([plot(n) for n in range(first, first + 6)], ncols=3),
        )
        for first in (1, 7)
    ]
)
curdoc().add_root(column(controls, main, channels, table))
curdoc().title = "Dashboard"
