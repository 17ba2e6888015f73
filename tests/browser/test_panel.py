"""Panel apps, unmodified, in a real browser. Left out where Panel cannot be installed: it does not
take Bokeh 3.10 yet.
"""

from pathlib import Path

import pytest

from tests.browser.conftest import Browser, Serve
from tests.browser.tab import Tab

APPS = Path(__file__).parent / "panel_apps"
ALL = """
const all = [...(window.Bokeh?.documents[0]?.all_models ?? [])]
const columns = ({data}) => JSON.stringify(data instanceof Map ? [...data] : data)
"""
SLIDE = ALL + "all.find((m) => m.type.endsWith('Slider')).value = 2"
TEXTS = ALL + "return all.map((m) => m.text ?? '').join(' ')"
COLUMNS = ALL + "return all.filter((m) => m.type === 'ColumnDataSource').map(columns).join()"
PRESS = (
    ALL
    + """
const button = all.find((m) => m.type.endsWith('Button'))
Bokeh.index.find_one_by_id(button.id).el.shadowRoot.querySelector('button').click()
"""
)
STYLES = "return performance.getEntriesByType('resource').map((it) => it.name).join(' ')"


def says(tab: Tab, text: str) -> None:
    tab.wait(lambda: text in tab.run(TEXTS), f"the page says {text!r}")


@pytest.fixture(params=["serve", "gunicorn-gevent", "gunicorn-gthread"])
def url(request: pytest.FixtureRequest, serve: Serve) -> str:
    names = ("widgets", "plot", "notes")
    return serve(*(APPS / f"panel_{name}.py" for name in names), kind=request.param).url


def test_panel_apps(url: str, browser: Browser) -> None:
    tab = browser.open(f"{url}/panel_widgets")
    assert tab.title == "Order"
    says(tab, "3 x apple")
    tab.run(SLIDE)
    says(tab, "2 x apple")
    assert "/static/extensions/panel/" in tab.run(STYLES)
    assert "cdn.holoviz.org" not in tab.run(STYLES)

    tab = browser.open(f"{url}/panel_plot")
    before = tab.run(COLUMNS)
    tab.run(SLIDE)
    tab.wait(lambda: tab.run(COLUMNS) != before, "the plot is drawn anew")
    tab.wait(lambda: "<b>Ticks</b>: 3" in tab.run(TEXTS), "the periodic callback runs")

    tab = browser.open(f"{url}/panel_notes?a=1")
    says(tab, "opened with 1")
    tab.run(PRESS)
    says(tab, "noted first")
