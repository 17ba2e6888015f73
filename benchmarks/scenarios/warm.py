"""A visitor a second opens the dashboard, of which a session is ready (``--warm``)."""

import asyncio
import time

from benchmarks.measure import Meter, Target, quantile
from benchmarks.scenario import Figures, Metric, Scenario
from benchmarks.visitor import Visitor

EVERY = 1.0  # seconds
VISITORS = 4  # per second of the measuring time


async def run(target: Target) -> Figures:
    """Open and leave, one visitor a second; each must find its own session, which must work."""
    await asyncio.sleep(EVERY)
    taken: list[float] = []
    with Meter(target) as meter:
        for _ in range(max(2, round(VISITORS * target.seconds))):
            start = time.perf_counter()
            visitor = await Visitor.open(target, "dashboard")
            taken.append((time.perf_counter() - start) * 1000)
            await visitor.slide()
            visitor.close()
            await asyncio.sleep(start + EVERY - time.perf_counter())
    return {
        "p50": quantile(taken, 0.5),
        "worst": max(taken),
        "CPU per open": meter.cpu * 1000 / len(taken),
        **meter.shares(),
    }


SCENARIO = Scenario(
    name="warm",
    row=4,
    title="open a dashboard with `--warm`, one a second",
    apps=("dashboard",),
    run=run,
    metrics=(
        Metric("p50", "ms", "lower", value=20),
        Metric("worst", "ms", "lower", compared=False),
        Metric("CPU per open", "ms", "lower"),
    ),
    settings={"HYBRIDVIZ_WARM": "true"},
    servers=("hybridviz", "hybridviz-gunicorn"),
)
