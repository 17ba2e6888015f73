"""One client: slider value -> callback -> 200-point data patch, there and back."""

from functools import partial

from benchmarks.crowd import in_slices, open_and_slide, repeat
from benchmarks.measure import Meter, Target, quantile
from benchmarks.scenario import Figures, Metric, Scenario


async def run(app: str, target: Target) -> Figures:
    """Slide in a closed loop."""
    [visitor] = await open_and_slide(target, app, 1)
    await repeat(target.seconds / 10, [visitor.slide])
    meter = Meter(target)
    taken = await in_slices(target, meter, [visitor.slide])
    return {
        "p50": quantile(taken, 0.5),
        "p99": quantile(taken, 0.99),
        "CPU per event": meter.cpu * 1000 / len(taken),
        **meter.shares(),
    }


SMALL = Scenario(
    name="event",
    row=5,
    title="event of one client, small app",
    apps=("slider",),
    run=partial(run, "slider"),
    metrics=(
        Metric("p50", "ms", "lower", ratio=0.7),
        Metric("p99", "ms", "lower"),
        Metric("CPU per event", "ms", "lower", ratio=0.5),
    ),
)
DASHBOARD = Scenario(
    name="event-dashboard",
    row=5,
    title="event of one client, in a dashboard",
    apps=("dashboard",),
    run=partial(run, "dashboard"),
    metrics=(
        Metric("p50", "ms", "lower"),
        Metric("p99", "ms", "lower"),
        Metric("CPU per event", "ms", "lower", ratio=0.3),
    ),
)
