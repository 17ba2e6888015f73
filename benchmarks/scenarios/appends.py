"""A script appends 100 rows again and again: the time until they are in a browser's websocket."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from benchmarks.measure import Meter, Target, quantile
from benchmarks.rows import FURTHER
from benchmarks.scenario import Figures, Metric, Scenario
from benchmarks.visitor import Visitor, WrongAnswer, page_token

ROWS = 100
IDENT = "appended"


async def run(target: Target) -> Figures:
    """Append, one batch at a time; each must arrive whole."""
    from benchmarks.publishers import publisher  # imports Bokeh; the other scenarios need not

    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1) as script:
        client = await loop.run_in_executor(script, publisher, target)
        await loop.run_in_executor(script, partial(client.push, IDENT, keep=True))
        viewer = await Visitor.open(
            target, "", await page_token(target, f"?bokeh-session-id={IDENT}")
        )
        taken: list[float] = []
        end = time.perf_counter() + target.seconds
        with Meter(target) as meter:
            while (start := time.perf_counter()) < end:
                first = len(taken) * ROWS
                rows = {name: [*range(first, first + ROWS)] for name in ("x", "y")}
                sent = loop.run_in_executor(script, client.append, IDENT, rows)
                await streamed(viewer, first)
                taken.append((time.perf_counter() - start) * 1000)
                await sent
    viewer.close()
    return {
        "p50": quantile(taken, 0.5),
        "p99": quantile(taken, 0.99),
        "CPU per append": meter.cpu * 1000 / len(taken),
        "generator": 0.0,
    }


async def streamed(viewer: Visitor, first: int) -> None:
    """Wait for the rows that begin with a number."""
    while True:
        message = await viewer.websocket.receive()
        for event in message.json().get("events", ()):
            if event["kind"] == "ColumnsStreamed":
                check(event, first)
                return


def check(event: Any, first: int) -> None:
    data = event["data"]
    columns = dict(data["entries"]) if "entries" in data else data
    if [columns["x"][0], columns["y"][-1]] != [first, first + ROWS - 1]:
        raise WrongAnswer(f"rows from {columns['x'][0]} instead of {first}")


SCENARIO = Scenario(
    name="appends",
    row=FURTHER,
    title="100 rows appended by a script reach a browser (REST / bokeh.client)",
    apps=(),
    run=run,
    servers=("bokeh-3.9", "hybridviz", "hybridviz-gunicorn"),
    rounds=1,
    metrics=(
        Metric("p50", "ms", "lower"),
        Metric("p99", "ms", "lower"),
        Metric("CPU per append", "ms", "lower"),
    ),
)
