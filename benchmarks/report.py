"""The report: medians, ratios and goals as a Markdown table, and how to repeat the run."""

import platform
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

from benchmarks.scenario import Figures, Metric, Scenario
from benchmarks.servers import ROOT, SERVERS

BUSY = 0.85  # share of one core from which on the load generator may be the bottleneck


@dataclass(frozen=True, slots=True)
class Result:
    """What one scenario gave: for each server its figures of each round, or why it failed."""

    scenario: Scenario
    rounds: Mapping[str, Sequence[Figures]]
    failures: Mapping[str, str]

    def median(self, server: str, metric: str) -> float | None:
        """Return a server's median over the rounds; None if it failed."""
        rounds = self.rounds[server]
        if server in self.failures or not rounds:
            return None
        return median(figures[metric] for figures in rounds)


@dataclass(frozen=True, slots=True)
class Setting:
    """How the run was made."""

    ours: str
    peers: Sequence[str]
    rounds: int
    seconds: float
    started: datetime
    load_average: float


def render(results: Sequence[Result], setting: Setting) -> str:
    """Return the whole report as Markdown."""
    return "\n".join([*_head(setting), "", *_table(results, setting), "", *_notes(results), ""])


def verdict(metric: Metric, ours: float | None, ratio: float | None) -> str:
    """Return ``met``, ``not met``, ``failed``, or nothing where there is no goal."""
    if metric.ratio is None and metric.value is None:
        return ""
    if ours is None or (metric.ratio is not None and ratio is None):
        return "failed"
    by_ratio = metric.ratio is None or metric.meets(ratio or 0.0, metric.ratio)
    by_value = metric.value is None or metric.meets(ours, metric.value)
    return "met" if by_ratio and by_value else "**not met**"


def ratio_to_best(result: Result, metric: Metric, setting: Setting) -> float | None:
    """Return our median over the best peer's; None if either is missing."""
    ours = result.median(setting.ours, metric.name)
    peers = [result.median(peer, metric.name) for peer in setting.peers]
    known = [figure for figure in peers if figure]
    if ours is None or not known:
        return None
    return ours / (min(known) if metric.better == "lower" else max(known))


def _table(results: Sequence[Result], setting: Setting) -> Iterator[str]:
    names = [*setting.peers, setting.ours]
    yield "| scenario | figure | " + " | ".join(names) + " | ratio | goal | |"
    yield "|---|---|" + "--:|" * len(names) + "--:|---|---|"
    for result in results:
        title = result.scenario.title
        for metric in result.scenario.metrics:
            ratio = ratio_to_best(result, metric, setting)
            ours = result.median(setting.ours, metric.name)
            cells = [_figure(result.median(name, metric.name)) for name in names]
            row = [title, f"{metric.name}, {metric.unit}", *cells, _ratio(ratio), _goal(metric)]
            yield "| " + " | ".join([*row, verdict(metric, ours, ratio)]) + " |"
            title = ""


def _figure(figure: float | None) -> str:
    return "failed" if figure is None else f"{figure:,.3g}" if figure < 100 else f"{figure:,.0f}"


def _ratio(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.3g}x" if ratio < 100 else f"{ratio:,.0f}x"


def _goal(metric: Metric) -> str:
    sign = "≤" if metric.better == "lower" else "≥"
    goals = []
    if metric.ratio is not None:
        goals.append(f"{sign} {metric.ratio:g}x")
    if metric.value is not None:
        goals.append(f"{sign} {metric.value:g} {metric.unit}")
    return ", ".join(goals)


def _notes(results: Sequence[Result]) -> Iterator[str]:
    for result in results:
        for server, reason in result.failures.items():
            yield f"- {result.scenario.name}: {server} failed: {reason}"
        for server in result.rounds:
            share = result.median(server, "generator")
            if share is not None and share > BUSY:
                yield (
                    f"- {result.scenario.name}: the load generator was {share:.0%} busy against "
                    f"{server}; the server may be faster than shown."
                )


def _head(setting: Setting) -> Iterator[str]:
    packages = sorted(
        {name for s in (*setting.peers, setting.ours) for name in SERVERS[s].packages}
    )
    yield "# Benchmark results"
    yield ""
    yield "Made by `python -m benchmarks`; README.md tells what is measured and how."
    yield "The ratio is ours to the best peer."
    yield ""
    yield f"- date: {setting.started:%Y-%m-%d %H:%M}, commit: {_commit()}"
    yield f"- machine: {_machine()}, load average at the start {setting.load_average:.2f}"
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    yield f"- versions: Python {sys.version.split()[0]}, {versions}"
    yield f"- {setting.rounds} interleaved rounds, {setting.seconds:g} s each; medians"


def _commit() -> str:
    def git(*args: str) -> str:
        done = subprocess.run(["git", *args], cwd=ROOT, capture_output=True, text=True, check=False)
        return done.stdout.strip() if done.returncode == 0 else ""

    changed = " with uncommitted changes" if git("status", "--porcelain") else ""
    return (git("rev-parse", "--short", "HEAD") or "none") + changed


def _machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / 2**20
    model = models[0] if models else platform.machine()
    return f"{len(models)} cores, {model}, {memory:.0f} GiB, Linux {platform.release()}"
