"""``hybridviz run``: scripts run as by Python itself, old ones with their names."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


def run(path: Path | str, *args: str, command: tuple[str, ...] = ("run",)) -> Any:
    return subprocess.run(
        [sys.executable, "-m", "hybridviz", *command, str(path), *args],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "BROWSER": "echo opened %s"},
    )


@pytest.fixture
def script(tmp_path: Path) -> Any:
    def write(source: str, name: str = "script.py") -> Path:
        (tmp_path / name).write_text(source)
        return tmp_path / name

    return write


PLAIN = """
import sys, helper
print(__name__, sys.argv, __file__, sys.path[0], helper.VALUE, sys.modules["__main__"].__file__)
"""


@pytest.mark.parametrize("command", [("run",), ()])
def test_a_script_finds_what_it_finds_under_python(
    script: Any, tmp_path: Path, command: tuple[str, ...]
) -> None:
    script("VALUE = 7", "helper.py")
    path = script(PLAIN)
    done = run(path, "--port", "1", "-x", command=command)
    argv = [str(path), "--port", "1", "-x"]
    expected = f"__main__ {argv} {path} {tmp_path} 7 {path}\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, expected, "")


def test_the_status_is_that_of_the_script(script: Any) -> None:
    assert run(script("import sys; sys.exit(7)")).returncode == 7
    done = run(script("raise SystemExit('no more')"))
    assert (done.returncode, done.stderr) == (1, "no more\n")


def test_an_error_shows_the_script_and_nothing_of_ours(script: Any) -> None:
    done = run(script("def f():\n    1 / 0\n\nf()\n"))
    assert done.returncode == 1
    assert done.stderr.splitlines()[0] == "Traceback (most recent call last):"
    assert "hybridviz" not in done.stderr
    assert done.stderr.endswith("ZeroDivisionError: division by zero\n")
    assert ", line 4, in <module>" in done.stderr


def test_a_syntax_error_is_shown(script: Any) -> None:
    done = run(script("print 'old Python'\n"))
    assert done.returncode == 1
    assert "SyntaxError: Missing parentheses" in done.stderr


def test_a_script_that_is_not_there(tmp_path: Path) -> None:
    done = run(tmp_path / "none.py")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "does not exist" in done.stderr


def test_an_old_script_writes_its_file(script: Any, tmp_path: Path) -> None:
    done = run(
        script(
            f"""
from bokeh.plotting import figure, output_file, show, vplot
output_file(r"{tmp_path / "old.html"}", title="old", autosave=True)
p = figure(plot_width=300)
p.circle([1, 2], [3, 4], size=10)
show(vplot(p))
"""
        )
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("is an old name of Bokeh; today: ") == 4
    assert done.stdout == f"opened file://{tmp_path / 'old.html'}\n"
    assert "<title>old</title>" in (tmp_path / "old.html").read_text()


def test_a_script_of_today_is_not_touched(script: Any) -> None:
    done = run(
        script(
            "import builtins, bokeh.plotting\nfrom bokeh.plotting import figure\n"
            "print(__builtins__ is builtins, figure is bokeh.plotting.figure)\n"
        )
    )
    assert (done.stdout, done.stderr) == ("True True\n", "")


def test_a_notebook(script: Any) -> None:
    cells = [
        "from bokeh.plotting import figure, vplot",
        "%matplotlib inline\nprint(vplot.__name__)",
    ]
    notebook = {
        "nbformat": 4,
        "cells": [{"cell_type": "code", "source": cell} for cell in cells],
        "metadata": {},
    }
    done = run(script(json.dumps(notebook), "old.ipynb"))
    assert (done.returncode, done.stdout) == (0, "vplot\n"), done.stderr


def test_a_client_without_a_server_is_one_line(script: Any) -> None:
    source = "from hybridviz import push_session\npush_session(url='http://127.0.0.1:9')"
    done = run(script(source))
    assert done.returncode == 1
    assert done.stderr.startswith("hybridviz: ")
    assert "hybridviz serve" in done.stderr
    assert done.stderr.count("\n") == 1


def test_modules_beside_an_old_script_have_the_names_too(script: Any, tmp_path: Path) -> None:
    (tmp_path / "package").mkdir()
    script("from bokeh.plotting import figure\ndef plot(): return figure(plot_width=77)", "one.py")
    script("from bokeh.io import hplot\nfrom one import plot", "package/__init__.py")
    source = "import package, json\nprint(package.hplot(package.plot()).children[0].width)"
    done = run(script(source))
    assert (done.returncode, done.stdout) == (0, "77\n"), done.stderr
    assert done.stderr.count("OldNameWarning") == 2
