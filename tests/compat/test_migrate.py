"""Old scripts in the names of today."""

import ast
import textwrap
from pathlib import Path

import pytest

from hybridviz.cli import main
from hybridviz.compat.migrate import migrated
from hybridviz.compat.rewrite import has_old_names

HOVER = """\
from bokeh.plotting import figure, show, output_server

p = figure(title="Grüße", plot_width=300)  # a plot
p.circle([1, 2, 3], [4, 5, 6], legend="ü"); p.square([1], [2],
         size=3)
output_server("hover")

show(p)
"""
TODAY = """\
from bokeh.plotting import figure
from hybridviz.io import show, output_server

p = figure(title="Grüße", width=300)  # a plot
p.scatter([1, 2, 3], [4, 5, 6], legend_label="ü"); p.scatter([1], [2],
         size=3, marker="square")
output_server("hover")

show(p)
"""


def new(text: str) -> str:
    return migrated(textwrap.dedent(text))[0]


def test_names_of_today() -> None:
    text, notes = migrated(HOVER)
    assert (text, notes) == (TODAY, [])
    assert not has_old_names(ast.parse(text.replace("output_server", "x").replace("show", "y")))


def test_a_script_of_today_stays_as_it_is() -> None:
    assert migrated(TODAY) == (TODAY, [])


@pytest.mark.parametrize(
    ("old", "today"),
    [
        ("from bokeh.io import vplot as v\nv(1)", "from bokeh.layouts import column as v\nv(1)"),
        ("from bokeh.io import hplot\nhplot()", "from bokeh.layouts import row\nrow()"),
        ("p.plot_width = q.plot_height", "p.width = q.height"),
        ("p.title_text_font = 'x'", "p.title.text_font = 'x'"),
        ("p.oval(1, 2)", "p.ellipse(1, 2)"),
        ("p.circle(x, y, radius=1)", "p.circle(x, y, radius=1)"),
        ("p.square(x, y, size=5,)", 'p.scatter(x, y, size=5, marker="square",)'),
        ("p.square(x, (y))", 'p.scatter(x, (y), marker="square")'),
        ("p.square(x, y  # last\n)", 'p.scatter(x, y, marker="square"  # last\n)'),
        ("p.x(x, y,  # a, b\n)", 'p.scatter(x, y, marker="x",  # a, b\n)'),
        ("p.x(x, q.hex(y, **o), )", 'p.scatter(x, q.scatter(y, **o, marker="hex"), marker="x", )'),
        ("np.square(x), data.hex()", "np.square(x), data.hex()"),
        ("logging.Formatter(f, style='{')", "logging.Formatter(f, style='{')"),
        ("frame.plot(legend=False)", "frame.plot(legend=False)"),
        ("from rich import Text\nText(style='b')", "from rich import Text\nText(style='b')"),
        ("Div(style=s)", "Div(styles=s)"),
        ("draw(style=s, type=t, logo=None)", "draw(style=s, type=t, logo=None)"),
        ("gridplot(plots, plot_width=9)", "gridplot(plots, width=9)"),
        ("p.toolbar.logo = self.plot_width", "p.toolbar.logo = self.plot_width"),
        ("t = 'a\u2028b\x0c'\n\x0cp.plot_width = t", "t = 'a\u2028b\x0c'\n\x0cp.width = t"),
        ("a = 1\r\np.plot_width = 2\r\n", "a = 1\r\np.width = 2\r\n"),
        ("Button(type='success')", "Button(button_type='success')"),
        ("p.select(type=Tool)", "p.select(type=Tool)"),
        ("from bokeh.plotting import show", "from bokeh.plotting import show"),
        ("from bokeh.client import push_session", "from hybridviz.client import push_session"),
        (
            "if a:\n  from bokeh.io import vplot, save",
            "if a:\n  from bokeh.layouts import column\n  from bokeh.io import save",
        ),
    ],
)
def test_pieces(old: str, today: str) -> None:
    assert new(old) == today
    ast.parse(today)


def test_figures_are_added_to_the_document_that_is_pushed() -> None:
    text = new(
        """\
        from bokeh.client import push_session
        p = figure()
        session = push_session(curdoc())
        """
    )
    assert "curdoc().add_root(p)\nsession = push_session(curdoc())" in text


@pytest.mark.parametrize(
    ("old", "note"),
    [
        ("p.line(x, y, source=s, legend='a')", "line 1: legend: is it a text"),
        ("from bokeh.charts import Bar", "line 1: bokeh.charts was taken out"),
        ("\nfigure(title_text_font='x')", "line 2: title_text_font: set title.text_font"),
        ("figure(webgl=True)", "line 1: webgl: use output_backend='webgl'"),
        ("from bokeh.plotting import cursession", "line 1: cursession: use a session"),
        ("from bokeh.models.markers import Square", "line 1: Square is"),
        ("p.h_symmetry = True", "line 1: h_symmetry: plots are not symmetric"),
        ("dict(plot_width=3)", "line 1: plot_width: write width if"),
    ],
)
def test_what_is_left_to_the_author(old: str, note: str) -> None:
    notes = migrated(old)[1]
    assert any(line.startswith(note) for line in notes), notes


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "old.py"
    script.write_text(HOVER, "utf-8")
    assert main(["migrate", str(script)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"--- {script}"
    assert "+from hybridviz.io import show, output_server" in lines
    assert main(["migrate", str(script), "-o", "-"]) == 0
    assert capsys.readouterr().out == TODAY
    assert main(["migrate", str(script), "--output", str(tmp_path / "new.py")]) == 0
    assert (tmp_path / "new.py").read_text("utf-8") == TODAY
    assert script.read_text("utf-8") == HOVER


def test_a_script_of_python_2_is_refused_with_a_way_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "old.py"
    script.write_text("print 'x'\n")
    assert main(["migrate", str(script)]) == 1
    error = capsys.readouterr().err
    assert "line 1" in error
    assert "2to3" in error
