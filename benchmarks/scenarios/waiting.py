"""Twenty clients whose callback waits 50 ms: at best 400 events a second."""

from benchmarks.crowd import open_and_slide, repeat
from benchmarks.measure import Meter, Target
from benchmarks.scenario import Figures, Metric, Scenario
from benchmarks.servers import EVERYWHERE

CLIENTS = 20
IDEAL = CLIENTS / 0.05


async def run(target: Target) -> Figures:
    """Slide in a closed loop on each client."""
    visitors = await open_and_slide(target, "waiting", CLIENTS)
    with Meter(target) as meter:
        taken = await repeat(target.seconds, [visitor.slide for visitor in visitors])
    return {"events": len(taken) / meter.wall, **meter.shares()}


SCENARIO = Scenario(
    name="waiting",
    row=7,
    title="20 clients, callback waits 50 ms (ideal 400/s)",
    apps=("waiting",),
    run=run,
    metrics=(Metric("events", "1/s", "higher", ratio=3, value=0.9 * IDEAL),),
    servers=EVERYWHERE,
)
