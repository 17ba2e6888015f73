"""One client's events beside other sessions whose callbacks wait, or compute in another worker."""

import asyncio
import time
from collections.abc import Sequence

from benchmarks.crowd import open_and_slide, repeat
from benchmarks.measure import Meter, Target, quantile
from benchmarks.scenario import Figures, Metric, Scenario
from benchmarks.servers import EVERYWHERE
from benchmarks.visitor import Visitor
from benchmarks.workers import open_elsewhere

PAUSE = 0.005  # seconds between the events of the measured client: it shall not be a load itself
STRETCH = 2  # longer than other scenarios: p99 needs events


async def blocked(target: Target) -> Figures:
    """Time one client's slides beside five whose callbacks wait."""
    [visitor] = await open_and_slide(target, "slider", 1)
    return await beside(target, visitor, await open_and_slide(target, "blocking", 5))


async def busy(target: Target) -> Figures:
    """Time one client's slides while the other worker of the server computes."""
    [blocker] = await open_and_slide(target, "busy", 1)
    return await beside(target, await open_elsewhere(target, "slider", blocker), [blocker])


async def beside(target: Target, visitor: Visitor, blockers: Sequence[Visitor]) -> Figures:
    """Time a visitor's slides beside the loops of others."""
    steps = [blocker.slide for blocker in blockers]
    seconds = target.seconds * STRETCH
    with Meter(target) as meter:
        slow, taken = await asyncio.gather(repeat(seconds, steps), timed_slides(visitor, seconds))
    return {
        "p50": quantile(taken, 0.5),
        "p99": quantile(taken, 0.99),
        "blocked events": len(slow) / meter.wall,
        **meter.shares(),
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


BLOCKED = Scenario(
    name="beside-blocked",
    row=8,
    title="event beside 5 clients whose callbacks wait 100 ms",
    apps=("slider", "blocking"),
    run=blocked,
    metrics=(
        Metric("p50", "ms", "lower"),
        Metric("p99", "ms", "lower", ratio=0.8),
        Metric("blocked events", "1/s", "higher"),
    ),
    servers=EVERYWHERE,
)
BUSY = Scenario(
    name="beside-busy",
    row=8,
    title="event beside a worker busy with 200 ms CPU-bound callbacks, 2 workers",
    apps=("slider", "busy"),
    run=busy,
    metrics=(
        Metric("p50", "ms", "lower"),
        Metric("p99", "ms", "lower", value=15),
        Metric("blocked events", "1/s", "higher"),
    ),
    servers=("hybridviz-gunicorn-2",),
)
