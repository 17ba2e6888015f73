"""One page with everything a viewer can do; each Python callback tells of itself in ``echo``."""

from base64 import b64decode

from bokeh.events import Tap
from bokeh.layouts import column, row
from bokeh.models import (
    Button,
    ColumnDataSource,
    DataTable,
    Div,
    FileInput,
    IntEditor,
    Slider,
    TableColumn,
    TabPanel,
    Tabs,
    TextInput,
)
from bokeh.plotting import curdoc, figure

echo = Div(name="echo", text="nothing yet")


def tell(text: object) -> None:
    echo.text = str(text)


slider = Slider(name="slider", title="Slider", start=0, end=10, value=1, step=1, width=300)
slider.on_change("value", lambda attr, old, new: tell(f"slider {new}"))

button = Button(name="button", label="Button")
button.on_click(lambda: tell("button clicked"))

text = TextInput(name="text", title="Text")
text.on_change("value", lambda attr, old, new: tell(f"text {new}"))

file = FileInput(name="file")
file.on_change("value", lambda attr, old, new: tell(f"file {b64decode(new).decode()}"))

cells = ColumnDataSource({"name": ["a", "b", "c"], "size": [1, 2, 3]}, name="cells")
cells.on_change("data", lambda attr, old, new: tell(f"cells {list(map(int, new['size']))}"))
table = DataTable(
    name="table",
    source=cells,
    columns=[
        TableColumn(field="name", title="Name"),
        TableColumn(field="size", title="Size", editor=IntEditor()),
    ],
    editable=True,
    width=300,
    height=120,
)

points = ColumnDataSource({"x": [1, 2, 3, 4], "y": [1, 2, 3, 4]}, name="points")
points.selected.on_change("indices", lambda attr, old, new: tell(f"selected {sorted(new)}"))
scatter = figure(
    name="scatter",
    width=400,
    height=300,
    x_range=(0, 5),
    y_range=(0, 5),
    tools="tap,box_select",
    active_drag="box_select",
)
scatter.scatter("x", "y", source=points, size=20)
taps = Div(name="taps", text="none")


def tapped(event: Tap) -> None:
    taps.text = f"{event.x:.0f} {event.y:.0f}"


scatter.on_event(Tap, tapped)

walk = ColumnDataSource({"x": [0], "y": [0]}, name="walk")
stream = figure(width=400, height=200, name="stream")
stream.line("x", "y", source=walk)


def advance() -> None:
    step = walk.data["x"][-1] + 1
    walk.stream({"x": [step], "y": [step % 7]}, rollover=50)


curdoc().add_periodic_callback(advance, 100)

tabs = Tabs(
    name="tabs",
    tabs=[
        TabPanel(title="First", child=Div(text="one")),
        TabPanel(title="Second", child=Div(text="two")),
    ],
)
tabs.on_change("active", lambda attr, old, new: tell(f"tab {new}"))

curdoc().add_root(
    row(column(slider, button, text, file, tabs, echo, taps), column(table, scatter), stream)
)
curdoc().title = "Everything"
