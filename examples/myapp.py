"""A button that throws coloured numbers onto a dark plot, after the user guide's first app."""

import random

from bokeh.layouts import column
from bokeh.models import Button, ColumnDataSource
from bokeh.palettes import Sunset6
from bokeh.plotting import curdoc, figure

numbers = ColumnDataSource({"x": [], "y": [], "number": [], "color": []}, name="numbers")

plot = figure(
    x_range=(0, 100),
    y_range=(0, 100),
    height=480,
    sizing_mode="stretch_width",
    toolbar_location=None,
    background_fill_color="#14161b",
    border_fill_color="#14161b",
    outline_line_color=None,
)
plot.grid.visible = False
plot.axis.visible = False
plot.text(
    "x",
    "y",
    text="number",
    color="color",
    source=numbers,
    text_font_size="24pt",
    text_font_style="bold",
    text_align="center",
    text_baseline="middle",
)


def throw() -> None:
    """Append one row; only the new row travels to the browser."""
    count = len(numbers.data["x"])
    numbers.stream(
        {
            "x": [random.uniform(5, 95)],
            "y": [random.uniform(5, 95)],
            "number": [str(count)],
            "color": [Sunset6[count % len(Sunset6)]],
        }
    )


button = Button(label="Press me", button_type="primary", width=160, name="press")
button.on_click(throw)

curdoc().add_root(column(button, plot, sizing_mode="stretch_width"))
curdoc().title = "Numbers"
