"""One client's events while the callbacks of five others each block for 100 ms, again and again."""

import asyncio
import time

from benchmarks.crowd import open_and_slide, repeat
from benchmarks.measure import Meter, Target, quantile
from benchmarks.scenario import Figures, Metric, Scenario
from benchmarks.visitor import Visitor

BLOCKERS = 5
PAUSE = 0.01  # seconds between the events of the measured client: it shall not be a load itself


async def run(target: Target) -> Figures:
    """Time one client's slides beside the blockers' loops."""
    [visitor] = await open_and_slide(target, "slider", 1)
    blockers = await open_and_slide(target, "blocking", BLOCKERS)
    steps = [blocker.slide for blocker in blockers]
    with Meter(target) as meter:
        _, taken = await asyncio.gather(
            repeat(target.seconds, steps), timed_slides(visitor, target.seconds)
        )
    return {
        "p50": quantile(taken, 0.5),
        "p99": quantile(taken, 0.99),
        "generator": meter.generator,
    }


async def timed_slides(visitor: Visitor, seconds: float) -> list[float]:
    """Slide with pauses for ``seconds``; return the time of each slide in ms."""
    taken = []
    end = time.perf_counter() + seconds
    while (start := time.perf_counter()) < end:
        await visitor.slide()
        taken.append((time.perf_counter() - start) * 1000)
        await asyncio.sleep(PAUSE)
    return taken


SCENARIO = Scenario(
    name="beside-blocked",
    title="event beside 5 clients whose callbacks block for 100 ms",
    apps=("slider", "blocking"),
    run=run,
    metrics=(Metric("p50", "ms", "lower"), Metric("p99", "ms", "lower", ratio=0.2)),
)
