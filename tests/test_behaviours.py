"""The table of behaviours in the docs names tests that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_every_named_test_is_there() -> None:
    named = re.findall(r"`(test_\w+)`", (ROOT / "docs" / "bokeh_behaviours.md").read_text())
    files = "".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    assert len(named) > 40
    assert [name for name in named if f"def {name}(" not in files] == []
