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

PAUSE = 0.002  # seconds between the events of the measured client: it shall not be a load itself
STRETCH = 4  # longer than other scenarios: p99 needs events
BLOCKED_FOR = 0.1  # seconds a callback of apps/blocking.py waits


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
    seconds = target.seconds * STRETCH
    gap = BLOCKED_FOR / len(blockers)
    loops = [slide_from(i * gap, seconds, blocker) for i, blocker in enumerate(blockers)]
    with Meter(target) as meter:
        taken, *slow = await asyncio.gather(timed_slides(visitor, seconds), *loops)
    return {
        "p50": quantile(taken, 0.5),
        "p99": quantile(taken, 0.99),
        "blocked events": sum(map(len, slow)) / meter.wall,
        **meter.shares(),
    }


async def slide_from(start: float, seconds: float, blocker: Visitor) -> list[float]:
    """Slide again and again from ``start`` on, in seconds from now: the waits of blockers that
    start one after the other end one after the other, and p99 does not hang on how many meet.
    """
    await asyncio.sleep(start)
    return await repeat(seconds - start, [blocker.slide])


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
    spare=4,
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
    spare=4,
)
