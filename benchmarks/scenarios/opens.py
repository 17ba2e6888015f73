"""A visitor opens an app: page, websocket, document."""

from functools import partial

from benchmarks.crowd import repeat
from benchmarks.measure import Meter, Target, quantile
from benchmarks.scenario import Figures, Metric, Scenario
from benchmarks.visitor import Visitor

VISITORS = 4


async def run(app: str, target: Target) -> Figures:
    """Open the app again and again; each visitor leaves once it has the document."""

    async def open_and_leave() -> None:
        (await Visitor.open(target, app)).close()

    await open_and_leave()
    with Meter(target) as meter:
        taken = await repeat(target.seconds, [open_and_leave] * VISITORS)
    return {
        "opens": len(taken) / meter.wall,
        "CPU per open": meter.cpu * 1000 / len(taken),
        "p50": quantile(taken, 0.5),
        "generator": meter.generator,
    }


METRICS = (
    Metric("opens", "1/s", "higher"),
    Metric("CPU per open", "ms", "lower"),
    Metric("p50", "ms", "lower"),
)
SMALL = Scenario("opens", "open a small app", ("slider",), partial(run, "slider"), METRICS)
DASHBOARD = Scenario(
    "opens-dashboard",
    "open a 597-model dashboard",
    ("dashboard",),
    partial(run, "dashboard"),
    METRICS,
)
