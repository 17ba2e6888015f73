"""Twenty clients, each in its own session, sending events as fast as they are answered."""

from benchmarks.crowd import in_slices, open_and_slide, repeat
from benchmarks.measure import Meter, Target
from benchmarks.scenario import Figures, Metric, Scenario
from benchmarks.servers import EVERYWHERE

CLIENTS = 20


async def run(target: Target) -> Figures:
    """Slide in a closed loop on each client."""
    visitors = await open_and_slide(target, "slider", CLIENTS)
    steps = [visitor.slide for visitor in visitors]
    await repeat(target.seconds / 10, steps)
    meter = Meter(target)
    taken = await in_slices(target, meter, steps)
    return {
        "events": len(taken) / meter.wall,
        "CPU per event": meter.cpu * 1000 / len(taken),
        **meter.shares(),
    }


SCENARIO = Scenario(
    name="events",
    row=6,
    title="20 clients sending events",
    apps=("slider",),
    run=run,
    metrics=(
        Metric("events", "1/s", "higher", ratio=1.3),
        Metric("CPU per event", "ms", "lower", ratio=0.5),
    ),
    servers=EVERYWHERE,
)
