"""Where a server spends its CPU in one scenario: `python -m benchmarks.profile SCENARIO [SERVER]`.

Samples it with py-spy, of the tools' environment, so the server runs as it always does.
"""

import asyncio
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.processes import running
from benchmarks.scenarios import SCENARIOS
from benchmarks.servers import ENVIRONMENTS, TOOLS

SECONDS = 8.0
RATE = 500  # samples a second
SHOWN = 30
TOOL = ENVIRONMENTS / TOOLS / "bin" / "py-spy"


def main(name: str, server: str = "hybridviz") -> None:
    """Print the functions with the largest shares, with and without what they call."""
    if not TOOL.exists():
        sys.exit(f"{TOOL} is not there: scripts/peers.sh {TOOLS}")
    scenario = SCENARIOS[name]
    with (
        TemporaryDirectory() as scratch,
        running(server, scenario.apps, scenario.settings, SECONDS) as target,
    ):
        output = Path(scratch) / "stacks"
        options = ["-p", str(target.pid), "-r", str(RATE), "-f", "raw", "-o", str(output)]
        sampler = subprocess.Popen(
            [TOOL, "record", *options, "--subprocesses", "--function", "--duration", "unlimited"],
            stdout=subprocess.DEVNULL,
        )
        try:
            figures = asyncio.run(scenario.run(target))
        finally:
            sampler.send_signal(signal.SIGINT)
            sampler.wait()
        print(figures)
        show("own", *shares(output.read_text().splitlines(), own=True))
        show("with what it calls", *shares(output.read_text().splitlines(), own=False))


def shares(stacks: Iterable[str], own: bool) -> tuple[Counter[str], int]:
    """Count the samples per function; ``stacks`` are lines ``outer;...;inner count``."""
    counts: Counter[str] = Counter()
    total = 0
    for line in stacks:
        stack, _, number = line.rpartition(" ")
        functions = stack.split(";")
        total += int(number)
        for function in functions[-1:] if own else set(functions):
            counts[function] += int(number)
    return counts, total


def show(title: str, counts: Counter[str], total: int) -> None:
    """Print the largest shares."""
    print(f"\n{title}")
    for function, number in counts.most_common(SHOWN):
        print(f"{number / total:7.1%}  {function}")


def run(arguments: Sequence[str]) -> None:
    if not 1 <= len(arguments) <= 2 or arguments[0] not in SCENARIOS:
        names = ", ".join(SCENARIOS)
        sys.exit(f"usage: python -m benchmarks.profile SCENARIO [SERVER]; SCENARIO: {names}")
    main(*arguments)


if __name__ == "__main__":
    run(sys.argv[1:])
