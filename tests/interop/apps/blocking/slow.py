"""Is not loaded before a file is there."""

import time
from pathlib import Path

from bokeh.io import curdoc
from bokeh.models import Div

arguments = curdoc().session_context.request.arguments
while not Path(arguments["until"][0].decode()).exists():
    time.sleep(0.01)

curdoc().add_root(Div(text="loaded"))
