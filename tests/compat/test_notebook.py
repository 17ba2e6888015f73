"""Notebooks: a real kernel whose cells use old names, and drive a session in the background."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from hybridviz.compat import enable
from tests.kernels import Kernel, running_kernel
from tests.servers import Server


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    with running_kernel() as kernel:
        yield kernel


def test_old_names_are_there_from_the_next_cell_on(kernel: Kernel) -> None:
    assert "cannot import name 'vplot'" in kernel.run("from bokeh.plotting import vplot")
    assert kernel.run("import hybridviz.compat\nhybridviz.compat.enable()") == ""
    kernel.run("hybridviz.compat.enable()")
    said = kernel.run(
        "from bokeh.plotting import figure, vplot\n"
        "p = figure(plot_width=300)\n"
        "r = p.circle([1], [2])\n"
        "print(type(vplot(p)).__name__, p.width, type(r.glyph).__name__)"
    )
    assert "Column 300 Scatter" in said
    assert said.count("is an old name of Bokeh") == 3
    assert "old name" not in kernel.run("q = figure(plot_width=200)")


def test_enabling_elsewhere_says_what_to_do() -> None:
    with pytest.raises(RuntimeError, match="hybridviz run SCRIPT"):
        enable()


def test_a_session_runs_behind_the_cells(kernel: Kernel, tmp_path: Any) -> None:
    server = Server("serve", [], tmp_path)
    try:
        said = kernel.run(
            f"""
from bokeh.models import Slider
from bokeh.plotting import curdoc
from hybridviz import pull_session, push_session
slider = Slider(start=0, end=1000, value=0, name="slider")
curdoc().add_root(slider)
session = push_session(curdoc(), "cell", "{server.url}")
def tick():
    slider.value += 1
added = curdoc().add_periodic_callback(tick, 20)
other = pull_session("cell", "{server.url}")
"""
        )
        assert said == ""
        end = time.monotonic() + 20
        while "more" not in kernel.run(
            "print('more' if other.document.get_model_by_name('slider').value > 5 else 'less')"
        ):
            assert time.monotonic() < end
            time.sleep(0.1)
        assert kernel.run("session.close(); other.close()") == ""
    finally:
        server.kill()
