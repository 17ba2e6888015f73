"""Forty updates of a source, 20 a second, by a periodic callback of Bokeh 0.11, once the first line
is read.
"""

from __future__ import print_function

import sys

from bokeh.client import push_session
from bokeh.io import curdoc
from bokeh.models import ColumnDataSource
from bokeh.plotting import figure

source = ColumnDataSource(dict(x=[1, 2], y=[0, 0]), name="source")
plot = figure(title="animation", x_range=(0, 3), y_range=(0, 50))
plot.line("x", "y", source=source)
curdoc().add_root(plot)
session = push_session(curdoc(), session_id="animation", url=sys.argv[1])
session.show()
sys.stdin.readline()


def update():
    number = source.data["y"][0] + 1
    if number > 40:
        print("done")
        curdoc().remove_periodic_callback(update)
    else:
        source.data["y"] = [number, number]


curdoc().add_periodic_callback(update, 50)
session.loop_until_closed()
