"""The slider replaces 16 MB of floats."""

import numpy as np
from bokeh.io import curdoc
from bokeh.models import ColumnDataSource, Slider

Y = np.arange(2e6)

source = ColumnDataSource(data={"y": Y[:1]}, name="source")
slider = Slider(start=0, end=1e9, value=0, name="slider")


def changed(attr: str, old: float, new: float) -> None:
    source.data = {"y": Y + new}


slider.on_change("value", changed)
curdoc().add_root(source)
curdoc().add_root(slider)
