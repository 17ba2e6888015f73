"""Lint the project, run its tests on every Python there is an environment for, and add the runs up.

Called by `make test`, `make lint` and `make soak` with the Python of `.venv`. The last line of the
output is ``N passed, N failed`` over all runs; what could not be run here is named before it.
"""

import argparse
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENTS = {
    "Python 3.11": ROOT / ".venv/bin/python",
    "Python 3.12": ROOT / ".venv312/bin/python",
}
OLD_CLIENTS = {
    "Bokeh 0.10": ROOT / ".venv-bokeh010/bin/python",
    "Bokeh 0.11": ROOT / ".venv-bokeh011/bin/python",
}
GUIDE = ROOT.parent / "shared" / "seed" / "userguide_server.rst"
LINTERS = (("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",))
PROCESSES = "2"


@dataclass(frozen=True, slots=True)
class Tally:
    """What one or more runs came to."""

    passed: int = 0
    failed: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.passed + other.passed, self.failed + other.failed)


def run(python: Path | str, *module: str) -> int:
    """Run a module of one environment in the project's directory; return its exit status."""
    print(f"\n$ {Path(python)} -m {' '.join(module)}", flush=True)
    return subprocess.run([python, "-m", *module], cwd=ROOT, stdin=subprocess.DEVNULL).returncode


def lint() -> Tally:
    """Run every linter; only those that complain are counted."""
    return Tally(failed=sum(run(sys.executable, *linter) != 0 for linter in LINTERS))


def test(python: Path, options: list[str]) -> Tally:
    """Run the whole suite with one Python; a run that broke down counts as a failure."""
    with tempfile.TemporaryDirectory() as directory:
        report = Path(directory) / "report.xml"
        status = run(python, "pytest", "-q", "-n", PROCESSES, f"--junitxml={report}", *options)
        tally = read_report(report) if report.exists() else Tally()
    return tally if status == 0 or tally.failed else tally + Tally(failed=1)


def read_report(report: Path) -> Tally:
    """Add up a JUnit XML file; errors and skipped tests are failures."""
    tally = Tally()
    for suite in ElementTree.parse(report).iter("testsuite"):
        failed = sum(int(suite.get(kind, "0")) for kind in ("failures", "errors", "skipped"))
        tally += Tally(max(int(suite.get("tests", "0")) - failed, 0), failed)
    return tally


def has_panel(python: Path) -> bool:
    """Return whether an environment has Panel."""
    return subprocess.run([python, "-c", "import panel"], capture_output=True).returncode == 0


def print_left_out() -> None:
    """Name what no Python could test here."""
    for name, python in OLD_CLIENTS.items():
        if not python.exists():
            print(f"\nleft out: real clients of {name}; their Python 2.7 is not on this machine")
    if not GUIDE.exists():
        print(f"\nleft out: the listings of the old user guide; there is no {GUIDE}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only-lint", action="store_true", help="run no tests")
    parser.add_argument("--soak", action="store_true", help="run the tests with their larger sizes")
    options = parser.parse_args()

    total = lint()
    if not options.only_lint:
        for name, python in ENVIRONMENTS.items():
            if python.exists():
                total += test(python, ["--soak"] if options.soak else [])
            else:
                print(f"\nleft out: {name} is not on this machine")
            if python.exists() and not has_panel(python):
                print(f"\nleft out: Panel's apps on {name}; Panel does not take its Bokeh yet")
    if not options.only_lint:
        print_left_out()
    print(f"\n{total.passed} passed, {total.failed} failed", flush=True)
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
