"""The plots of how costs grow; drawn in the environment of the tools, which has matplotlib."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks.rounds import Result
from benchmarks.scenario import Curve
from benchmarks.servers import ENVIRONMENTS, ROOT, TOOLS

PYTHON = ENVIRONMENTS / TOOLS / "bin" / "python"


def titles(results: Sequence[Result]) -> dict[str, str]:
    """Return the title of each plot, by its file's name."""
    return {_file(curve): f"{curve.label}, over {curve.axis}" for _, curve in _curves(results)}


def draw(
    results: Sequence[Result],
    servers: Sequence[str],
    directory: Path,
    progress: Callable[[str], None],
) -> None:
    """Write the plots as PNG files.

    Args:
        results: of the scenarios; those without curves are passed over.
        servers: the names of those that are shown, in their order.
        directory: where the files go.
        progress: is told if it cannot be done.
    """
    plots = [plot(result, curve, servers) for result, curve in _curves(results)]
    if not plots:
        return
    if not PYTHON.exists():
        progress("no plots: their tools are not installed (scripts/peers.sh tells why)")
        return
    directory.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [PYTHON, "-m", "benchmarks.draw", str(directory.resolve())],
        cwd=ROOT,
        input=json.dumps(plots),
        text=True,
        check=True,
    )


def plot(result: Result, curve: Curve, servers: Sequence[str]) -> dict[str, object]:
    """Return one plot as `benchmarks.draw` reads it: file, axis, label, lines by server."""
    lines: dict[str, list[tuple[int, float]]] = {}
    for server in servers:
        points = [(size, result.median(server, name)) for size, name in curve.points.items()]
        known = [(size, figure) for size, figure in points if figure is not None]
        if known:
            lines[server] = known
    return {"file": _file(curve), "axis": curve.axis, "label": curve.label, "lines": lines}


def _curves(results: Sequence[Result]) -> Iterator[tuple[Result, Curve]]:
    for result in results:
        for curve in result.scenario.curves:
            yield result, curve


def _file(curve: Curve) -> str:
    return re.sub(r"\W+", "-", f"{curve.axis} {curve.label}").strip("-").lower() + ".png"
