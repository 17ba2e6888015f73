"""An app that raises while it is loaded."""

from bokeh.plotting import curdoc

curdoc().title = "Broken"
nobody_defined_this  # noqa: B018, F821
