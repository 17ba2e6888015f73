"""The same event in documents of 10 and of 1,000 models: it must cost the same.

Five clients on each, taking turns in short slices of one run, so that both see the same machine.
"""

from benchmarks.crowd import open_and_slide, repeat
from benchmarks.measure import Meter, Target
from benchmarks.scenario import Figures, Metric, Scenario

CLIENTS = 5
SLICES = 5


async def run(target: Target) -> Figures:
    """Slide in turns in the small and in the large document."""
    crowds = [await open_and_slide(target, f"models_{size}", CLIENTS) for size in (10, 1000)]
    meters = [Meter(target), Meter(target)]
    counts = [0, 0]
    for _ in range(SLICES):
        for index, crowd in enumerate(crowds):
            steps = [visitor.slide for visitor in crowd]
            with meters[index]:
                counts[index] += len(await repeat(target.seconds / SLICES, steps))
    small, large = (meter.cpu * 1000 / count for meter, count in zip(meters, counts, strict=True))
    return {
        "CPU per event, 10 models": small,
        "CPU per event, 1,000 models": large,
        "1,000 models / 10 models": large / small,
        "generator": max(meter.generator for meter in meters),
    }


SCENARIO = Scenario(
    name="event-sizes",
    title="event in documents of 10 and 1,000 models",
    apps=("models_10", "models_1000"),
    run=run,
    metrics=(
        Metric("CPU per event, 10 models", "ms", "lower"),
        Metric("CPU per event, 1,000 models", "ms", "lower"),
        Metric("1,000 models / 10 models", "x", "lower", value=1.1),
    ),
)
