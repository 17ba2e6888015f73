"""What the benchmark apps are made of: slider, source, callback, plot. Runs inside the servers."""

import time

import numpy as np
from bokeh.io import curdoc
from bokeh.layouts import column
from bokeh.models import ColumnDataSource
from bokeh.models.widgets import Div, Slider
from bokeh.plotting import figure

X = np.arange(200.0)


def slider_and_source(wait: float = 0.0) -> tuple[Slider, ColumnDataSource]:
    """Return a slider and the source whose points its callback replaces after ``wait`` s."""
    source = ColumnDataSource(data={"x": X, "y": X}, name="source")
    slider = Slider(start=0, end=1e9, value=0, title="value", name="slider")

    def changed(attr: str, old: float, new: float) -> None:
        if wait:
            time.sleep(wait)
        source.data = {"x": X, "y": X + new}

    slider.on_change("value", changed)
    return slider, source


def slider_app(wait: float = 0.0) -> None:
    """Fill the current document with the slider and a line plot of its source."""
    slider, source = slider_and_source(wait)
    plot = figure(height=300, width=600)
    plot.line("x", "y", source=source)
    curdoc().add_root(column(slider, plot))


def sized_app(models: int) -> None:
    """Fill the current document with the slider, its source, and texts up to ``models`` models."""
    slider, source = slider_and_source()
    curdoc().add_root(source)
    texts = [Div(text="one of many") for _ in range(models - 5)]
    curdoc().add_root(column(slider, *texts))  # with the source's selection and policy, 5 others
