"""The short benchmark runs against hybridviz; all its answers are right, whatever the times."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import parser
from benchmarks.load import reason
from benchmarks.rows import FURTHER, ROWS
from benchmarks.scenarios import QUICK, SCENARIOS
from benchmarks.servers import OURS, ROOT, SERVERS


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


def test_every_goal_has_scenarios_and_every_scenario_its_place() -> None:
    assert {scenario.row for scenario in SCENARIOS.values()} == {*ROWS, FURTHER}
    for scenario in SCENARIOS.values():
        assert {*OURS} & {*scenario.servers}
        assert {*scenario.servers} <= {*SERVERS}
        for app in scenario.apps:
            assert (ROOT / "benchmarks/apps" / f"{app.partition('-')[0]}.py").exists()


@pytest.mark.parametrize("wrong", [["--rounds", "0"], ["--seconds", "-1"], ["--seconds", "inf"]])
def test_a_run_of_no_length_is_refused(
    wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(wrong)
    assert "is not more than 0" in capsys.readouterr().err


def test_the_reason_of_a_failure_is_one_line() -> None:
    group = ExceptionGroup("several", [ValueError("wrong\nlog of\n  the server")])
    assert reason(group) == "ValueError: wrong log of the server"


def test_our_own_versions_are_told() -> None:
    assert SERVERS[OURS[0]].versions().startswith("Python 3.")
    assert ", bokeh 3." in SERVERS[OURS[0]].versions()
