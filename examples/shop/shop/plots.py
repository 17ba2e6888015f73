"""The live plots. Each session shows the sales of its own user: ``session_context.user`` is the id
of Flask-Login's user, and the database is asked as in any view.
"""

from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
from bokeh.document import Document
from bokeh.layouts import column
from bokeh.models import ColumnDataSource, NumeralTickFormatter, RadioButtonGroup, Slider
from bokeh.plotting import figure

from hybridviz import HybridViz
from shop.models import CATEGORIES, sales_by_category, sales_by_day

viz = HybridViz()

INK, PALE, GRID = "#2f4858", "#9fc9b8", "#e6e9ec"
PERIODS = {"7 days": 7, "30 days": 30, "90 days": 90}
REVENUE, BY_CATEGORY = "/plots/revenue", "/plots/categories"


@viz.app(REVENUE)
def revenue(document: Document) -> None:
    """Revenue of each day, and its mean over as many days as the slider says."""
    source = ColumnDataSource(data={"day": [], "sum": [], "mean": []}, name="days")
    window = Slider(start=1, end=30, value=7, title="Days of the mean", name="window")
    plot = _plot(x_axis_type="datetime")
    plot.y_range.start = 0
    plot.yaxis.formatter = NumeralTickFormatter(format="0,0")
    plot.vbar(x="day", top="sum", width=timedelta(hours=19), color=PALE, source=source)
    plot.line(x="day", y="mean", color=INK, line_width=3, source=source)
    window.on_change("value", lambda attr, old, new: show_revenue(document))
    document.add_root(column(window, plot, sizing_mode="stretch_width"))
    document.title = "Revenue"
    show_revenue(document)


def show_revenue(document: Document) -> None:
    sums = sales_by_day(_seller(document))
    means = _means(list(sums.values()), document.get_model_by_name("window").value)
    document.get_model_by_name("days").data = {
        "day": [datetime.combine(day, time()) for day in sums],
        "sum": list(sums.values()),
        "mean": means,
    }


@viz.app(BY_CATEGORY)
def categories(document: Document) -> None:
    """Revenue of each category, for the period that is chosen."""
    source = ColumnDataSource(data={"category": [], "sum": []}, name="categories")
    period = RadioButtonGroup(labels=list(PERIODS), active=1, name="period")
    plot = _plot(y_range=list(reversed(CATEGORIES)))
    plot.x_range.start = 0
    plot.xaxis.formatter = NumeralTickFormatter(format="0,0")
    plot.hbar(y="category", right="sum", height=0.65, color=INK, source=source)
    period.on_change("active", lambda attr, old, new: show_categories(document))
    document.add_root(column(period, plot, sizing_mode="stretch_width"))
    document.title = "Categories"
    show_categories(document)


def show_categories(document: Document) -> None:
    days = list(PERIODS.values())[document.get_model_by_name("period").active]
    sums = sales_by_category(_seller(document), date.today() - timedelta(days=days - 1))
    document.get_model_by_name("categories").data = {
        "category": list(sums),
        "sum": list(sums.values()),
    }


def show_new_sale(user: str) -> None:
    """Bring the live plots of one user up to date, in however many windows they are open."""
    for route, show in ((REVENUE, show_revenue), (BY_CATEGORY, show_categories)):

        def update(document: Document, show: Any = show) -> None:
            if document.session_context.user == user:
                show(document)

        viz.update_sessions(route, update)


def _seller(document: Document) -> int:
    return int(document.session_context.user)


def _means(values: list[float], window: int) -> list[float]:
    """Return for each day the mean of it and the days before it."""
    sums = np.cumsum([0.0, *values])
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(ends - window, 0)
    return list((sums[ends] - sums[starts]) / (ends - starts))


def _plot(**options: Any) -> Any:
    plot = figure(height=280, sizing_mode="stretch_width", toolbar_location=None, **options)
    plot.grid.grid_line_color = GRID
    plot.outline_line_color = None
    plot.axis.axis_line_color = None
    plot.axis.major_tick_line_color = None
    plot.axis.minor_tick_line_color = None
    plot.axis.major_label_text_color = INK
    plot.axis.major_label_text_font_size = "12px"
    return plot
