"""Sessions with a periodic callback each: does every one keep its cadence?"""

import asyncio
import time
from functools import partial
from itertools import pairwise

from benchmarks.crowd import open_visitors
from benchmarks.measure import Meter, Target, quantile
from benchmarks.scenario import Figures, Metric, Scenario
from benchmarks.visitor import Visitor, WrongAnswer

LENGTH = 10.0  # seconds, if scenarios measure as long as they do by default
DEFAULT = 1.5
WARM_UP = 1.0  # seconds


async def run(period: int, sessions: int, target: Target) -> Figures:
    """Watch all sessions tick, after a warm-up.

    Args:
        period: of the callbacks, in ms.
        sessions: how many.
        target: the server.
    """
    visitors = await open_visitors(target, f"periodic_{period}", sessions)
    seconds = LENGTH * min(1.0, target.seconds / DEFAULT)
    await asyncio.gather(*(ticks(visitor, WARM_UP) for visitor in visitors))
    with Meter(target) as meter:
        watched = await asyncio.gather(*(ticks(visitor, seconds) for visitor in visitors))
    updates = sum(map(len, watched))
    gaps = [(late - early) * 1000 for times in watched for early, late in pairwise(times)]
    return {
        "of ideal": updates / (sessions * seconds * 1000 / period) * 100,
        "CPU per update": meter.cpu * 1000 / updates,
        "gap p99": quantile(gaps, 0.99),
        **meter.shares(),
    }


async def ticks(visitor: Visitor, seconds: float) -> list[float]:
    """Return when updates came within ``seconds``; each must be the successor of the last."""
    times: list[float] = []
    last = None
    end = time.perf_counter() + seconds
    while True:
        try:
            async with asyncio.timeout(end - time.perf_counter()):
                value = await visitor.update()
        except TimeoutError:
            return times
        if last is not None and value != last + 1:
            raise WrongAnswer(f"update {value} after {last}")
        times.append(time.perf_counter())
        last = value


def metrics(gap: float) -> tuple[Metric, ...]:
    return (
        Metric("of ideal", "%", "higher", value=99),
        Metric("CPU per update", "ms", "lower", ratio=0.5),
        Metric("gap p99", "ms", "lower", value=gap),
    )


FAST = Scenario(
    name="periodic",
    row=9,
    title="50 sessions with a 50 ms periodic callback",
    apps=("periodic_50",),
    run=partial(run, 50, 50),
    metrics=metrics(60),
    rounds=3,
)
SLOW = Scenario(
    name="periodic-500",
    row=9,
    title="500 sessions with a 1 s periodic callback",
    apps=("periodic_1000",),
    run=partial(run, 1000, 500),
    metrics=metrics(1010),  # 10 ms more than the period, as above
    rounds=2,
)
