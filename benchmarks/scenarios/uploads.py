"""Documents that a script puts on a server and reads back: REST against `bokeh.client`."""

import asyncio
import time
from collections.abc import Callable

from benchmarks.measure import Meter, Target
from benchmarks.rows import FURTHER
from benchmarks.scenario import Figures, Metric, Scenario


async def run(target: Target) -> Figures:
    """Put documents for half of the time, then read them for the other half."""
    from benchmarks.publishers import publisher  # imports Bokeh; the other scenarios need not

    client = await asyncio.to_thread(publisher, target)
    await asyncio.to_thread(client.push, "document-0")
    await asyncio.to_thread(client.pull, "document-0")
    with Meter(target) as puts:
        pushed = await asyncio.to_thread(count, client.push, target.seconds / 2, 1_000_000)
    with Meter(target) as gets:
        pulled = await asyncio.to_thread(count, client.pull, target.seconds / 2, pushed)
    return {
        "uploads": pushed / puts.wall,
        "CPU per upload": puts.cpu * 1000 / pushed,
        "reads": pulled / gets.wall,
        "CPU per read": gets.cpu * 1000 / pulled,
        "generator": 0.0,  # the client's own work is part of what a script waits for
    }


def count(call: Callable[[str], None], seconds: float, documents: int) -> int:
    """Call for one document after the other; return how many calls the time was enough for."""
    end, done = time.perf_counter() + seconds, 0
    while time.perf_counter() < end:
        call(f"document-{done % documents}")
        done += 1
    return done


SCENARIO = Scenario(
    name="uploads",
    row=FURTHER,
    title="a script puts and gets documents (REST / bokeh.client)",
    apps=(),
    run=run,
    servers=("bokeh-3.9", "hybridviz", "hybridviz-gunicorn"),
    rounds=1,
    metrics=(
        Metric("uploads", "1/s", "higher"),
        Metric("CPU per upload", "ms", "lower"),
        Metric("reads", "1/s", "higher"),
        Metric("CPU per read", "ms", "lower"),
    ),
)
