"""The command line, `python -m benchmarks`; README.md shows its uses."""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from benchmarks.report import Setting, render
from benchmarks.rounds import compare
from benchmarks.scenarios import SCENARIOS
from benchmarks.servers import ROOT, SERVERS

RESULTS = ROOT / "benchmarks" / "RESULTS.md"
QUICK_SECONDS = 0.5


def main(argv: Sequence[str]) -> int:
    """Run the benchmark; return 1 if a scenario failed. A goal that is not met is no failure."""
    options = parser().parse_args(argv)
    setting = Setting(
        ours=options.ours,
        peers=options.peer or ["bokeh-serve"],
        rounds=1 if options.quick else options.rounds,
        seconds=QUICK_SECONDS if options.quick else options.seconds,
        started=datetime.now(),
        load_average=os.getloadavg()[0],
    )
    servers = [*setting.peers, setting.ours]
    results = [
        compare(SCENARIOS[name], servers, setting.rounds, setting.seconds, progress)
        for name in options.only or SCENARIOS
    ]
    report = render(results, setting)
    print(report)
    whole = not (options.quick or options.only)
    if options.out or whole:
        (options.out or RESULTS).write_text(report)
    return int(any(result.failures for result in results))


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    made.add_argument("--quick", action="store_true", help="one short round, for a first look")
    made.add_argument("--only", action="append", choices=list(SCENARIOS), help="may be repeated")
    made.add_argument("--peer", action="append", choices=list(SERVERS), help="may be repeated")
    made.add_argument("--ours", choices=list(SERVERS), default="hybridviz")
    made.add_argument("--rounds", type=int, default=3)
    made.add_argument("--seconds", type=float, default=4.0, help="length of one measurement")
    made.add_argument(
        "--out", type=Path, help="file for the report; a whole run writes benchmarks/RESULTS.md"
    )
    return made


def progress(line: str) -> None:
    """Tell on stderr what is going on."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
