"""Forty updates of a source, 20 a second, by Bokeh 0.10, once the first line is read."""

from __future__ import print_function

import sys
import time

from bokeh.models import ColumnDataSource
from bokeh.plotting import cursession, figure, output_server, show

output_server("animation", url=sys.argv[1])
source = ColumnDataSource(dict(x=[1, 2], y=[0, 0]), name="source")
plot = figure(title="animation", x_range=(0, 3), y_range=(0, 50))
plot.line("x", "y", source=source)
show(plot)
sys.stdin.readline()
for number in range(1, 41):
    source.data["y"] = [number, number]
    cursession().store_objects(source)
    time.sleep(0.05)
print("done")
