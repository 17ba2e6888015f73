"""Draws plots with matplotlib: `python -m benchmarks.draw DIRECTORY < plots.json`; see `plots`.

Runs in the tools' environment; imports nothing of ours.
"""

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot, ticker  # noqa: E402  the backend is chosen before


def draw(plot: dict[str, Any], directory: Path) -> None:
    """Write one plot, both axes logarithmic; ours are the thick lines."""
    made, axes = pyplot.subplots(figsize=(8, 4))
    for server, points in plot["lines"].items():
        thick = 2.5 if server.startswith("hybridviz") else 1.2
        axes.loglog(*zip(*points, strict=True), marker="o", linewidth=thick, label=server)
    sizes = sorted({size for points in plot["lines"].values() for size, _ in points})
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes], minor=False)
    axes.set_xticks([], minor=True)
    for side in (axes.yaxis.set_major_formatter, axes.yaxis.set_minor_formatter):
        side(ticker.FuncFormatter(label))
    axes.set_xlabel(plot["axis"])
    axes.set_ylabel(plot["label"])
    axes.grid(True, which="major", alpha=0.3)
    axes.legend(fontsize="small", loc="center left", bbox_to_anchor=(1, 0.5))
    made.tight_layout()
    made.savefig(directory / plot["file"], dpi=100)
    pyplot.close(made)


def label(figure: float, _: int | None = None) -> str:
    """Return a tick's text; empty for some, as all of a decade would lie over each other."""
    return f"{figure:g}" if f"{figure:e}"[0] in "12357" else ""


if __name__ == "__main__":
    for each in json.load(sys.stdin):
        draw(each, Path(sys.argv[1]))
