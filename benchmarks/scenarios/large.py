"""A click replaces 16 MB of floats, which the browser must get, every byte."""

import time

from benchmarks.measure import Meter, Target
from benchmarks.scenario import Figures, Metric, Scenario
from benchmarks.visitor import Visitor, WrongAnswer, column

POINTS = 2_000_000
MEGABYTES = POINTS * 8 / 1e6


async def run(target: Target) -> Figures:
    """Click in a closed loop; what the generator does to check the data is not counted."""
    visitor = await Visitor.open(target, "large", points=POINTS)
    await visitor.slide()
    meter = Meter(target)
    clicks, end = 0, time.perf_counter() + target.seconds
    while time.perf_counter() < end:
        await click(visitor, meter)
        clicks += 1
    visitor.close()
    return {
        "data": MEGABYTES * clicks / meter.wall,
        "CPU per click": meter.cpu * 1000 / clicks,
        **meter.shares(),
    }


async def click(visitor: Visitor, meter: Meter) -> None:
    """Click, and check what comes; only until it is there is measured."""
    column(visitor.value + 1, POINTS)  # what is expected is kept ready
    with meter:
        visitor.drag()
        message = await visitor.websocket.receive()
        while message.type != "PATCH-DOC":
            message = await visitor.websocket.receive()
    if visitor.read(message) != visitor.value:
        raise WrongAnswer("the data of another click")


SCENARIO = Scenario(
    name="large",
    row=11,
    title="16 MB of floats replaced per click",
    apps=("large",),
    run=run,
    metrics=(
        Metric("data", "MB/s", "higher", ratio=1.2),
        Metric("CPU per click", "ms", "lower", ratio=0.85),
    ),
)
