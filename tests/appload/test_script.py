"""Scripts as apps: what a run sees, also beside other runs, and how its failures are reported."""

import builtins
import os
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from bokeh.document import Document
from bokeh.io import curdoc

from hybridviz.appload.script import ScriptApp
from hybridviz.compat import OldNameWarning
from hybridviz.errors import AppLoadError
from hybridviz.runtime.manual import ManualRuntime
from hybridviz.sessions import Session

Write = Callable[[str, str], Path]


def seen_by(document: Document) -> dict[str, Any]:
    """Return the globals of the script that has filled the document."""
    found: dict[str, Any] = document.template_variables["seen"]
    return found


def fail(app: ScriptApp, document: Document | None = None) -> AppLoadError:
    with pytest.raises(AppLoadError) as caught:
        app.run(document or Document())
    return caught.value


def test_a_run_sees_its_document_name_file_and_arguments(write: Write) -> None:
    path = write(
        "sliders.py",
        """
        import sys
        from bokeh.io import curdoc
        curdoc().template_variables["seen"] = dict(
            document=curdoc(),
            name=__name__,
            file=__file__,
            argv=list(sys.argv),
            joined=" ".join(sys.argv),
        )
        sys.argv.pop()
        """,
    )
    app = ScriptApp(path, args=["-n", "3"])
    assert app.route == "/sliders"
    for _ in range(2):  # what the first run did to its arguments does not reach the second
        document = Document()
        app.run(document)
        seen = seen_by(document)
        assert seen["document"] is document
        assert seen["name"].startswith("bokeh_app_")
        assert seen["file"] == str(path)
        assert seen["argv"] == [str(path), "-n", "3"]
        assert seen["joined"] == f"{path} -n 3"
    assert sys.argv == ["pytest", "own"]


def test_runs_that_overlap_do_not_mix(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(
        "waits.py",
        """
        import builtins, os, sys
        from bokeh.io import curdoc

        def state():
            return curdoc(), __name__, list(sys.argv), os.getcwd()

        before = state()
        builtins.turn(sys.argv[1])
        after = state()
        assert before == after, (before, after)
        seen = dict(document=curdoc(), name=__name__, argv=list(sys.argv))
        curdoc().template_variables["seen"] = seen
        """,
    )
    first_waits, go_on = Event(), Event()

    def turn(who: str) -> None:
        if who == "first":
            first_waits.set()
            assert go_on.wait(10)

    monkeypatch.setattr(builtins, "turn", turn, raising=False)
    first, second = Document(), Document()
    thread = Thread(target=ScriptApp(path, args=["first"]).run, args=(first,))
    thread.start()
    assert first_waits.wait(10)
    default = curdoc()
    assert default not in (first, second)
    assert sys.argv == ["pytest", "own"]
    ScriptApp(path, args=["second"]).run(second)  # begins and ends while the first one waits
    go_on.set()
    thread.join(10)
    for document, who in ((first, "first"), (second, "second")):
        assert seen_by(document)["document"] is document
        assert seen_by(document)["argv"] == [str(path), who]
    assert seen_by(first)["name"] != seen_by(second)["name"]
    assert sys.argv == ["pytest", "own"]
    assert curdoc() is default


def test_the_module_lives_as_long_as_its_session(write: Write) -> None:
    path = write(
        "typed.py",
        """
        import pickle, typing
        from dataclasses import dataclass
        from bokeh.io import curdoc

        @dataclass
        class Point:
            x: "typing.ClassVar[int]"
            y: "Point | None" = None

        typing.get_type_hints(Point)
        assert pickle.loads(pickle.dumps(Point())) == Point()
        curdoc().template_variables["seen"] = dict(name=__name__)
        """,
    )
    session = Session("id", "/typed", ManualRuntime())
    session.build(lambda session: ScriptApp(path).run(session.document))
    name = seen_by(session.document)["name"]
    assert name in sys.modules
    session.destroy()
    assert name not in sys.modules


def test_a_module_whose_run_fails_is_dropped(write: Write) -> None:
    fail(ScriptApp(write("x.py", "import builtins\nbuiltins.seen = __name__\nraise ValueError")))
    name = vars(builtins).pop("seen")
    assert name.startswith("bokeh_app_")
    assert name not in sys.modules


def test_its_directory_is_on_the_path_once(write: Write, tmp_path: Path) -> None:
    write("neighbour_of_apps.py", "VALUE = 7")
    path = write("app.py", "from neighbour_of_apps import VALUE")
    for _ in range(2):
        ScriptApp(path).run(Document())
    assert sys.path.count(str(tmp_path)) == 1
    del sys.modules["neighbour_of_apps"]


def test_the_source_may_declare_its_encoding(tmp_path: Path, write: Write) -> None:
    path = tmp_path / "latin.py"
    path.write_bytes(b"# coding: latin-1\nassert len('\xe9') == 1 and ord('\xe9') == 233\n")
    ScriptApp(path).run(Document())


def test_an_error_is_located_in_the_app(write: Write) -> None:
    write("helper_of_broken.py", "import json\ndef load():\n    json.loads('[')\n")
    path = write("broken.py", "import helper_of_broken\n\nhelper_of_broken.load()\n")
    error = fail(ScriptApp(path))
    assert error.route == "/broken"
    assert error.reason.startswith("json.decoder.JSONDecodeError: Expecting value")
    assert (error.filename, error.line) == (str(path.parent / "helper_of_broken.py"), 3)
    lines = error.traceback.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[1].strip() == f'File "{path}", line 3, in <module>'
    assert "hybridviz" not in error.traceback.replace(str(path.parent), "")
    assert error.__context__ is None
    del sys.modules["helper_of_broken"]


@pytest.mark.parametrize(
    ("source", "reason", "line"),
    [
        ("\nx", "NameError: name 'x' is not defined", 2),
        ("import sys\nsys.exit(3)", "SystemExit: 3", 2),
        ("raise ValueError('a\\nb')", "ValueError: a", 1),
        ("e = ValueError('a')\ne.add_note('note')\nraise e", "ValueError: a", 3),
        ("x = 1\ny = (", "SyntaxError: '(' was never closed", 2),
        ("# coding: klingon\n", "SyntaxError: unknown encoding: klingon", None),
        ("def f():\n    f()\nf()", "RecursionError: maximum recursion depth exceeded", 2),
    ],
)
def test_every_failure_becomes_one_error(
    write: Write, source: str, reason: str, line: int | None
) -> None:
    path = write("bad.py", "")
    path.write_text(source)
    app = ScriptApp(path)
    for _ in range(2):  # also when it is kept from before
        error = fail(app)
        assert error.reason.startswith(reason)
        assert error.filename == str(path)
        assert line is None or error.line == line


def test_ctrl_c_passes(write: Write) -> None:
    app = ScriptApp(write("x.py", "raise KeyboardInterrupt"))
    with pytest.raises(KeyboardInterrupt):
        app.run(Document())
    assert sys.argv == ["pytest", "own"]


def test_an_app_that_replaces_sys_argv_does_so_for_its_run(write: Write) -> None:
    ScriptApp(write("x.py", "import sys\nsys.argv = ['mine']")).run(Document())
    assert sys.argv == ["pytest", "own"]


def test_refresh_reads_a_changed_script(write: Write) -> None:
    path = write("x.py", "raise ValueError('one')")
    app = ScriptApp(path)
    assert not app.refresh()
    write("x.py", "raise ValueError('three')")
    assert fail(app).reason == "ValueError: one"
    assert app.refresh()
    assert not app.refresh()
    assert fail(app).reason == "ValueError: three"
    write("x.py", "x = (")
    assert app.refresh()
    assert fail(app).reason.startswith("SyntaxError")
    path.unlink()
    assert not app.refresh()
    assert os.listdir(path.parent) == []


def test_apps_that_share_a_module_all_see_that_it_has_changed(write: Write) -> None:
    write("shared_by_two.py", "x = 1")
    apps = [ScriptApp(write(name, "import shared_by_two")) for name in ("a.py", "b.py")]
    for app in apps:
        app.run(Document())
        assert not app.refresh()
    write("shared_by_two.py", "x = 'changed'")
    assert [app.refresh() for app in apps] == [True, True]  # the first one has it forgotten
    assert [app.refresh() for app in apps] == [False, False]


def test_a_module_that_cannot_be_imported_any_more_is_still_looked_at(write: Write) -> None:
    write("broken_for_a_while.py", "x = 1")
    app = ScriptApp(write("app.py", "import broken_for_a_while"))
    app.run(Document())
    assert not app.refresh()
    write("broken_for_a_while.py", "x = (")
    assert app.refresh()
    assert fail(app).reason.startswith("SyntaxError")
    write("broken_for_a_while.py", "x = 'mended'")
    assert app.refresh()
    app.run(Document())
    del sys.modules["broken_for_a_while"]


def test_an_app_of_old_and_the_module_beside_it(write: Write) -> None:
    write("helper_of_old.py", "from bokeh.plotting import figure\nPLOT = dict(plot_width=77)\n")
    source = (
        "from helper_of_old import PLOT, figure\nfrom bokeh.plotting import curdoc, vplot\n"
        "curdoc().add_root(vplot(figure(**PLOT)))\n"
    )
    document = Document()
    with pytest.warns(OldNameWarning) as told:
        ScriptApp(write("app.py", source)).run(document)
    assert len(told) == 2
    assert document.roots[0].children[0].width == 77  # type: ignore[attr-defined]


def test_plots_of_an_old_app_join_its_document(write: Write) -> None:
    source = (
        "from bokeh.models.widgets import VBoxForm\nfrom bokeh.plotting import figure\nfigure()"
    )
    document = Document()
    with pytest.warns(OldNameWarning, match="VBoxForm"):
        ScriptApp(write("app.py", source)).run(document)
    assert len(document.roots) == 1
