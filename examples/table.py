"""An editable table and a plot of the same data: edit or select in one, and the other follows."""

from bokeh.layouts import column, row
from bokeh.models import (
    ColumnDataSource,
    DataTable,
    Div,
    NumberEditor,
    NumberFormatter,
    StringEditor,
    TableColumn,
)
from bokeh.plotting import curdoc, figure

source = ColumnDataSource(
    {
        "river": ["Danube", "Rhine", "Elbe", "Oder", "Loire", "Seine", "Tagus", "Po"],
        "length": [2850, 1230, 1094, 854, 1006, 777, 1007, 652],
        "basin": [801, 185, 148, 119, 117, 79, 80, 74],
    },
    name="rivers",
)

table = DataTable(
    source=source,
    columns=[
        TableColumn(field="river", title="River", editor=StringEditor()),
        TableColumn(
            field="length",
            title="Length (km)",
            editor=NumberEditor(),
            formatter=NumberFormatter(format="0,0"),
        ),
        TableColumn(field="basin", title="Basin (1000 km²)", editor=NumberEditor()),
    ],
    editable=True,
    width=420,
    height=280,
    name="table",
)

plot = figure(
    title="European rivers",
    height=420,
    sizing_mode="stretch_width",
    x_axis_label="length, km",
    y_axis_label="basin, 1000 km²",
    tools="tap,box_select,reset",
    tooltips=[("river", "@river"), ("length", "@length km")],
)
plot.scatter(
    "length",
    "basin",
    source=source,
    size=16,
    color="#8172b2",
    line_color="white",
    nonselection_alpha=0.25,
    selection_color="#dd8452",
)

summary = Div(name="summary")


def summarise(attr: str, old: object, new: object) -> None:
    """Tell about the chosen rivers, or about all of them."""
    lengths = source.data["length"]
    chosen = source.selected.indices or range(len(lengths))
    total = sum(lengths[index] for index in chosen)
    summary.text = f"<b>{len(chosen)}</b> rivers, <b>{total:,}</b> km together"


source.on_change("data", summarise)
source.selected.on_change("indices", summarise)
summarise("data", None, None)

curdoc().add_root(row(column(table, summary), plot, sizing_mode="stretch_width"))
curdoc().title = "Table"
