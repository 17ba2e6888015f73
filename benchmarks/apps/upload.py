"""The slider app, a source that the browser fills, a file input; a text tells what has come."""

from typing import Any

from bokeh.io import curdoc
from bokeh.models import ColumnDataSource, Div, FileInput

from benchmarks.parts import slider_app

uploaded = ColumnDataSource(data={"y": []}, name="uploaded")
file = FileInput(name="file")
answer = Div(name="answer")


def filled(attr: str, old: Any, new: Any) -> None:
    y = new["y"]
    answer.text = f"{len(y)} {y[0]} {y[len(y) // 2]} {y[-1]}"


def chosen(attr: str, old: str, new: str) -> None:
    answer.text = f"{len(new)} {new[:8]} {new[-8:]}"


uploaded.on_change("data", filled)
file.on_change("value", chosen)
slider_app()
for root in (uploaded, file, answer):
    curdoc().add_root(root)
