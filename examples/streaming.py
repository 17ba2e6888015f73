"""A random walk that grows twenty times a second, its running mean, and a button to pause it."""

import numpy as np
from bokeh.layouts import column
from bokeh.models import ColumnDataSource, Toggle
from bokeh.plotting import curdoc, figure

PERIOD = 50  # ms
WINDOW = 40  # steps of the running mean
KEEP = 400  # steps that stay on the plot

generator = np.random.default_rng()
source = ColumnDataSource({"step": [0], "level": [0.0], "mean": [0.0]}, name="walk")

plot = figure(
    title="A random walk",
    height=420,
    sizing_mode="stretch_width",
    x_axis_label="step",
    y_axis_label="level",
    tools="xpan,xwheel_zoom,reset",
    toolbar_location="above",
)
plot.x_range.follow = "end"
plot.x_range.follow_interval = KEEP
plot.line("step", "level", source=source, line_color="#55a868", legend_label="level")
plot.line(
    "step", "mean", source=source, line_color="#c44e52", line_width=3, legend_label="running mean"
)
plot.legend.location = "top_left"
plot.legend.background_fill_alpha = 0.6


def advance() -> None:
    """Add one step; the browser drops the oldest by itself."""
    level = source.data["level"][-1] + generator.normal()
    recent = [*source.data["level"][-WINDOW + 1 :], level]
    source.stream(
        {"step": [source.data["step"][-1] + 1], "level": [level], "mean": [np.mean(recent)]},
        rollover=KEEP,
    )


def pause(attr: str, old: bool, new: bool) -> None:
    """Take the periodic callback away while the button is down."""
    global ticking
    if new:
        curdoc().remove_periodic_callback(ticking)
    else:
        ticking = curdoc().add_periodic_callback(advance, PERIOD)


paused = Toggle(label="Pause", button_type="default", width=120, name="pause")
paused.on_change("active", pause)
ticking = curdoc().add_periodic_callback(advance, PERIOD)

curdoc().add_root(column(paused, plot, sizing_mode="stretch_width"))
curdoc().title = "Streaming"
