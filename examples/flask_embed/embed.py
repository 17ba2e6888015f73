"""A live app in a page of Flask's: one process, one port, any WSGI server.

flask --app embed run
gunicorn -k gthread --threads 50 embed:app
gunicorn -k geventwebsocket.gunicorn.workers.GeventWebSocketWorker embed:app
"""

import numpy as np
from bokeh.document import Document
from bokeh.layouts import column
from bokeh.models import ColumnDataSource, Slider
from bokeh.plotting import figure
from flask import Flask, render_template

from hybridviz import HybridViz

app = Flask(__name__)
viz = HybridViz(app)

DAYS = np.arange(0, 730)
SEA = 11 - 8 * np.cos(2 * np.pi * DAYS / 365) + np.random.default_rng(7).normal(0, 1.5, DAYS.size)


@viz.app("/sea")
def sea(document: Document) -> None:
    """Two years of the sea's temperature, smoothed by as many days as the slider says."""
    source = ColumnDataSource(data={"day": DAYS, "temperature": SEA}, name="sea")
    plot = figure(height=320, sizing_mode="stretch_width", title="The sea, °C")
    plot.line("day", "temperature", source=source)
    slider = Slider(start=1, end=60, value=1, title="Smoothing, days", name="days")

    def smooth(attr: str, old: int, new: int) -> None:
        window = np.ones(new) / new
        source.data = {"day": DAYS, "temperature": np.convolve(SEA, window, mode="same")}

    slider.on_change("value", smooth)
    document.add_root(column(slider, plot, sizing_mode="stretch_width"))


@app.get("/")
def home() -> str:
    return render_template("embed.html")


if __name__ == "__main__":
    viz.run(app)
