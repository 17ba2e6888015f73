"""A plot of Bokeh 0.10, shown and left alone."""

import sys

from bokeh.plotting import figure, output_server, show

output_server("hover", url=sys.argv[1])
plot = figure(title="from 2015", tools="hover,pan", name="plot")
plot.circle([1, 2, 3], [4, 5, 6], size=12, name="dots")
show(plot)
