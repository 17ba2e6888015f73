"""Documents of Bokeh 0.10: uploads that were recorded, and a small one that is written by hand."""

from typing import Any

import pytest

from hybridviz.legacy_rest.raw import RawDocument, new_document
from scripts.legacy_golden import DATA, names, recorded
from tests.servers import ROOT

RECORDINGS = ROOT.parent / "shared" / "legacy_wire" / "0.10.0"
SOCKET_RECORDINGS = RECORDINGS.parent / "0.11.1"
RECORDED = names()
Json = dict[str, Any]


def spec(kind: str, ident: str, **attributes: Any) -> Json:
    return {"type": kind, "id": ident, "attributes": attributes}


def ref(kind: str, ident: str) -> Json:
    return {"type": kind, "id": ident}


def small() -> list[Json]:
    """Return a plot with a line, and a slider, without the context that shows them."""
    return [
        spec(
            "Plot",
            "plot",
            title="Small",
            plot_width=300,
            plot_height=300,
            x_range=ref("Range1d", "x"),
            y_range=ref("Range1d", "y"),
            renderers=[ref("GlyphRenderer", "renderer")],
            tools=[],
        ),
        spec("Range1d", "x", start=0, end=4),
        spec("Range1d", "y", start=0, end=9),
        spec(
            "GlyphRenderer",
            "renderer",
            data_source=ref("ColumnDataSource", "source"),
            glyph=ref("Line", "line"),
        ),
        spec("Line", "line", x={"field": "x"}, y={"field": "y"}, line_color={"value": "red"}),
        spec(
            "ColumnDataSource",
            "source",
            data={"x": [1, 2, 3], "y": [4, "NaN", 6]},
            column_names=["x", "y"],
            name="source",
        ),
        spec("Slider", "slider", start=0, end=10, value=3, title="s", name="slider"),
    ]


def shown(raw: RawDocument, specs: list[Json], *roots: Json) -> RawDocument:
    """Put models into a document; it shows the roots."""
    raw.upsert([*specs, spec("PlotContext", raw.context, children=list(roots))])
    return raw


ROOTS = (ref("Plot", "plot"), ref("Slider", "slider"))


@pytest.fixture
def raw() -> RawDocument:
    return shown(new_document("small", "defaultuser"), small(), *ROOTS)


__all__ = ("DATA", "RECORDED", "RECORDINGS", "recorded", "ref", "shown", "small", "spec")
collect_ignore = [] if RECORDINGS.exists() else ["test_replay.py", "test_replay_socket.py"]
