"""What apps call and servers must not do."""

import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import bokeh.io
import bokeh.plotting
import pytest
from bokeh.document import Document

from hybridviz.appload.guards import OUTPUTS, Guard, install_guards
from hybridviz.appload.script import ScriptApp

Write = Callable[[str, str], Path]


@pytest.mark.parametrize("package", ["io", "plotting", "io.showing"])
def test_show_in_an_app_does_nothing_but_log(
    write: Write, caplog: pytest.LogCaptureFixture, package: str
) -> None:
    source = f"from bokeh.{package} import show\nassert show('no plot') is None\n"
    caplog.set_level(logging.INFO, "hybridviz.appload")
    ScriptApp(write("shows.py", source)).run(Document())
    assert "app /shows calls show(), which does nothing" in caplog.text


@pytest.mark.parametrize("name", OUTPUTS)
def test_no_output_function_acts_in_an_app(
    write: Write, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    source = f"import bokeh.io, bokeh.plotting\nbokeh.io.{name}('x')\nbokeh.plotting.{name}('x')\n"
    caplog.set_level(logging.INFO, "hybridviz.appload")
    path = write("app.py", source)
    ScriptApp(path).run(Document())
    assert caplog.text.count(f"{name}()") == 2
    assert os.listdir(path.parent) == ["app.py"]


def test_outside_of_apps_they_act(tmp_path: Path) -> None:
    install_guards()
    bokeh.io.output_file(tmp_path / "x.html", title="mine")
    assert bokeh.io.state.curstate().file.title == "mine"
    bokeh.io.reset_output()
    with pytest.raises(ValueError, match="Invalid object to show"):
        bokeh.plotting.show(3)


def test_installing_twice_wraps_once() -> None:
    install_guards()
    before = bokeh.io.show
    install_guards()
    assert bokeh.io.show is before is bokeh.plotting.show
    assert not isinstance(before.__wrapped__, Guard)


def test_an_app_that_changes_directory_is_named(tmp_path: Path) -> None:
    (tmp_path / "moves.py").write_text("import os\nos.chdir('/')\n")
    code = (
        "import os, logging; logging.basicConfig(format='%(levelname)s %(message)s')\n"
        "from bokeh.document import Document\n"
        "from hybridviz.appload.script import ScriptApp\n"
        f"ScriptApp({str(tmp_path / 'moves.py')!r}).run(Document())\n"
        "assert os.getcwd() == '/'\n"
        "os.chdir('/tmp')\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 0
    (line,) = result.stderr.splitlines()
    assert line.startswith("WARNING ! app /moves calls os.chdir('/')")
