"""Another client, in a process of its own: small events all the time, to notice a blocked server.

Starts when it is told so on its standard input, and prints the times of its events when that is
closed: `python -m benchmarks.probe PORT APP`.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from benchmarks.measure import Target
from benchmarks.servers import ROOT
from benchmarks.visitor import Visitor, WrongAnswer

PAUSE = 0.004  # seconds between two events


@asynccontextmanager
async def probing(target: Target, app: str) -> AsyncIterator[list[float]]:
    """Have a probe run meanwhile; the list that is yielded holds its times, in ms, afterwards.

    Raises:
        WrongAnswer: the probe failed.
    """
    taken: list[float] = []
    command = [sys.executable, "-m", "benchmarks.probe", str(target.port), app]
    probe = await asyncio.create_subprocess_exec(
        *command,
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert probe.stdin is not None and probe.stdout is not None
    await probe.stdout.readline()  # it is ready
    yield taken
    probe.stdin.close()
    taken += json.loads(await probe.stdout.read() or "[]")
    if await probe.wait() or not taken:
        raise WrongAnswer("the probe failed")


async def probe(port: str, app: str) -> list[float]:
    """Slide until the standard input is closed; return how long each took, in ms."""
    visitor = await Visitor.open(Target("127.0.0.1", int(port), 0, 0.0), app)
    await visitor.slide()
    over = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    print("ready", flush=True)
    taken: list[float] = []
    while not over.done():
        start = time.perf_counter()
        await visitor.slide()
        taken.append((time.perf_counter() - start) * 1000)
        await asyncio.sleep(PAUSE)
    return taken


if __name__ == "__main__":
    print(json.dumps(asyncio.run(probe(*sys.argv[1:]))))
