"""The command line, `python -m benchmarks`; README.md shows its uses."""

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from benchmarks.plots import draw
from benchmarks.report import Setting, render
from benchmarks.rounds import Result, compare
from benchmarks.scenario import Scenario
from benchmarks.scenarios import QUICK, SCENARIOS
from benchmarks.servers import OURS, PEERS, ROOT, SERVERS

RESULTS = ROOT / "benchmarks" / "RESULTS.md"
QUICK_SECONDS = 0.5


def main(argv: Sequence[str]) -> int:
    """Run the benchmark; return 1 if a scenario failed on ours; a missed goal is no failure."""
    options = parser().parse_args(argv)
    setting = setting_of(options)
    names = options.only or (QUICK if options.quick else SCENARIOS)
    started = time.monotonic()
    results = [run(SCENARIOS[name], setting) for name in names]
    progress(f"{(time.monotonic() - started) / 60:.0f} minutes")
    report = render(results, setting)
    print(report)
    whole = not (options.quick or options.only or options.peer or options.no_peers)
    if whole or options.out:
        out = options.out or RESULTS
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(report)
        draw(results, setting.servers, out.parent / "plots", progress)
    return int(any(server in OURS for result in results for server in result.failures))


def setting_of(options: argparse.Namespace) -> Setting:
    """Return how the run shall be made."""
    wanted = [] if options.no_peers else options.peer or [*PEERS]
    ours = options.ours or [*OURS]
    return Setting(
        ours=ours,
        peers=[name for name in wanted if SERVERS[name].is_installed],
        missing=[name for name in wanted if not SERVERS[name].is_installed],
        rounds=1 if options.quick else options.rounds,
        seconds=QUICK_SECONDS if options.quick else options.seconds,
        started=datetime.now(),
        load_average=os.getloadavg()[0],
    )


def run(scenario: Scenario, setting: Setting) -> Result:
    """Run one scenario on those servers of the setting that take part in it."""
    servers = [name for name in setting.servers if name in scenario.servers]
    rounds = min(setting.rounds, scenario.rounds)
    return compare(scenario, servers, rounds, setting.seconds, progress)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    made.add_argument("--quick", action="store_true", help="three scenarios, one short round")
    made.add_argument("--only", action="append", choices=[*SCENARIOS], help="may be repeated")
    made.add_argument("--peer", action="append", choices=PEERS, help="may be repeated")
    made.add_argument("--no-peers", action="store_true", help="run hybridviz only")
    made.add_argument("--ours", action="append", choices=OURS, help="may be repeated")
    made.add_argument("--rounds", type=positive(int), default=5)
    made.add_argument(
        "--seconds", type=positive(float), default=1.5, help="length of one measurement"
    )
    made.add_argument(
        "--out", type=Path, help="file for the report; a whole run writes benchmarks/RESULTS.md"
    )
    return made


def positive(kind: Callable[[str], float]) -> Callable[[str], float]:
    """Return what reads a number of that kind that is more than 0."""

    def read(text: str) -> float:
        number = kind(text)
        if not 0 < number < float("inf"):
            raise argparse.ArgumentTypeError(f"{text} is not more than 0")
        return number

    return read


def progress(line: str) -> None:
    """Tell on stderr what is going on."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
