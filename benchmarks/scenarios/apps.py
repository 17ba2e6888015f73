"""Start-up, pages and events of servers with one app, and with a hundred."""

import time

from benchmarks.crowd import repeat
from benchmarks.measure import Target, quantile
from benchmarks.processes import another
from benchmarks.scenario import Curve, Figures, Metric, Scenario
from benchmarks.visitor import Visitor, page_token

SIZES = (1, 10, 100)
NAMES = tuple(f"slider-{number}" for number in range(max(SIZES)))
PARTS = ("start-up", "page", "event p50")


async def run(target: Target) -> Figures:
    """Measure servers with each number of apps, one after the other; that of the target rests."""
    figures: Figures = {}
    for size in SIZES:
        with another(target, NAMES[:size]) as sized:
            parts = await look(sized, NAMES[size - 1])
        figures |= {f"{part}, {named(size)}": parts[part] for part in PARTS}
    few, many = named(SIZES[0]), named(SIZES[-1])
    ratios = {
        f"{part}, {many} / {few}": figures[f"{part}, {many}"] / figures[f"{part}, {few}"]
        for part in PARTS
    }
    return {**figures, **ratios}


async def look(target: Target, app: str) -> dict[str, float]:
    """Return the time from the start to a first document, in s, of a page and an event, in ms."""
    visitor = await Visitor.open(target, app)
    started = time.perf_counter() - target.started
    pages = await repeat(target.seconds / 4, [lambda: page_token(target, app)])
    events = await repeat(target.seconds / 4, [visitor.slide])
    visitor.close()
    return dict(zip(PARTS, (started, quantile(pages, 0.5), quantile(events, 0.5)), strict=True))


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
    rounds=1,
)
