"""The short benchmark runs against hybridviz; all its answers are right, whatever the times."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.scenarios import QUICK, SCENARIOS
from benchmarks.servers import ROOT


@pytest.mark.timeout(400)
def test_the_quick_version_gets_right_answers_only(tmp_path: Path) -> None:
    report = tmp_path / "RESULTS.md"
    command = [sys.executable, "-m", "benchmarks", "--quick", "--no-peers", "--ours", "hybridviz"]
    done = subprocess.run(
        [*command, "--out", str(report)], cwd=ROOT, capture_output=True, text=True, timeout=380
    )
    assert done.returncode == 0, done.stderr
    text = report.read_text()
    assert "failed" not in text
    for name in QUICK:
        assert SCENARIOS[name].title in text
