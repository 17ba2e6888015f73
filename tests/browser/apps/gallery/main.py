"""A directory app: template with named roots, a theme, a static file, a relative import, hooks."""

from bokeh.io import curdoc
from bokeh.models import Button, Div

from .words import greeting

document = curdoc()
payload = document.session_context.token_payload
label = Div(name="label", text=f"{greeting} {payload['visitor']}")
button = Button(name="button")
themed = Div(name="themed")


def click() -> None:
    label.text = "clicked"


button.on_click(click)
document.title = "Gallery"
document.template_variables["note"] = "a note from main.py"
for root in (label, button, themed):
    document.add_root(root)
