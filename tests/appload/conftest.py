"""Scripts in a directory of their own, with ``sys.path`` and ``sys.argv`` put back afterwards."""

import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Return a function that writes a script, by name and source, and returns its path."""
    monkeypatch.setattr(sys, "path", sys.path.copy())
    monkeypatch.setattr(sys, "argv", ["pytest", "own"])

    def write(name: str, source: str) -> Path:
        path = tmp_path / name
        path.write_text(dedent(source), encoding="utf-8")
        return path

    return write
