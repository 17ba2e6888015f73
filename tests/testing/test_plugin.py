"""The fixtures, as pytest offers them to projects that have hybridviz installed."""

import subprocess
import sys
from pathlib import Path

PASSES = """
import pytest
from bokeh.models import Slider

@pytest.fixture
def {fixture}():
    return lambda document: document.add_root(Slider(start=0, end=9, value=1))

def test_it(viz_client, viz_open):
    assert viz_client.open().find(Slider).value == 1
    assert viz_open(lambda document: document.set_title("alone")).title == "alone"
"""
FAILS = "def test_it(viz_client): pass\n"


def run(directory: Path, test: str) -> str:
    (directory / "test_it.py").write_text(test)
    command = [sys.executable, "-m", "pytest", "-p", "hybridviz.testing.plugin", "test_it.py"]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True).stdout


def test_the_application_is_that_of_the_projects_fixture(tmp_path: Path) -> None:
    assert "1 passed" in run(tmp_path, PASSES.format(fixture="app"))
    assert "1 passed" in run(tmp_path, PASSES.format(fixture="viz_app"))


def test_without_one_it_says_what_to_do(tmp_path: Path) -> None:
    said = run(tmp_path, FAILS)
    assert "1 error" in said and "a fixture app, or viz_app, must return it" in said


def test_it_loads_nothing_before_it_is_asked() -> None:
    code = "import sys, hybridviz.testing.plugin as p; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"flask", "bokeh", "gevent", "numpy"} & set(done.stdout.split())
