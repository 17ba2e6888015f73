"""Fifty viewers of one session, one of them drags the slider: each must see all data, in order."""

import asyncio
import time

from benchmarks.measure import Meter, Target
from benchmarks.scenario import Figures, Metric, Scenario
from benchmarks.visitor import Visitor, WrongAnswer, page_token

VIEWERS = 50
AHEAD = 4  # events that the dragger may be ahead of the slowest viewer, as a mouse is


async def run(target: Target) -> Figures:
    """Drag for the time given, then wait until everybody has everything."""
    token = await page_token(target, "slider")
    viewers = [await Visitor.open(target, "slider", token) for _ in range(VIEWERS)]
    with Meter(target) as meter:
        updates = await drag(viewers, target.seconds)
    return {
        "deliveries": updates * VIEWERS / meter.wall,
        "CPU per update": meter.cpu * 1000 / updates,
        "generator": meter.generator,
    }


async def drag(viewers: list[Visitor], seconds: float) -> int:
    """Drag the first viewer's slider; return how many updates all viewers have seen."""
    room = asyncio.Semaphore(AHEAD)
    missing: dict[int, int] = {}

    async def watch(viewer: Visitor) -> None:
        seen = 0
        while True:
            seen += 1
            if (value := await viewer.update()) != seen:
                raise WrongAnswer(f"a viewer got {value} instead of {seen}")
            missing[value] -= 1
            if not missing[value]:
                room.release()

    async with asyncio.TaskGroup() as group:
        watching = [group.create_task(watch(viewer)) for viewer in viewers]
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            await room.acquire()
            missing[viewers[0].value + 1] = len(viewers)
            viewers[0].drag()
        for _ in range(AHEAD):
            await room.acquire()
        for task in watching:
            task.cancel()
    return len(missing)


SCENARIO = Scenario(
    name="viewers",
    title="50 viewers of one session, one drags",
    apps=("slider",),
    run=run,
    metrics=(Metric("deliveries", "1/s", "higher"), Metric("CPU per update", "ms", "lower")),
)
