"""What the benchmark apps are made of: slider, source, callback, plot. Runs inside the servers."""

import time

import numpy as np
from bokeh.io import curdoc
from bokeh.layouts import column
from bokeh.models import ColumnDataSource
from bokeh.models.widgets import Div, Slider
from bokeh.plotting import figure

POINTS = 200
X = np.arange(float(POINTS))


def slider_and_source(
    wait: float = 0.0, work: float = 0.0, points: int = POINTS
) -> tuple[Slider, ColumnDataSource]:
    """Return a slider and a source whose data its callback replaces.

    Args:
        wait: seconds that the callback waits before.
        work: seconds that it computes before, in Python.
        points: length of the source's columns.
    """
    x = np.arange(float(points))
    source = ColumnDataSource(data={"x": x, "y": x}, name="source")
    slider = Slider(start=0, end=1e9, value=0, title="value", name="slider")

    def changed(attr: str, old: float, new: float) -> None:
        if wait:
            time.sleep(wait)
        end = time.thread_time() + work
        while time.thread_time() < end:
            pass
        source.data = {"x": x, "y": x + new}

    slider.on_change("value", changed)
    return slider, source


def slider_app(wait: float = 0.0, work: float = 0.0, points: int = POINTS) -> None:
    """Fill the current document with the slider and a line plot of its source."""
    slider, source = slider_and_source(wait, work, points)
    plot = figure(height=300, width=600)
    plot.line("x", "y", source=source)
    curdoc().add_root(column(slider, plot))


def sized_app(models: int) -> None:
    """Fill the current document with the slider, its source, and texts up to ``models`` models."""
    slider, source = slider_and_source()
    curdoc().add_root(source)
    texts = [Div(text="one of many") for _ in range(models - 5)]
    curdoc().add_root(column(slider, *texts))  # with the source's selection and policy, 5 others


def periodic_app(period: int) -> None:
    """Fill the current document with a source that changes by itself every ``period`` ms."""
    slider, source = slider_and_source()
    ticks = 0

    def tick() -> None:
        nonlocal ticks
        ticks += 1
        source.data = {"x": X, "y": X + ticks}

    curdoc().add_root(source)
    curdoc().add_root(slider)
    curdoc().add_periodic_callback(tick, period)
