# An app that changes its lists in place, as scripts of 2016 do.
from bokeh.models import Button
from bokeh.plotting import curdoc, figure, vplot

plot = figure(x_range=(0, 100), y_range=(0, 100), plot_height=300)
texts = plot.text(x=[], y=[], text=[], text_font_size="20pt")
source = texts.data_source


def callback():
    count = len(source.data["x"])
    source.data["x"].append(50)
    source.data["y"].append(10 * count)
    source.data["text"].append(str(count))
    source.trigger("data", source.data, source.data)


button = Button(label="Press Me")
button.on_click(callback)
curdoc().add_root(vplot(button, plot))
