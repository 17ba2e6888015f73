"""Closed loops: several workers that each do one thing again and again until the time is over."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from benchmarks.measure import Meter, Target
from benchmarks.visitor import Visitor

AT_ONCE = 20
"""Visitors that come at the same time; more would measure how long a backlog a server has."""

SLICES = 4
"""Parts of a measurement between which others have their turn: they all see the same machine."""

Step = Callable[[], Awaitable[object]]


async def open_visitors(target: Target, app: str, count: int) -> list[Visitor]:
    """Open sessions, some at a time."""
    room = asyncio.Semaphore(AT_ONCE)

    async def open_one() -> Visitor:
        async with room:
            return await Visitor.open(target, app)

    return await asyncio.gather(*(open_one() for _ in range(count)))


async def open_and_slide(target: Target, app: str, count: int) -> list[Visitor]:
    """Open sessions; each has slid once, so that first-time work is over."""
    visitors = await open_visitors(target, app, count)
    await asyncio.gather(*(visitor.slide() for visitor in visitors))
    return visitors


async def join(target: Target, app: str, count: int, present: list[Visitor]) -> list[Visitor]:
    """Have viewers join one session until they are ``count``; return them all.

    Args:
        target: the server.
        app: whose session.
        count: how many viewers there shall be.
        present: those that are there; the first joiner of an empty list opens the session.
    """
    present = present or [await Visitor.open(target, app)]
    first = present[0]
    for _ in range(count - len(present)):
        present.append(await Visitor.open(target, app, first.token, first.points))
    return present


async def repeat(seconds: float, steps: Sequence[Step]) -> list[float]:
    """Run each step in its own loop for ``seconds``; return how long every single one took, in ms.

    Steps under way at the end are waited for, so the measured time is a little longer.
    """
    end = time.perf_counter() + seconds
    taken: list[float] = []
    await asyncio.gather(*(_loop(step, end, taken) for step in steps))
    return taken


async def in_slices(target: Target, meter: Meter, steps: Sequence[Step]) -> list[float]:
    """Do as `repeat` does for the length of the measurement, on the meter, in parts; between them
    the other servers have their turns.
    """
    taken: list[float] = []
    for number in range(SLICES):
        if number:
            target.pass_on()
        with meter:
            taken += await repeat(target.seconds / SLICES, steps)
    return taken


async def in_turns(seconds: float, steps: Sequence[Step]) -> list[list[float]]:
    """Run each step alone for ``seconds``, in turns of short slices, so that all see the same
    machine; return how long every single one took, in ms, by steps.
    """
    taken: list[list[float]] = [[] for _ in steps]
    for _ in range(SLICES):
        for step, times in zip(steps, taken, strict=True):
            times += await repeat(seconds / SLICES, [step])
    return taken


async def _loop(step: Step, end: float, taken: list[float]) -> None:
    start = time.perf_counter()
    while start < end:
        await step()
        done = time.perf_counter()
        taken.append((done - start) * 1000)
        start = done
