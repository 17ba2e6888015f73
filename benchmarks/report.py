"""The report: medians, ratios and goals as Markdown, and how to repeat the run."""

import platform
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from benchmarks.awake import DEVICE, can_keep_awake
from benchmarks.plots import titles
from benchmarks.rounds import CALM, Result
from benchmarks.rows import FURTHER, ROWS
from benchmarks.scenario import Metric
from benchmarks.servers import ROOT, SERVERS
from benchmarks.verdicts import BUSY, MET, ratio_of, row_verdict, verdict

LIMITS = ROOT / "benchmarks" / "LIMITS.md"
"""Written by hand, from profiles; a run writes only the figures."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How the run was made.

    Args:
        ours: names of our servers; goals are held against the first that takes part.
        peers: names of the servers that they are compared with.
        missing: names of peers that are not installed.
        rounds: how many.
        seconds: length of one measurement.
        started: when.
        load_average: of the machine, then.
    """

    ours: Sequence[str]
    peers: Sequence[str]
    missing: Sequence[str]
    rounds: int
    seconds: float
    started: datetime
    load_average: float

    @property
    def servers(self) -> list[str]:
        return [*self.peers, *self.ours]


def render(results: Sequence[Result], setting: Setting) -> str:
    """Return the whole report as Markdown."""
    parts = (_head(setting), _rows(results, setting), _table(results, setting), _notes(results))
    lines = [line for part in (*parts, _plots(results)) for line in (*part, "")]
    return "\n".join(lines)


def _head(setting: Setting) -> Iterator[str]:
    yield "# Benchmark results"
    yield ""
    yield "Made by `python -m benchmarks` (README.md tells what is measured and how)."
    yield f"The ratio is that of {setting.ours[0]}, where it takes part, to the best peer; of a"
    yield "growth, such as 500 viewers / 50 viewers, it is the growth itself."
    yield ""
    yield f"- date: {setting.started:%Y-%m-%d %H:%M}, commit: {_commit()}"
    yield f"- machine: {_machine()}, load average at the start {setting.load_average:.2f}"
    yield f"- {_rounds(setting.rounds)}, about {setting.seconds:g} s each; medians"
    if not can_keep_awake():
        yield f"- processors could sleep: who keeps them awake must be able to write to {DEVICE}"
    for name in setting.servers:
        yield f"- {name}: {SERVERS[name].versions()}"
    for name in setting.missing:
        yield f"- {name}: left out, it could not be installed here (`scripts/peers.sh` tells why)"


def _rounds(count: int) -> str:
    return "1 round" if count == 1 else f"up to {count} interleaved rounds, fewer of long scenarios"


def _rows(results: Sequence[Result], setting: Setting) -> Iterator[str]:
    verdicts = {}
    for number in ROWS:
        of_row = [result for result in results if result.scenario.row == number]
        if of_row:
            verdicts[number] = row_verdict(of_row, setting.ours, setting.peers)
    yield f"{sum(v == MET for v in verdicts.values())} of {len(verdicts)} rows are met."
    yield ""
    yield "| row | | |"
    yield "|--:|---|---|"
    for number, said in verdicts.items():
        yield f"| {number} | {ROWS[number]} | {said} |"


def _table(results: Sequence[Result], setting: Setting) -> Iterator[str]:
    taking_part = {name for result in results for name in result.servers}
    names = [name for name in setting.servers if name in taking_part]
    yield "| row | scenario | figure | " + " | ".join(names) + " | ratio | goal | |"
    yield "|--:|---|---|" + "--:|" * len(names) + "--:|---|---|"
    for result in results:
        number = "" if result.scenario.row == FURTHER else str(result.scenario.row)
        title = result.scenario.title
        for metric in result.scenario.metrics:
            ratio = ratio_of(result, metric, setting.ours, setting.peers)
            said = verdict(result, metric, setting.ours, setting.peers)
            cells = [_cell(result, name, metric) for name in names]
            row = [number, title, f"{metric.name}, {metric.unit}", *cells]
            yield "| " + " | ".join([*row, _ratio(ratio), _goal(metric), said]) + " |"
            number = title = ""


def _cell(result: Result, server: str, metric: Metric) -> str:
    if server in result.failures:
        return "failed"
    figure = result.median(server, metric.name)
    return "" if figure is None else f"{figure:,.3g}" if figure < 100 else f"{figure:,.0f}"


def _ratio(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.3g}x" if ratio < 100 else f"{ratio:,.0f}x"


def _goal(metric: Metric) -> str:
    sign = "≤" if metric.better == "lower" else "≥"
    goals = []
    if metric.ratio is not None:
        goals.append(f"{sign} {metric.ratio:g}x")
    if metric.value is not None:
        goals.append(f"{sign} {metric.value:g} {metric.unit}")
    return ", ".join(goals) + (" or generator-bound" if metric.or_bound is not None else "")


def _notes(results: Sequence[Result]) -> Iterator[str]:
    for result in results:
        for server, reason in result.failures.items():
            yield f"- {result.scenario.name}: {server} failed: {reason}"
        yield from _busy_generators(result)
        yield from _disturbances(result)


def _busy_generators(result: Result) -> Iterator[str]:
    for server in sorted(result.servers):
        for key in next(iter(result.figures(server)), ()):
            share = result.median(server, key)
            if key.startswith("generator") and share is not None and share > BUSY:
                yield (
                    f"- {result.scenario.name}{key.removeprefix('generator')}: the load generator "
                    f"was {share:.0%} busy against {server}; the server may be faster than shown."
                )


def _disturbances(result: Result) -> Iterator[str]:
    taken = {name: result.median(name, "stolen") or 0.0 for name in sorted(result.servers)}
    disturbed = [f"{share:.0%} ({name})" for name, share in taken.items() if share > CALM]
    if disturbed:
        yield (
            f"- {result.scenario.name}: other tenants of the host took of a core "
            f"{', '.join(disturbed)}."
        )


def _plots(results: Sequence[Result]) -> Iterator[str]:
    if LIMITS.exists():
        yield f"What limits the rows that are missed: [{LIMITS.name}]({LIMITS.name})."
        yield ""
    for file, title in titles(results).items():
        yield f"![{title}](plots/{file})"


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
