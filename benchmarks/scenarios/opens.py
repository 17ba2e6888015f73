"""A visitor opens an app: page, websocket, document."""

from functools import partial

from benchmarks.crowd import repeat
from benchmarks.measure import Meter, Target, quantile
from benchmarks.scenario import Figures, Metric, Scenario
from benchmarks.servers import EVERYWHERE
from benchmarks.visitor import Visitor

VISITORS = 4


async def run(app: str, target: Target) -> Figures:
    """Open the app again and again; each visitor leaves once it has the document."""

    async def open_and_leave() -> None:
        (await Visitor.open(target, app)).close()

    await repeat(target.seconds / 10, [open_and_leave] * VISITORS)
    with Meter(target) as meter:
        taken = await repeat(target.seconds, [open_and_leave] * VISITORS)
    return {
        "opens": len(taken) / meter.wall,
        "CPU per open": meter.cpu * 1000 / len(taken),
        "p50": quantile(taken, 0.5),
        **meter.shares(),
    }


def metrics(cpu: float) -> tuple[Metric, ...]:
    return (
        Metric("opens", "1/s", "higher"),
        Metric("CPU per open", "ms", "lower", ratio=cpu),
        Metric("p50", "ms", "lower", ratio=0.4),
    )


SMALL = Scenario(
    name="opens",
    row=3,
    title="open a small app",
    apps=("slider",),
    run=partial(run, "slider"),
    metrics=metrics(0.4),
    servers=EVERYWHERE,
    rounds=3,
)
DASHBOARD = Scenario(
    name="opens-dashboard",
    row=3,
    title="open a dashboard of 597 models",
    apps=("dashboard",),
    run=partial(run, "dashboard"),
    metrics=metrics(0.35),
    servers=EVERYWHERE,
    rounds=3,
)
