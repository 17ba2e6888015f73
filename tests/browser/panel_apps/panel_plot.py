import numpy as np
import panel as pn
from bokeh.models import ColumnDataSource
from bokeh.plotting import figure

pn.extension()
x = np.linspace(0, 10, 200)
source = ColumnDataSource(data={"x": x, "y": np.sin(x)})
plot = figure(height=250, width=600)
plot.line("x", "y", source=source, line_width=2)
frequency = pn.widgets.FloatSlider(name="Frequency", start=0.5, end=5, value=1)
ticks = pn.widgets.StaticText(name="Ticks", value="0")


def redraw(event):
    source.data = {"x": x, "y": np.sin(event.new * x)}


def tick():
    ticks.value = str(int(ticks.value) + 1)


frequency.param.watch(redraw, "value")
pn.state.add_periodic_callback(tick, period=200)
pn.Column(frequency, ticks, pn.pane.Bokeh(plot)).servable()
