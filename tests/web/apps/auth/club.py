"""An app that says who sees it."""

from bokeh.io import curdoc
from bokeh.models import Div

context = curdoc().session_context
text = f"{context.user} may leave by {context.logout_url}"
curdoc().add_root(Div(name=text, text=text))
