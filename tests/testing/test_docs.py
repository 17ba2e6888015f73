"""The listings of docs/testing.md and of the README's section, run as they stand."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from hybridviz.testing import Page
from tests.servers import ROOT

LISTING = re.compile(r"```python\n# (\w+\.py)\n(.*?)```", re.DOTALL)
GUIDE = (ROOT / "docs" / "testing.md").read_text()


def run_tests(directory: Path, *documents: str) -> str:
    for text in documents:
        for name, listing in LISTING.findall(text):
            (directory / name).write_text(listing)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "hybridviz.testing.plugin"]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True).stdout


def test_the_guide_runs(tmp_path: Path) -> None:
    assert "5 passed" in run_tests(tmp_path, GUIDE)


def test_the_readme_runs(tmp_path: Path) -> None:
    assert "1 passed" in run_tests(tmp_path, (ROOT / "README.md").read_text())


@pytest.mark.parametrize("name", re.findall(r"`page\.(\w+)", GUIDE))
def test_what_the_guide_names_is_there(name: str) -> None:
    assert hasattr(Page, name)
