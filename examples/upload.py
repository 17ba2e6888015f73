"""Choose a CSV file and see its columns; an async callback reads it without stopping anyone."""

import asyncio
import csv
import io
from base64 import b64decode

from bokeh.layouts import column
from bokeh.models import ColumnDataSource, Div, FileInput
from bokeh.palettes import Category10_10
from bokeh.plotting import curdoc, figure

SAMPLE = "day,north,south\n1,3.1,4.0\n2,4.4,3.2\n3,5.9,3.9\n4,5.1,5.5\n5,6.8,6.1\n"

chooser = FileInput(accept=".csv", title="A CSV file", name="file")
message = Div(text="This is a sample. Choose a file of your own.", name="message")
plot = figure(height=420, sizing_mode="stretch_width", x_axis_label="row")


def read_numbers(text: str) -> dict[str, list[float]]:
    """Return the columns of a CSV text in which every cell is a number."""
    rows = list(csv.DictReader(io.StringIO(text)))
    columns = {}
    for name in rows[0] if rows else []:
        try:
            columns[name] = [float(row[name]) for row in rows]
        except (TypeError, ValueError):
            continue
    return columns


def draw(columns: dict[str, list[float]]) -> None:
    """Replace the lines of the plot, one per column."""
    plot.renderers = []
    for (name, values), color in zip(columns.items(), Category10_10, strict=False):
        source = ColumnDataSource({"row": list(range(1, len(values) + 1)), "value": values})
        plot.line("row", "value", source=source, line_width=3, color=color, name=name)
        plot.scatter("row", "value", source=source, size=8, color=color)


async def load(attr: str, old: str, new: str) -> None:
    """Parse the file in a thread, then draw it."""
    try:
        text = b64decode(new).decode()
        columns = await asyncio.to_thread(read_numbers, text)
    except (UnicodeDecodeError, csv.Error):
        columns = {}
    if columns:
        draw(columns)
    names = ", ".join(columns) or "no numeric columns"
    message.text = f"<b>{chooser.filename}</b>: {names}"


chooser.on_change("value", load)
draw(read_numbers(SAMPLE))

curdoc().add_root(column(chooser, message, plot, sizing_mode="stretch_width"))
curdoc().title = "Upload"
