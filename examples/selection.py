"""A scatter plot with histograms at its sides that show, in colour, what is selected."""

import numpy as np
from bokeh.layouts import gridplot
from bokeh.models import ColumnDataSource
from bokeh.plotting import curdoc, figure

BINS = 30
BLUE, ORANGE = "#4c72b0", "#dd8452"

generator = np.random.default_rng(7)
x = np.concatenate([generator.normal(-2, 1.2, 900), generator.normal(2.5, 0.8, 600)])
y = np.concatenate([generator.normal(0, 1.5, 900), generator.normal(3, 0.7, 600)])

points = ColumnDataSource({"x": x, "y": y}, name="points")
scatter = figure(
    width=560, height=480, tools="box_select,tap,lasso_select,reset", active_drag="box_select"
)
scatter.scatter(
    "x",
    "y",
    source=points,
    size=6,
    color=BLUE,
    alpha=0.5,
    selection_color=ORANGE,
    nonselection_alpha=0.15,
)


def histogram(values: np.ndarray) -> ColumnDataSource:
    """Count all values; the column ``chosen`` is for those that are selected."""
    counts, edges = np.histogram(values, bins=BINS)
    return ColumnDataSource(
        {"low": edges[:-1], "high": edges[1:], "count": counts, "chosen": np.zeros_like(counts)}
    )


across, up = histogram(x), histogram(y)

above = figure(width=560, height=130, x_range=scatter.x_range, tools="", min_border_left=40)
right = figure(width=150, height=480, y_range=scatter.y_range, tools="")
for column, color in ("count", "#c9d3e6"), ("chosen", ORANGE):
    above.quad("low", "high", column, 0, source=across, color=color, line_color="white")
    right.quad(0, column, "high", "low", source=up, color=color, line_color="white")
for side in above, right:
    side.grid.visible = False


def count_chosen(attr: str, old: list[int], new: list[int]) -> None:
    """Count the selected points into the bins of both histograms."""
    for source, values in (across, x), (up, y):
        edges = np.append(source.data["low"], source.data["high"][-1])
        chosen, _ = np.histogram(values[new], bins=edges)
        source.patch({"chosen": [(slice(BINS), chosen)]})


points.selected.on_change("indices", count_chosen)

grid = gridplot([[above, None], [scatter, right]], merge_tools=False, toolbar_location=None)
curdoc().add_root(grid)
curdoc().title = "Selection"
