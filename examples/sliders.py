"""A sine wave and its envelope, shaped by four sliders: the smallest app that talks to Python."""

import numpy as np
from bokeh.layouts import column, row
from bokeh.models import ColumnDataSource, Slider, TextInput
from bokeh.plotting import curdoc, figure

x = np.linspace(0, 4 * np.pi, 400)
source = ColumnDataSource(name="wave")

plot = figure(
    height=420,
    sizing_mode="stretch_width",
    x_range=(0, 4 * np.pi),
    y_range=(-5, 5),
    tools="xpan,xwheel_zoom,reset,save",
    active_scroll="xwheel_zoom",
    toolbar_location="above",
)
plot.varea("x", "low", "high", source=source, fill_color="#4c72b0", fill_alpha=0.12)
plot.line("x", "y", source=source, line_width=3, line_color="#4c72b0")

title = TextInput(title="Title", value="A damped wave", name="title")
amplitude = Slider(title="Amplitude", start=0, end=5, value=3, step=0.1, name="amplitude")
frequency = Slider(title="Frequency", start=0.2, end=6, value=2, step=0.1, name="frequency")
phase = Slider(title="Phase", start=0, end=6.28, value=0, step=0.02)
damping = Slider(title="Damping", start=0, end=0.5, value=0.1, step=0.01)
sliders = [amplitude, frequency, phase, damping]


def draw(attr: str, old: object, new: object) -> None:
    """Compute the wave from what the sliders say; all viewers get the new columns at once."""
    envelope = amplitude.value * np.exp(-damping.value * x)
    wave = envelope * np.sin(frequency.value * x + phase.value)
    source.data = {"x": x, "y": wave, "low": -envelope, "high": envelope}


def rename(attr: str, old: str, new: str) -> None:
    plot.title.text = new


for slider in sliders:
    slider.on_change("value", draw)
title.on_change("value", rename)

draw("value", None, None)
rename("value", "", title.value)

inputs = column(title, *sliders, width=280)
curdoc().add_root(row(inputs, plot, sizing_mode="stretch_width"))
curdoc().title = "Sliders"
