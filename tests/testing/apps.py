"""Apps that the tests of hybridviz.testing open."""

from bokeh.document import Document
from bokeh.events import DocumentReady, SelectionGeometry, Tap
from bokeh.layouts import column
from bokeh.models import (
    Button,
    CheckboxGroup,
    ColumnDataSource,
    DataTable,
    Div,
    Dropdown,
    RadioButtonGroup,
    Slider,
    Switch,
    TableColumn,
    TabPanel,
    Tabs,
    TextInput,
    Toggle,
)
from bokeh.plotting import figure


def slider(document: Document) -> None:
    """A slider that writes into a Div, and says whose it is."""
    said = Div(name="said")
    moved = Slider(title="Moved", start=0, end=100, value=0, name="moved")

    def on_value(attr: str, old: int, new: int) -> None:
        said.text = f"from {old} to {new}"

    moved.on_change("value", on_value)
    request = document.session_context.request
    who = Div(name="who", text=f"{request.user}", tags=[sorted(request.arguments)])
    seen = Div(name="seen", text=f"{request.headers.get('X-Color')} {request.cookies.get('taste')}")
    document.add_root(column(moved, said, who, seen))
    document.title = "Slider"


def widgets(document: Document) -> None:
    """One widget of each kind, and a log of what their callbacks were told."""
    log = Div(name="log")

    def note(*words: object) -> None:
        log.text = f"{log.text} {' '.join(map(str, words))};".strip()

    button = Button(label="Go", name="button")
    button.on_click(lambda: note("clicked"))
    toggle = Toggle(name="toggle")
    toggle.on_change("active", lambda attr, old, new: note("toggle", new))
    menu = Dropdown(menu=[("First", "a"), ("Second", "b")], name="menu")
    menu.on_click(lambda event: note("menu", event.item))
    switch = Switch(name="switch")
    switch.on_change("active", lambda attr, old, new: note("switch", new))
    boxes = CheckboxGroup(labels=["x", "y"], active=[0], name="boxes")
    boxes.on_change("active", lambda attr, old, new: note("boxes", new))
    radio = RadioButtonGroup(labels=["x", "y"], name="radio")
    radio.on_change("active", lambda attr, old, new: note("radio", new))
    tabs = Tabs(tabs=[TabPanel(child=Div(), title=name) for name in "xy"], name="tabs")
    tabs.on_change("active", lambda attr, old, new: note("tabs", new))
    text = TextInput(name="text")
    text.on_change("value", lambda attr, old, new: note("text", new))
    drag = Slider(start=0, end=9, value=0, name="drag")
    drag.on_change("value_throttled", lambda attr, old, new: note("let go at", new))
    children = [button, toggle, menu, switch, boxes, radio, tabs, text, drag, log]
    document.add_root(column(*children))


def plot(document: Document) -> None:
    """A plot and a table of one source, and a log of what happens to them."""
    log = Div(name="log")
    source = ColumnDataSource({"x": [1, 2, 3], "y": [4, 5, 6]}, name="points")
    canvas = figure(name="plot", tools="tap,box_select")
    canvas.scatter("x", "y", source=source, name="dots")
    table = DataTable(source=source, columns=[TableColumn(field="x")], editable=True, name="table")

    def tapped(event: Tap) -> None:
        log.text = f"tapped at {event.x}, {event.y}"

    def boxed(event: SelectionGeometry) -> None:
        log.text = f"{event.geometry} {event.final}"

    def selected(attr: str, old: list[int], new: list[int]) -> None:
        log.text = f"selected {new}"

    def changed(attr: str, old: object, new: dict[str, list[int]]) -> None:
        log.text = f"sum {sum(new['x'])}"

    canvas.on_event(Tap, tapped)
    canvas.on_event(SelectionGeometry, boxed)
    source.selected.on_change("indices", selected)
    source.on_change("data", changed)
    document.add_root(column(canvas, table, log))


def ticking(document: Document) -> None:
    """Callbacks of all kinds that time brings."""
    log = Div(name="log")

    def note(word: str) -> None:
        log.text += word

    document.add_periodic_callback(lambda: note("p"), 100)
    document.add_timeout_callback(lambda: note("t"), 250)
    document.add_next_tick_callback(lambda: note("n"))
    document.on_event(DocumentReady, lambda event: note("r"))
    document.add_root(log)
