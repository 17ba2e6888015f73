"""What browsers may change, in the models of Bokeh 0.10 and 0.11. Runs on Python 2.7."""

from __future__ import print_function

from bokeh.models import Circle, ColumnDataSource, LinearAxis, PanTool, Plot, Range1d
from bokeh.models.widgets import (
    Button,
    CheckboxButtonGroup,
    CheckboxGroup,
    DataTable,
    Dropdown,
    MultiSelect,
    Panel,
    RadioButtonGroup,
    RadioGroup,
    Select,
    Slider,
    StringEditor,
    TableColumn,
    Tabs,
    TextInput,
    Toggle,
)

LABELS = ["one", "two", "three"]

source = ColumnDataSource(dict(x=[1, 2, 3], y=[4, 5, 6], word=["a", "b", "c"]), name="source")
x_range = Range1d(start=0, end=4, name="x_range")
plot = Plot(
    x_range=x_range,
    y_range=Range1d(start=0, end=10),
    plot_width=300,
    plot_height=200,
    title="everything",
    name="plot",
)
plot.add_glyph(source, Circle(x="x", y="y", size=10))
plot.add_layout(LinearAxis(), "below")
plot.add_tools(PanTool())

WIDGETS = [
    (Slider(start=0, end=100, value=50, step=1, title="s", name="slider"), "value"),
    (Select(options=LABELS, value="one", title="select", name="select"), "value"),
    (MultiSelect(options=LABELS, value=["one"], title="many", name="multi"), "value"),
    (TextInput(value="before", title="text", name="text"), "value"),
    (Button(label="press", name="button"), "clicks"),
    (Toggle(label="toggle", name="toggle"), "active"),
    (Dropdown(label="drop", menu=[("One", "one"), ("Two", "two")], name="dropdown"), "value"),
    (CheckboxGroup(labels=LABELS, active=[0], name="checks"), "active"),
    (RadioGroup(labels=LABELS, active=0, name="radios"), "active"),
    (CheckboxButtonGroup(labels=LABELS, active=[0], name="check_buttons"), "active"),
    (RadioButtonGroup(labels=LABELS, active=0, name="radio_buttons"), "active"),
]
columns = [TableColumn(field="word", title="word", editor=StringEditor())]
table = DataTable(
    source=source, columns=columns, editable=True, width=300, height=150, name="table"
)
tabs = Tabs(tabs=[Panel(child=plot, title="plot"), Panel(child=table, title="table")], name="tabs")
children = [tabs] + [widget for widget, _ in WIDGETS]


def listen(callback):
    """Print what is heard of each, as a line: name, attribute, value.

    Args:
        callback: makes a callback, of the form that is called, of a function of the new value.
    """
    for model, attribute in WIDGETS + [
        (tabs, "active"),
        (source, "selected"),
        (source, "data"),
        (x_range, "start"),
    ]:
        model.on_change(attribute, callback(teller(model.name, attribute)))


def teller(name, attribute):
    def tell(value):
        if attribute == "selected":
            value = value["1d"]["indices"]
        if attribute == "data":
            value = value["word"][0]
        print("heard", name, attribute, shown(value))

    return tell


def shown(value):
    """Return a value as both Pythons write it."""
    if isinstance(value, list):
        return "[%s]" % ", ".join(shown(part) for part in value)
    return "%s" % (value,)
