"""Events of one client while few and many sessions of the small app are open and idle.

On a server of its own for each number, taking turns, so that all see the same machine.
"""

from contextlib import ExitStack

from benchmarks.crowd import in_turns, open_visitors
from benchmarks.measure import Target, quantile
from benchmarks.processes import another
from benchmarks.scenario import Curve, Figures, Metric, Scenario

SIZES = (10, 100, 1000)


async def run(target: Target) -> Figures:
    """Open each number of sessions; then let one client of each slide."""
    figures: Figures = {}
    with ExitStack() as stack:
        servers = [target, *(stack.enter_context(another(target, ("slider",))) for _ in SIZES[1:])]
        crowds = [
            await open_visitors(server, "slider", size)
            for server, size in zip(servers, SIZES, strict=True)
        ]
        await in_turns(target.seconds / 10, [crowd[0].slide for crowd in crowds])
        measured = await in_turns(target.seconds, [crowd[0].slide for crowd in crowds])
        for visitor in crowds[-1][:: max(1, SIZES[-1] // 20)]:
            await visitor.slide()
    for size, taken in zip(SIZES, measured, strict=True):
        figures[f"event p50, {size:,} sessions"] = quantile(taken, 0.5)
        figures[f"event p99, {size:,} sessions"] = quantile(taken, 0.99)
    few, many = (figures[f"event p50, {size:,} sessions"] for size in (10, 1000))
    return {**figures, "p50, 1,000 sessions / 10 sessions": many / few}


SCENARIO = Scenario(
    name="sessions",
    row=15,
    title="event of one client beside idle sessions of the small app",
    apps=("slider",),
    run=run,
    metrics=(
        Metric("event p50, 10 sessions", "ms", "lower"),
        Metric("event p50, 1,000 sessions", "ms", "lower"),
        Metric("event p99, 1,000 sessions", "ms", "lower"),
        Metric("p50, 1,000 sessions / 10 sessions", "x", "lower", value=1.3),
    ),
    curves=(
        Curve(
            "idle sessions",
            "event p50, ms",
            {size: f"event p50, {size:,} sessions" for size in SIZES},
        ),
    ),
    servers=("bokeh-3.9", "bokeh-3.10-asgi", "hybridviz", "hybridviz-gunicorn"),
    rounds=1,
)
