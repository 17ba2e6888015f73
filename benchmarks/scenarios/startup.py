"""From the start of the process to the first document of a small app; five apps are loaded."""

import time

from benchmarks.measure import Target, tree_rss
from benchmarks.scenario import Figures, Metric, Scenario
from benchmarks.visitor import Visitor


async def run(target: Target) -> Figures:
    """Open the app as soon as the server listens; see that it works."""
    visitor = await Visitor.open(target, "slider")
    first = time.perf_counter() - target.started
    memory = tree_rss(target.pid)
    await visitor.slide()
    visitor.close()
    return {"first document": first, "memory": memory}


SCENARIO = Scenario(
    name="startup",
    row=1,
    title="start to the first document of a small app, 5 apps",
    apps=("slider", "slider-1", "dashboard", "waiting", "thousand"),
    run=run,
    metrics=(
        Metric("first document", "s", "lower", ratio=1.1),
        Metric("memory", "MB", "lower", ratio=1.15),
    ),
)
