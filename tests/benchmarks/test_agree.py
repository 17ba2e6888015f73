"""Two reports agree when their ratios do."""

from pathlib import Path

import pytest

from benchmarks.agree import differences, main, ratios

REPORT = """
| row | | |
|--:|---|---|
| 5 | events | met |

| row | scenario | figure | bokeh-3.9 | hybridviz | ratio | goal | |
|--:|---|---|--:|--:|--:|---|---|
| 2 | pages | pages, 1/s | 3 | 3,000 | 1,000x | ≥ 150x | met |
|  |  | size, kB | 2 | 2 | 1x |  |  |
| 5 | one event | p50, ms | 44 | {ours} | {ratio}x | ≤ 0.7x | met |
|  |  | p99, x | | 1.1 |  | ≤ 1.2 x | met |
"""


def test_ratios_are_read_where_there_are_goals() -> None:
    found = ratios(REPORT.format(ours=11, ratio=0.25))
    assert found == {"pages: pages, 1/s": 1000.0, "one event: p50, ms": 0.25}


def test_a_fifth_more_or_less_is_a_difference() -> None:
    old = {"more": 1.0, "less": 1.0, "alike": 1.0, "gone": 1.0}
    found = differences(old, {"more": 1.21, "less": 0.8, "alike": 1.19, "new": 9.0})
    assert found == {"more": pytest.approx(1.21), "less": pytest.approx(0.8)}


@pytest.mark.parametrize(("ratio", "status"), [(0.27, 0), (0.32, 1)])
def test_the_exit_status_tells(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], ratio: float, status: int
) -> None:
    (tmp_path / "old.md").write_text(REPORT.format(ours=11, ratio=0.25))
    (tmp_path / "new.md").write_text(REPORT.format(ours=11, ratio=ratio))
    assert main(str(tmp_path / "old.md"), str(tmp_path / "new.md")) == status
    assert f"{2 - status} of 2 ratios agree" in capsys.readouterr().out


def test_what_only_one_report_has_does_not_count_as_agreeing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = REPORT.format(ours=11, ratio=0.25)
    old, new, other = (str(tmp_path / name) for name in ("old.md", "new.md", "other.md"))
    Path(old).write_text(whole)
    Path(new).write_text(whole.replace("| 0.25x |", "|  |"))
    assert main(old, new) == 0
    said = capsys.readouterr().out
    assert f"one event: p50, ms: only in {old}, not compared" in said
    assert "1 of 1 ratios agree" in said
    Path(other).write_text("nothing")
    assert main(old, other) == 1
