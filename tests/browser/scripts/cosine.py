# A plot that is driven by a script, as scripts of 2016 write it.
from bokeh.client import push_session
from bokeh.driving import cosine
from bokeh.plotting import curdoc, figure

plot = figure(plot_width=400, plot_height=300)
line = plot.line([0, 1, 2], [1, 2, 1], color="navy")

session = push_session(curdoc())


@cosine(w=0.03)
def update(step):
    line.data_source.data["y"] = [step, 2 * step, step]


curdoc().add_periodic_callback(update, 50)
session.show()
session.loop_until_closed()
