"""A slider whose callback writes a source and a label; a button that removes a model."""

from bokeh.io import curdoc
from bokeh.models import Button, Column, ColumnDataSource, Div, Slider

slider = Slider(start=0, end=1000, value=0, name="slider")
source = ColumnDataSource({"x": [0.0, 1.0, 2.0]}, name="source")
label = Div(text="", name="label")
spare = Div(text="spare", name="spare")
button = Button(label="remove", name="button")
box = Column(slider, label, spare, button, name="box")


def moved(attr, old, new):
    source.data = {"x": [new, new, new]}
    label.text = f"{new}"


slider.on_change("value", moved)
button.on_click(lambda: setattr(box, "children", [slider, label, button]))
curdoc().add_root(box)
curdoc().add_root(Column(tags=[source]))
