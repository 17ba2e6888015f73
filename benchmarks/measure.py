"""Wall time, server CPU and percentiles. CPU is that of the whole process tree, read from /proc."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

_TICK = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Target:
    """The server under test; scenarios measure for about ``seconds``."""

    host: str
    port: int
    pid: int
    seconds: float


@dataclass(slots=True)
class Meter:
    """Measures while it is entered; entered again, it adds up.

    ``wall`` and ``cpu`` (the server's) are seconds. ``generator`` is the busy share of the load
    generator's own process: near 1, it is the generator that was measured.
    """

    target: Target
    wall: float = 0.0
    cpu: float = 0.0
    generator: float = 0.0
    _start: tuple[float, float, float] = field(default=(0.0, 0.0, 0.0), repr=False)

    def __enter__(self) -> Self:
        self._start = self._clocks()
        return self

    def __exit__(self, *exc: object) -> None:
        wall, cpu, own = (now - then for now, then in zip(self._clocks(), self._start, strict=True))
        self.generator = (self.generator * self.wall + own) / (self.wall + wall)
        self.wall += wall
        self.cpu += cpu

    def _clocks(self) -> tuple[float, float, float]:
        return time.perf_counter(), tree_cpu(self.target.pid), time.process_time()


def tree_cpu(root: int) -> float:
    """Return the CPU seconds, user and system, of a process and all below it, even the ended.

    Source: proc(5), fields 14 to 17 of /proc/pid/stat; its resolution is one clock tick, 10 ms.
    """
    parents: dict[int, int] = {}
    seconds: dict[int, float] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = path.read_text()
        except (FileNotFoundError, ProcessLookupError):  # ended since the directory was listed
            continue
        fields = text.rpartition(")")[2].split()
        pid = int(path.parent.name)
        parents[pid] = int(fields[1])
        seconds[pid] = sum(map(int, fields[11:15])) * _TICK
    return sum(seconds[pid] for pid in seconds if _is_below(pid, root, parents))


def _is_below(pid: int, root: int, parents: dict[int, int]) -> bool:
    while pid and pid != root:
        pid = parents.get(pid, 0)
    return pid == root


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which ``share`` (0 to 1) of ``values`` lie."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
