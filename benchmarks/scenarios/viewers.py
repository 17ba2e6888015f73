"""Viewers of one session, one of them drags the slider: each must see all data, in order."""

import asyncio
import time

from benchmarks.crowd import join
from benchmarks.measure import Meter, Target
from benchmarks.scenario import Curve, Figures, Metric, Scenario
from benchmarks.visitor import Visitor, WrongAnswer

SIZES = (10, 50, 500)
AHEAD = 4  # events that the dragger may be ahead of the slowest viewer, as a mouse is


async def run(target: Target) -> Figures:
    """Let more and more viewers join; with each number of them, drag for the time given."""
    figures: Figures = {}
    viewers: list[Visitor] = []
    for size in SIZES:
        viewers = await join(target, "slider", size, viewers)
        with Meter(target) as meter:
            updates = await drag(viewers, target.seconds)
        figures[f"deliveries, {size} viewers"] = updates * size / meter.wall
        figures[f"CPU per update, {size} viewers"] = meter.cpu * 1000 / updates
        figures |= meter.shares(f", {size} viewers")
    few, many = (figures[f"CPU per update, {size} viewers"] for size in (50, 500))
    return {**figures, "CPU, 500 viewers / 50 viewers": many / few}


async def drag(viewers: list[Visitor], seconds: float) -> int:
    """Drag the first viewer's slider; return how many updates all viewers have seen."""
    room = asyncio.Semaphore(AHEAD)
    first = viewers[0].value
    missing: dict[int, int] = {}

    async def watch(viewer: Visitor) -> None:
        seen = first
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
    if any(missing.values()):
        raise WrongAnswer("a viewer has not got every update")
    return len(missing)


SCENARIO = Scenario(
    name="viewers",
    row=10,
    title="viewers of one session, one drags",
    apps=("slider",),
    run=run,
    metrics=(
        Metric("CPU per update, 50 viewers", "ms", "lower", ratio=0.3),
        Metric("deliveries, 50 viewers", "1/s", "higher", ratio=1, or_bound=", 50 viewers"),
        Metric("CPU per update, 500 viewers", "ms", "lower", ratio=0.3),
        Metric("deliveries, 500 viewers", "1/s", "higher", ratio=1, or_bound=", 500 viewers"),
        Metric("CPU, 500 viewers / 50 viewers", "x", "lower", value=11),
    ),
    curves=(
        Curve(
            "viewers",
            "server CPU per update, ms",
            {size: f"CPU per update, {size} viewers" for size in SIZES},
        ),
    ),
    rounds=3,
)
