"""A viewer that reads 1 kB/s beside 49 fast ones, the first of which drags at a steady pace."""

import asyncio
import time

from benchmarks.crowd import join
from benchmarks.measure import Meter, Target, quantile, tree_rss
from benchmarks.scenario import Figures, Metric, Scenario
from benchmarks.slow import reading_slowly
from benchmarks.visitor import Visitor, WrongAnswer

FAST = 49
POINTS = 1000  # 16 kB an update
PACE = 0.01  # seconds between two drags
STRETCH = 3  # longer with it than without: it must be owed more than the kernel takes


async def run(target: Target) -> Figures:
    """Drag without, with, and again without it; compare when the fast ones have each update."""
    first = await Visitor.open(target, "thousand", points=POINTS)
    viewers = await join(target, "thousand", FAST, [first])
    await drag(viewers, target.seconds / 10)
    with Meter(target) as meter:
        alone = await drag(viewers, target.seconds)
        before = tree_rss(target.pid)
        async with reading_slowly(target, "thousand", first.token):
            beside = await drag(viewers, target.seconds * STRETCH)
            grown = tree_rss(target.pid) - before
        alone += await drag(viewers, target.seconds)
    return {
        "p99 without it": quantile(alone, 0.99),
        "p99 with it": quantile(beside, 0.99),
        "p99, with / without": quantile(beside, 0.99) / quantile(alone, 0.99),
        "memory for it": grown,
        **meter.shares(),
    }


async def drag(viewers: list[Visitor], seconds: float) -> list[float]:
    """Drag the first viewer's slider; return after how many ms each viewer had each update."""
    sent: dict[int, float] = {}
    taken: list[float] = []
    count = max(1, round(seconds / PACE))
    first = viewers[0].value

    async def watch(viewer: Visitor) -> None:
        for expected in range(first + 1, first + count + 1):
            if (value := await viewer.update()) != expected:
                raise WrongAnswer(f"a viewer got {value} instead of {expected}")
            taken.append((time.perf_counter() - sent[value]) * 1000)

    async with asyncio.TaskGroup() as group:
        for viewer in viewers:
            group.create_task(watch(viewer))
        start = time.perf_counter()
        for number in range(count):
            await asyncio.sleep(start + number * PACE - time.perf_counter())
            sent[first + number + 1] = time.perf_counter()
            viewers[0].drag()
    return taken


SCENARIO = Scenario(
    name="slow-viewer",
    row=13,
    title="a viewer that reads 1 kB/s beside 49 fast ones, 100 updates of 16 kB a second",
    apps=("thousand",),
    run=run,
    metrics=(
        Metric("p99 without it", "ms", "lower"),
        Metric("p99 with it", "ms", "lower"),
        Metric("p99, with / without", "x", "lower", value=1.2),
        Metric("memory for it", "MB", "lower", value=16),
    ),
    rounds=5,
    spare=2,
)
