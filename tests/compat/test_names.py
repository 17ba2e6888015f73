"""What old scripts import, and that nobody else sees a difference."""

import ast
import gc
import importlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import bokeh.palettes
import bokeh.plotting
import pytest
from bokeh.document import Document
from bokeh.layouts import column
from bokeh.models import Column, Row, Scatter

from hybridviz.compat import OldNames
from hybridviz.compat.rewrite import has_old_names
from hybridviz.compat.table import ALL_NAMES, GONE, MIRRORS, MODULES, NAMES
from tests.compat.conftest import Execute

ROOT = Path(__file__).parent.parent.parent
EVERY = sorted({(module, name) for module, names in NAMES.items() for name in names})


@pytest.mark.parametrize(("module", "name"), EVERY)
def test_every_name_of_the_table_can_be_imported(execute: Execute, module: str, name: str) -> None:
    assert execute(f"from {module} import {name} as found")["found"] is not None


@pytest.mark.parametrize("module", sorted(MODULES | set(MIRRORS)))
def test_every_module_of_the_table_can_be_imported(execute: Execute, module: str) -> None:
    found = execute(f"import {module}\nfrom {module} import *\n{module}")
    assert found["bokeh"].__name__ == "bokeh"


@pytest.mark.parametrize("place", sorted(set(GONE) - {"bokeh.server"}))
def test_what_is_gone_is_refused_with_the_reason(execute: Execute, place: str) -> None:
    module, _, name = place.partition(":")
    with pytest.raises(ImportError) as refused:
        execute(f"from {module} import {name or '*'}")
    assert str(refused.value) == GONE[place]


def test_the_servers_of_old_are_refused_but_not_the_modules_of_today(execute: Execute) -> None:
    with pytest.raises(ImportError, match="hybridviz serve"):
        execute("from bokeh.server.app import bokeh_app")
    assert execute("import bokeh.server.callbacks as found")["found"].__name__.endswith("callbacks")


def test_the_charts_of_old_say_what_to_do_instead(execute: Execute) -> None:
    with pytest.raises(ImportError, match="draw with bokeh.plotting"):
        execute("from bokeh.charts import Histogram")


def test_a_script_is_told_once_per_name_and_where(execute: Execute) -> None:
    found = execute(
        """
        from bokeh.plotting import figure, vplot

        p = figure(plot_width=300)
        q = figure(plot_width=400)
        layout = vplot(p, q)
        """
    )
    assert found["told"] == [
        "2: bokeh.plotting.vplot is an old name of Bokeh; today: bokeh.layouts.column",
        "4: plot_width is an old name of Bokeh; today: width",
    ]
    assert isinstance(found["layout"], Column)
    assert [found["p"].width, found["q"].width] == [300, 400]


def test_other_code_sees_bokeh_as_it_is(execute: Execute) -> None:
    before = {name: set(vars(module)) for name, module in sys.modules.items() if "bokeh" in name}
    execute(
        """
        from bokeh.plotting import *
        import bokeh.models as models
        p = figure(plot_width=300)
        p.circle([1], [2])
        hplot(p)
        models.Slider(callback=None)
        """
    )
    for name, names in before.items():
        assert set(vars(sys.modules[name])) - names <= {"objects"}, name
    assert not hasattr(bokeh.plotting, "vplot")
    with pytest.raises(AttributeError):
        bokeh.plotting.figure(plot_width=300)  # type: ignore[call-arg]
    renderer = bokeh.plotting.figure().circle([1], [2])
    assert type(renderer.glyph).__name__ == "Circle"


def test_code_of_today_means_the_same(execute: Execute, document: Document) -> None:
    found = execute(
        """
        import bokeh
        from bokeh import plotting
        from bokeh.layouts import column, gridplot
        from bokeh.models import Circle, ColumnDataSource, CustomJS, HoverTool, Slider
        from bokeh.plotting import figure, curdoc
        import bokeh.plotting as bp

        p = figure(width=300, title="x", tools="pan,hover", tooltips=[("a", "@a")])
        radii = p.circle("x", "y", "r", source=ColumnDataSource(dict(x=[1], y=[1], r=[2])))
        fixed = p.circle([1], [2], radius=3)
        glyph = Circle(radius=2)
        slider = Slider(start=0, end=1, value=0)
        slider.on_change("value", lambda attr, old, new: None)
        code = CustomJS(args=dict(p=p), code="p.title.text = 'y'")
        curdoc().add_root(column(p, slider))
        same = figure is bokeh.plotting.figure is bp.figure is plotting.figure
        class Mine(figure):
            __view_model__ = "Figure"
            __qualified_model__ = "Mine"
        isinstance(p, figure)
        """
    )
    assert found["told"] == []
    assert found["same"]
    assert found["figure"] is bokeh.plotting.figure
    assert [type(found[name].glyph).__name__ for name in ("radii", "fixed")] == ["Circle"] * 2
    assert found["code"].code == "p.title.text = 'y'"
    assert len(document.roots) == 1


def test_palettes_are_lists_for_old_scripts_only(execute: Execute) -> None:
    found = execute(
        """
        from bokeh.palettes import Viridis6 as palette, brewer
        palette.reverse()
        colors = brewer["Blues"][6]
        """
    )
    assert found["palette"] == list(reversed(bokeh.palettes.Viridis6))
    assert found["colors"] == list(bokeh.palettes.Blues6)
    assert isinstance(bokeh.palettes.Viridis6, tuple)


def test_palettes_are_used_as_the_tuples_of_today_too(execute: Execute) -> None:
    found = execute(
        """
        from functools import lru_cache
        from bokeh.models import LinearColorMapper
        from bokeh.palettes import Spectral6, Viridis256

        sums = Spectral6 + ("#888",), ("#888",) + Spectral6, Spectral6[:2] + ("#888",)
        lists = Spectral6 + ["#888"], ["#888"] + Spectral6, 2 * ["#888"] + Spectral6 * 2 + ("#888",)
        first = lru_cache(lambda palette: palette[0])(Spectral6)
        mapper = LinearColorMapper(palette=Viridis256)
        """
    )
    spectral = bokeh.palettes.Spectral6
    assert [tuple(part) for part in found["sums"]] == [
        (*spectral, "#888"),
        ("#888", *spectral),
        (*spectral[:2], "#888"),
    ]
    assert [len(part) for part in found["lists"]] == [7, 7, 15]
    assert found["first"] == spectral[0]
    assert tuple(found["mapper"].palette) == bokeh.palettes.Viridis256


def test_layouts_of_old(execute: Execute) -> None:
    found = execute(
        """
        from bokeh.plotting import figure, gridplot, hplot, GridSpec
        from bokeh.models.widgets import HBox, VBox, VBoxForm, Slider, Button, Panel, Tabs
        from bokeh.io import vform

        p, q, r, s = [figure(plot_width=200) for _ in range(4)]
        row = HBox(children=[VBoxForm(Slider(start=0, end=1, value=0)), VBox(p, q)])
        form = vform(Button(label="a"), width=200)
        grid = gridplot([[r, None], [None, s]], title="none")
        flat = gridplot(p, q, ncols=2, plot_width=120)
        spec = GridSpec(2, 3)
        spec[0, 0] = figure()
        spec[1, 0:2] = [figure(), figure()]
        plan = gridplot(spec)
        tabs = Tabs(tabs=[Panel(child=hplot(figure()), title="t")])
        """
    )
    assert isinstance(found["row"], Row)
    assert [type(child) for child in found["row"].children] == [Column, Column]
    assert (found["form"].width, found["p"].width) == (200, 120)
    assert [place[1:] for place in found["grid"].children] == [(0, 0), (1, 1)]
    assert [place[1:] for place in found["plan"].children] == [(0, 0), (1, 0), (1, 1)]
    assert isinstance(found["tabs"].tabs[0].child, Row)


def test_markers_that_were_classes(execute: Execute) -> None:
    found = execute(
        """
        from bokeh.models.markers import Square, CircleX
        from bokeh.models.glyphs import Circle, Triangle
        from bokeh.models import ColumnDataSource, Plot
        glyphs = [Square(x="x"), CircleX(x="x"), Triangle(x="x", size=9), Circle(x="x", size=4)]
        plot = Plot()
        plot.add_glyph(ColumnDataSource(dict(x=[1], y=[1])), Circle(x="x", y="y"))
        """
    )
    assert all(isinstance(glyph, Scatter) for glyph in found["glyphs"])
    assert [g.marker for g in found["glyphs"]] == ["square", "circle_x", "triangle", "circle"]
    assert isinstance(found["plot"].renderers[0].glyph, Scatter)


def test_what_was_made_joins_a_document_that_would_be_empty(
    execute: Execute, document: Document
) -> None:
    from hybridviz.compat.made import add_made

    found = execute("from bokeh.plotting import figure, vplot\np, q = figure(), figure()\nvplot(q)")
    add_made(document)
    assert document.roots == [found["p"], *[r for r in document.roots if r is not found["p"]]]
    assert [type(root).__name__ for root in document.roots] == ["figure", "Column"]


def test_what_was_made_does_not_join_a_document_with_roots(
    execute: Execute, document: Document
) -> None:
    from hybridviz.compat.made import add_made

    execute("from bokeh.plotting import *\np, q = figure(), figure()\ncurdoc().add(q)")
    add_made(document)
    assert len(document.roots) == 1


def test_nothing_is_kept_of_what_callbacks_of_a_shown_document_make(execute: Execute) -> None:
    found = execute(
        """
        from weakref import ref
        from bokeh.plotting import curdoc, figure
        from hybridviz.compat.made import add_made
        curdoc().add_root(figure(plot_width=1))
        add_made(curdoc())
        made = ref(figure())
        """
    )
    gc.collect()
    assert found["made"]() is None


def test_no_name_of_the_table_is_one_of_today() -> None:
    """A name that only old scripts have must not be in today's modules: it would be no sign."""
    for module, names in NAMES.items():
        if module in MODULES or module.startswith("bokeh.client"):
            continue
        today = importlib.import_module(module)
        both = {name for name, old in names.items() if not old.quiet and hasattr(today, name)}
        assert both == set(), module


def test_names_of_old_are_not_common_words() -> None:
    assert not {"x", "show", "view", "push", "add", "name"} & {name.lower() for name in ALL_NAMES}


def test_a_process_that_never_meets_old_code_never_loads_the_old_names() -> None:
    code = "import sys, hybridviz.client, hybridviz.io\nprint('hybridviz.compat' in sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "False"


def test_two_scripts_are_told_apart(execute: Execute) -> None:
    names = OldNames()
    source = "from bokeh.plotting import vplot"
    told: list[Any] = [execute(source, names)["told"] for _ in range(2)]
    assert [len(lines) for lines in told] == [1, 0]
    assert len(execute(source)["told"]) == 1


def test_the_layouts_of_today_are_untouched() -> None:
    assert column.__module__ == "bokeh.layouts"


SCRIPTS_OF_TODAY = sorted((ROOT / "examples").glob("*.py")) + sorted(
    path for path in (ROOT / "tests/browser/apps").rglob("*.py") if "old" not in path.name
)


@pytest.mark.parametrize("path", SCRIPTS_OF_TODAY, ids=lambda path: path.name)
def test_scripts_of_today_are_not_taken_for_old_ones(path: Path) -> None:
    assert not has_old_names(ast.parse(path.read_text()))


@pytest.mark.parametrize(
    "code",
    [
        "from bokeh.plotting import output_server",
        "from bokeh.plotting import *\nvplot()",
        "import bokeh.plotting as bp\nbp.hplot()",
        "import bokeh.session",
        "from bokeh import session",
        "from bokeh.models.widgets import VBoxForm",
        "from bokeh.client import push_session",
        "from bokeh.charts import Bar",
        "p.plot_width = 3",
        "figure(plot_width=3)",
        "p.circle(x, y)",
        "p.square(x, y)",
        "Circle(size=3)",
        "source.on_change('selected', f)",
        "figure(tools='pan,resize')",
        "figure(tools=['pan', 'resize'])",
        "ds.trigger('data', a, b)",
        "CustomJS(code='s.get(\"data\")')",
        "from bokeh.palettes import Viridis6 as palette\npalette.reverse()",
        "from bokeh import palettes\npalettes.brewer[name][9].reverse()",
        "GridPlot(children=[[p, q]])",
        "p.rect(x, y, source=source)",
        "p.circle(x, y, radius=3, source=source)",
        "p.circle(*points)",
        "p.circle(source=source)",
        "p.logo = None",
        "Button(type='success')",
        "Slider(callback=code)",
        "LinearAxis(plot=plot)",
        "p.line(x, y, legend='a')",
        "p.vbar_stack(years, legend=years)",
        "output_file('a.html', autosave=True)",
        "figure(responsive=True)",
        "button.on_change('clicks', f)",
    ],
)
def test_what_tells_an_old_script(code: str) -> None:
    assert has_old_names(ast.parse(code))


@pytest.mark.parametrize(
    "code",
    [
        "parser.add_argument('--n', type=int)",
        "TapTool(callback=OpenURL(url='@url'))",
        "button = Button(label='selected', button_type='success')",
        "slider.on_change('value', f)",
        "from bokeh.palettes import Spectral6\nSpectral6[0]",
        "names.reverse()",
        "frame.plot(legend=False)",
        "frame.plot.line(legend=True)",
        "pool.submit(f, callback=g, session=session, plot=p)",
        "frame.hvplot(responsive=True)",
        "p.toolbar.logo = None",
        "self.plot_width = 300",
        "self.formats, reader.sources",
        "np.cross(a, b), np.square(a), data.hex(), turtle.circle(9), cv2.circle(i, c, 9)",
        "p.circle('x', 'y', 2, source=source)",
        "requests.Session()",
        "graph = from_networkx(g, nx.spring_layout)",
        "CustomJS(code='export default () => map.get(\"x\")')",
    ],
)
def test_what_scripts_of_today_have_is_no_sign(code: str) -> None:
    assert not has_old_names(ast.parse(code))
