"""Every command of benchmarks/ starts, and says what it does."""

import subprocess
import sys

import pytest

from tests.servers import ROOT

COMMANDS = [
    "benchmarks",
    "benchmarks.agree",
    "benchmarks.interactions",
    "benchmarks.old_server",
    "benchmarks.profile",
]


@pytest.mark.parametrize("name", COMMANDS)
def test_command_tells_its_use(name: str) -> None:
    command = [sys.executable, "-m", name, "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, "usage:" in done.stdout) == (0, True), done.stderr
