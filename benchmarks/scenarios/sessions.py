"""Events of one client while more and more sessions of the small app are open and idle."""

from benchmarks.crowd import open_visitors, repeat
from benchmarks.measure import Target, quantile
from benchmarks.scenario import Curve, Figures, Metric, Scenario
from benchmarks.visitor import Visitor

SIZES = (10, 100, 1000)


async def run(target: Target) -> Figures:
    """Open sessions up to each number; then let one client slide."""
    figures: Figures = {}
    visitors: list[Visitor] = []
    for size in SIZES:
        visitors += await open_visitors(target, "slider", size - len(visitors))
        await repeat(target.seconds / 10, [visitors[0].slide])
        taken = await repeat(target.seconds, [visitors[0].slide])
        figures[f"event p50, {size:,} sessions"] = quantile(taken, 0.5)
        figures[f"event p99, {size:,} sessions"] = quantile(taken, 0.99)
    for visitor in visitors[:: max(1, len(visitors) // 20)]:
        await visitor.slide()
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
