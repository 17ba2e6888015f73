"""Fifty sessions, each with a 50 ms periodic callback: does every one keep its cadence?"""

import asyncio
import time
from itertools import pairwise

from benchmarks.crowd import open_visitors
from benchmarks.measure import Meter, Target, quantile
from benchmarks.scenario import Figures, Metric, Scenario
from benchmarks.visitor import Visitor, WrongAnswer

SESSIONS = 50
PERIOD = 0.05
STRETCH = 2.5  # longer than other scenarios: gaps are rare


async def run(target: Target) -> Figures:
    """Watch all sessions tick, after a warm-up."""
    visitors = await open_visitors(target, "periodic", SESSIONS)
    seconds = target.seconds * STRETCH
    await asyncio.gather(*(ticks(visitor, seconds / 10) for visitor in visitors))
    with Meter(target) as meter:
        watched = await asyncio.gather(*(ticks(visitor, seconds) for visitor in visitors))
    updates = sum(map(len, watched))
    gaps = [(late - early) * 1000 for times in watched for early, late in pairwise(times)]
    return {
        "of ideal": updates / (SESSIONS * seconds / PERIOD) * 100,
        "CPU per update": meter.cpu * 1000 / updates,
        "gap p99": quantile(gaps, 0.99),
        "generator": meter.generator,
    }


async def ticks(visitor: Visitor, seconds: float) -> list[float]:
    """Return when updates came within ``seconds``; each must be the successor of the last."""
    times: list[float] = []
    last = None
    end = time.perf_counter() + seconds
    while True:
        value = await visitor.update()
        if last is not None and value != last + 1:
            raise WrongAnswer(f"update {value} after {last}")
        if (now := time.perf_counter()) > end:
            return times
        times.append(now)
        last = value


SCENARIO = Scenario(
    name="periodic",
    title="50 sessions with a 50 ms periodic callback",
    apps=("periodic",),
    run=run,
    metrics=(
        Metric("of ideal", "%", "higher"),
        Metric("CPU per update", "ms", "lower"),
        Metric("gap p99", "ms", "lower"),
    ),
)
