"""A plot that a periodic callback moves on every 50 ms."""

from itertools import count

from bokeh.io import curdoc

from benchmarks.parts import X, slider_and_source

slider, source = slider_and_source()
ticks = count(1)


def tick() -> None:
    source.data = {"x": X, "y": X + next(ticks)}


curdoc().add_root(source)
curdoc().add_root(slider)
curdoc().add_periodic_callback(tick, 50)
