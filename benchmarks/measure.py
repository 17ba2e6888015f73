"""Wall time, percentiles, and CPU and memory of the server: its whole process tree, in /proc."""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

_TICK = 1 / os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Target:
    """The server under test.

    Args:
        host: where it listens.
        port: likewise.
        pid: its first process.
        seconds: about as long scenarios measure.
        started: when its process was started, on the clock of ``time.perf_counter``.
        server: its name among the servers.
        pass_on: lets other servers have their turn.
    """

    host: str
    port: int
    pid: int
    seconds: float
    started: float = 0.0
    server: str = ""
    pass_on: Callable[[], None] = lambda: None


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

    def shares(self, suffix: str = "") -> dict[str, float]:
        """Return how busy generator and server were, in cores, as figures of a scenario.

        Args:
            suffix: ends the figures' names where a scenario measures more than once.
        """
        return {f"generator{suffix}": self.generator, f"server{suffix}": self.cpu / self.wall}

    def _clocks(self) -> tuple[float, float, float]:
        return time.perf_counter(), tree_cpu(self.target.pid), time.process_time()


def tree_cpu(root: int) -> float:
    """Return the CPU seconds, user and system, of a process and all below it, even the ended.

    Source: proc(5), fields 14 to 17 of /proc/pid/stat; its resolution is one clock tick, 10 ms.
    """
    return sum(sum(map(int, fields[11:15])) for fields in _tree(root).values()) * _TICK


def stolen() -> float:
    """Return the CPU seconds that other tenants of a virtual machine's host took while this machine
    wanted them.

    Source: proc(5), the eighth figure, "steal", of the first line of /proc/stat.
    """
    return int(Path("/proc/stat").read_text().split(maxsplit=9)[8]) * _TICK


def tree_rss(root: int) -> float:
    """Return the resident memory of a process and all below it, in MB.

    Source: proc(5), field 24 of /proc/pid/stat, in pages.
    """
    return sum(int(fields[21]) for fields in _tree(root).values()) * _PAGE / 1e6


def below(root: int) -> list[int]:
    """Return the ids of a process and all below it."""
    return [*_tree(root)]


def _tree(root: int) -> dict[int, list[str]]:
    """Return, by process, the fields of /proc/pid/stat from the third on: a process and all below
    it.
    """
    stats: dict[int, list[str]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = path.read_text()
        except (FileNotFoundError, ProcessLookupError):  # ended since the directory was listed
            continue
        stats[int(path.parent.name)] = text.rpartition(")")[2].split()
    parents = {pid: int(fields[1]) for pid, fields in stats.items()}
    return {pid: stats[pid] for pid in stats if _is_below(pid, root, parents)}


def _is_below(pid: int, root: int, parents: dict[int, int]) -> bool:
    while pid and pid != root:
        pid = parents.get(pid, 0)
    return pid == root


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which ``share`` (0 to 1) of ``values`` lie."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
