"""How an app is tested: the tests that examples/sliders.py and others would have."""

from pathlib import Path

import numpy as np
import pytest
from bokeh.models import Slider

from hybridviz.testing.plugin import OpenApp

EXAMPLES = Path(__file__).parents[2] / "examples"
ALL = sorted(EXAMPLES.glob("*.py"))


def test_the_amplitude_scales_the_wave(viz_open: OpenApp) -> None:
    page = viz_open(EXAMPLES / "sliders.py")
    before = page["wave"].data["y"]
    changes = page.set("amplitude", value=1.5)
    assert [(change.name, change.attr) for change in changes] == [("wave", "data")]
    assert np.allclose(page["wave"].data["y"], before / 2)


def test_the_title_is_that_of_the_plot(viz_open: OpenApp) -> None:
    page = viz_open(EXAMPLES / "sliders.py")
    page.fill("title", "A quiet sea")
    assert page.changes.lines == ["Title.text = 'A quiet sea'"]


def test_all_sliders_are_within_their_bounds(viz_open: OpenApp) -> None:
    page = viz_open(EXAMPLES / "sliders.py")
    assert len(page.find_all(Slider)) == 4
    for slider in page.find_all(Slider):
        page.slide(slider, slider.end)
    assert np.all(np.isfinite(page["wave"].data["y"]))


def test_each_click_adds_one_number(viz_open: OpenApp) -> None:
    page = viz_open(EXAMPLES / "myapp.py")
    assert page.click("press").lines == ["numbers.data + 1 row"]
    page.click("press")
    assert list(page["numbers"].data["number"]) == ["0", "1"]


def test_the_summary_follows_table_and_selection(viz_open: OpenApp) -> None:
    page = viz_open(EXAMPLES / "table.py")
    page.select("rivers", [0, 1])
    assert page["summary"].text == "<b>2</b> rivers, <b>4,080</b> km together"
    page.edit("table", row=1, length=1000)
    assert page["summary"].text == "<b>2</b> rivers, <b>3,850</b> km together"


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_every_example_lives_for_a_minute(viz_open: OpenApp, path: Path) -> None:
    page = viz_open(path)
    page.advance(60)
    assert page.snapshot().startswith(f"title: {page.title}\n")
