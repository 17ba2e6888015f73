"""One client: slider value -> callback -> 200-point data patch, there and back."""

from benchmarks.crowd import open_and_slide, repeat
from benchmarks.measure import Meter, Target, quantile
from benchmarks.scenario import Figures, Metric, Scenario


async def run(target: Target) -> Figures:
    """Slide in a closed loop."""
    [visitor] = await open_and_slide(target, "slider", 1)
    await repeat(target.seconds / 10, [visitor.slide])
    with Meter(target) as meter:
        taken = await repeat(target.seconds, [visitor.slide])
    return {
        "p50": quantile(taken, 0.5),
        "CPU per event": meter.cpu * 1000 / len(taken),
        "generator": meter.generator,
    }


SCENARIO = Scenario(
    name="event",
    title="event round trip, 1 client",
    apps=("slider",),
    run=run,
    metrics=(
        Metric("p50", "ms", "lower", ratio=1 / 40),
        Metric("CPU per event", "ms", "lower", ratio=0.4),
    ),
)
