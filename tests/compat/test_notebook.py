"""Notebooks: a real kernel whose cells use old names, and drive a session in the background."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from jupyter_client.manager import KernelManager

from hybridviz.compat import enable
from tests.servers import Server


class Kernel:
    """A running kernel.

    Args:
        manager: what has started it.
    """

    def __init__(self, manager: Any) -> None:
        self._client = manager.client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=60)

    def run(self, cell: str) -> str:
        """Run a cell; return what it printed and what it raised."""
        self._client.execute(cell)
        said = ""
        while True:
            message = self._client.get_iopub_msg(timeout=60)
            content = message["content"]
            if message["msg_type"] == "stream":
                said += content["text"]
            elif message["msg_type"] == "error":
                said += "\n".join(content["traceback"])
            elif message["msg_type"] == "status" and content["execution_state"] == "idle":
                return said

    def close(self) -> None:
        self._client.stop_channels()


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel()
    kernel = Kernel(manager)
    yield kernel
    kernel.close()
    manager.shutdown_kernel(now=True)
    manager.cleanup_resources()


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
