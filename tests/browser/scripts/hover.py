# An upload as scripts of 2015 write it.
from bokeh.plotting import figure, output_server, show

plot = figure(title="An upload", plot_width=400, plot_height=300)
plot.circle([1, 2, 3], [4, 5, 6], size=12)

output_server("hover")
show(plot)
