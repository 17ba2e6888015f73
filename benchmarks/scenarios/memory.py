"""What an idle session of a dashboard costs, and whether closed sessions give everything back."""

import asyncio
from collections.abc import Sequence

from benchmarks.crowd import open_visitors
from benchmarks.measure import Target, tree_rss
from benchmarks.scenario import Figures, Metric, Scenario
from benchmarks.visitor import Visitor

FIRST = 2  # sessions that are opened before: a server's first work is not a session's cost
SESSIONS = 10
TOTAL = 1000
BATCH = 50
LIFETIME = 0.5  # seconds that a session without viewers is kept
GONE = 2.0  # seconds until it is gone for sure


async def idle(target: Target) -> Figures:
    """Open sessions and look how much memory has grown; each must work."""
    visitors = await open_visitors(target, "dashboard", FIRST)
    before = tree_rss(target.pid)
    visitors += await open_visitors(target, "dashboard", SESSIONS)
    grown = tree_rss(target.pid) - before
    await slide_and_leave(visitors)
    return {"memory per session": grown / SESSIONS}


async def churn(target: Target) -> Figures:
    """Open and close batches; look at the memory after the first and after the last."""
    after: list[float] = []
    for _ in range(TOTAL // BATCH):
        await slide_and_leave(await open_visitors(target, "dashboard", BATCH))
        await asyncio.sleep(GONE)
        after.append(tree_rss(target.pid))
    return {
        "after the first batch": after[0],
        "after the last batch": after[-1],
        "last / first": after[-1] / after[0],
    }


async def slide_and_leave(visitors: Sequence[Visitor]) -> None:
    """See that sessions work, and close them."""
    for visitor in visitors:
        await visitor.slide()
        visitor.close()


IDLE = Scenario(
    name="memory",
    row=14,
    title="an idle session of a dashboard",
    apps=("dashboard",),
    run=idle,
    metrics=(Metric("memory per session", "MB", "lower", ratio=0.45),),
    rounds=2,
)
CHURN = Scenario(
    name="churn",
    row=14,
    title="1,000 dashboards opened and closed in batches of 50",
    apps=("dashboard",),
    run=churn,
    metrics=(
        Metric("after the first batch", "MB", "lower"),
        Metric("after the last batch", "MB", "lower"),
        Metric("last / first", "x", "lower", value=1.1),
    ),
    settings={"HYBRIDVIZ_UNUSED_SESSION_LIFETIME": str(round(LIFETIME * 1000))},
    servers=("hybridviz",),
    rounds=1,
)
