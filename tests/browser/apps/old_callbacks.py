# Browser callbacks as they were written up to Bokeh 0.12.5.
from bokeh.models import ColumnDataSource, CustomJS, Slider
from bokeh.plotting import curdoc, figure, vplot

source = ColumnDataSource(dict(x=[1, 2], y=[1, 2]), name="source")
plot = figure(plot_width=300, plot_height=300, tools="tap,resize", name="plot")
plot.circle("x", "y", source=source, size=20)
slider = Slider(start=0, end=10, value=1, step=1, name="slider")
slider.callback = CustomJS(
    args=dict(source=source),
    code="""
    var data = source.get('data');
    var f = cb_obj.get('value');
    for (var i = 0; i < data['y'].length; i++) { data['y'][i] = f * data['x'][i]; }
    source.trigger('change');
    """,
)
title = CustomJS(
    args=dict(plot=plot, source=source),
    code="""
    var found = cb_obj.get('selected')['1d'].indices;
    plot.get('title').set('text', 'selected ' + found.length);
    """,
)
source.callback = CustomJS(args=title.args, code=title.code.replace("cb_obj.get", "source.get"))
curdoc().add_root(vplot(slider, plot))
