"""The same event in documents of 10, 100 and 1,000 models: it must cost the same.

Five clients on each, taking turns in short slices of one run, so that all see the same machine.
"""

from benchmarks.crowd import open_and_slide, repeat
from benchmarks.measure import Meter, Target
from benchmarks.scenario import Curve, Figures, Metric, Scenario

SIZES = (10, 100, 1000)
CLIENTS = 5
SLICES = 4


async def run(target: Target) -> Figures:
    """Slide in turns in the small and in the large documents."""
    crowds = [await open_and_slide(target, f"models_{size}", CLIENTS) for size in SIZES]
    meters = [Meter(target) for _ in SIZES]
    counts = [0 for _ in SIZES]
    for _ in range(SLICES):
        for index, crowd in enumerate(crowds):
            steps = [visitor.slide for visitor in crowd]
            with meters[index]:
                counts[index] += len(await repeat(target.seconds / SLICES, steps))
    costs = [meter.cpu * 1000 / count for meter, count in zip(meters, counts, strict=True)]
    return {
        **{name(size): cost for size, cost in zip(SIZES, costs, strict=True)},
        "1,000 models / 10 models": costs[-1] / costs[0],
        **meters[-1].shares(),
    }


def name(size: int) -> str:
    return f"CPU per event, {size:,} models"


SCENARIO = Scenario(
    name="event-sizes",
    row=5,
    title="event in documents of 10 to 1,000 models",
    apps=tuple(f"models_{size}" for size in SIZES),
    run=run,
    metrics=(
        Metric(name(10), "ms", "lower"),
        Metric(name(1000), "ms", "lower"),
        Metric("1,000 models / 10 models", "x", "lower"),
    ),
    curves=(Curve("models", "CPU per event, ms", {size: name(size) for size in SIZES}),),
    rounds=1,
)
