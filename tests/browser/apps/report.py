"""Shows the number in its path."""

from bokeh.io import curdoc
from bokeh.models import Button, Column, Div

request = curdoc().session_context.request
number = request.arguments["number"][0].decode()
label = Div(name="label", text=f"report {number} at {request.path}")
button = Button(name="button")
button.on_click(lambda: setattr(label, "text", f"clicked {number}"))
curdoc().add_root(Column(label, button))
