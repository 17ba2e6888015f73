"""Start-up, pages and events of servers with one app, and with a hundred."""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial

from benchmarks.crowd import in_turns
from benchmarks.measure import Target, quantile
from benchmarks.processes import another
from benchmarks.scenario import Curve, Figures, Metric, Scenario
from benchmarks.visitor import Visitor, page_token

SIZES = (1, 10, 100)
NAMES = tuple(f"slider-{number}" for number in range(max(SIZES)))
PARTS = ("start-up", "page", "event p50")


async def run(target: Target) -> Figures:
    """Start a server with each number of apps, while that of the target rests; then fetch pages and
    slide, in turns, so that all see the same machine.
    """
    figures: Figures = {}
    with ExitStack() as stack:
        opened: list[tuple[Target, Visitor]] = []
        for size in SIZES:
            sized = stack.enter_context(another(target, NAMES[:size]))
            opened.append((sized, await Visitor.open(sized, NAMES[size - 1])))
            figures[f"start-up, {named(size)}"] = time.perf_counter() - sized.started
        figures |= await look(opened, target.seconds / 2)
    few, many = named(SIZES[0]), named(SIZES[-1])
    ratios = {
        f"{part}, {many} / {few}": figures[f"{part}, {many}"] / figures[f"{part}, {few}"]
        for part in PARTS
    }
    return {**figures, **ratios}


async def look(opened: Sequence[tuple[Target, Visitor]], seconds: float) -> Figures:
    """Return the times of a page and of an event, in ms, of each server."""
    fetch = [
        partial(page_token, server, NAMES[size - 1])
        for size, (server, _) in zip(SIZES, opened, strict=True)
    ]
    pages = await in_turns(seconds, fetch)
    events = await in_turns(seconds, [visitor.slide for _, visitor in opened])
    figures: Figures = {}
    for index, size in enumerate(SIZES):
        figures[f"page, {named(size)}"] = quantile(pages[index], 0.5)
        figures[f"event p50, {named(size)}"] = quantile(events[index], 0.5)
    return figures


def named(size: int) -> str:
    return "1 app" if size == 1 else f"{size} apps"


SCENARIO = Scenario(
    name="apps",
    row=15,
    title="a server with 1 app and with 100",
    apps=("slider",),
    run=run,
    metrics=(
        Metric("start-up, 1 app", "s", "lower"),
        Metric("start-up, 100 apps", "s", "lower"),
        Metric("start-up, 100 apps / 1 app", "x", "lower", value=1.5),
        Metric("page, 100 apps / 1 app", "x", "lower", value=1.5),
        Metric("event p50, 100 apps / 1 app", "x", "lower", value=1.3),
    ),
    curves=(
        Curve("apps", "start-up, s", {size: f"start-up, {named(size)}" for size in SIZES}),
        Curve("apps", "page, ms", {size: f"page, {named(size)}" for size in SIZES}),
    ),
)
