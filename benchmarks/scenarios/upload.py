"""The browser sends much at once, a 16 MB patch or a 5 MB file, while another client has events.

The other client is a process of its own (`probe`), so that the generator's work is not taken for a
blocked server.
"""

import base64
import os
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from itertools import cycle

import numpy as np

from benchmarks.crowd import repeat
from benchmarks.measure import Meter, Target
from benchmarks.probe import probing
from benchmarks.scenario import Figures, Metric, Scenario
from benchmarks.visitor import Visitor, WrongAnswer
from benchmarks.websocket import buffer_frames

POINTS = 2_000_000
PATCH = POINTS * 8
FILE = 5_000_000
Upload = Callable[[Visitor], Awaitable[None]]


def patch(first: int) -> Upload:
    """Return what sends the 16 MB from ``first`` on; the bytes are framed beforehand."""
    frames = buffer_frames("b", (np.arange(float(POINTS)) + first).tobytes())
    y = {
        "type": "ndarray",
        "array": {"type": "bytes", "data": {"id": "b"}},
        "dtype": "float64",
        "order": "little",
        "shape": [POINTS],
    }
    expected = f"{POINTS} {first:.1f} {first + POINTS // 2:.1f} {first + POINTS - 1:.1f}"

    async def upload(visitor: Visitor) -> None:
        visitor.change("uploaded", [frames], data={"type": "map", "entries": [["y", y]]})
        await answered(visitor, expected)

    return upload


def file() -> Upload:
    """Return what chooses a file of random bytes."""
    value = base64.b64encode(os.urandom(FILE)).decode()

    async def upload(visitor: Visitor) -> None:
        visitor.change("file", value=value, mime_type="application/octet-stream", filename="f")
        await answered(visitor, f"{len(value)} {value[:8]} {value[-8:]}")

    return upload


async def answered(visitor: Visitor, expected: str) -> None:
    """Wait until the app has told what came."""
    text = await visitor.told("answer", "text")
    if text != expected:
        raise WrongAnswer(f"{text[:200]} came instead of {expected}")


async def run(make: Callable[[], Sequence[Upload]], size: int, target: Target) -> Figures:
    """Upload in turns, in a closed loop, while the probe has events.

    Args:
        make: makes the uploads; neighbours differ.
        size: of each, in bytes.
        target: the server.
    """
    uploads = make()
    visitor = await Visitor.open(target, "upload")
    for upload in uploads:
        await upload(visitor)
    turns = cycle(uploads)

    async def upload_next() -> None:
        await next(turns)(visitor)

    async with probing(target, "upload") as taken:
        with Meter(target) as meter:
            count = len(await repeat(target.seconds, [upload_next]))
    visitor.close()
    return {
        "data": size * count / 1e6 / meter.wall,
        "CPU per upload": meter.cpu * 1000 / count,
        "another client's longest event": max(taken),
        **meter.shares(),
    }


METRICS = (
    Metric("data", "MB/s", "higher", ratio=1),
    Metric("CPU per upload", "ms", "lower"),
    Metric("another client's longest event", "ms", "lower", value=20, compared=False),
)
PATCHES = Scenario(
    "upload-patch",
    12,
    "16 MB patches from the browser",
    ("upload",),
    partial(run, lambda: [patch(1), patch(2)], PATCH),
    METRICS,
)
FILES = Scenario(
    "upload-file",
    12,
    "5 MB files chosen in a file input",
    ("upload",),
    partial(run, lambda: [file(), file()], FILE),
    METRICS,
)
