"""What a server has loaded once it has served an app of today: nothing that only others need."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hybridviz.client import pull_session
from tests.servers import Server

APP = """
import gc, json, sys
from bokeh.io import curdoc
from bokeh.models import Slider
from bokeh.plotting import figure

figure().line([1, 2], [3, 4])
curdoc().add_root(Slider(start=0, end=1, value=0))
signature = type(Slider.__init__.__signature__).__name__
curdoc().title = json.dumps([sorted(sys.modules), signature, gc.isenabled(), gc.get_freeze_count()])
"""
LATER = {
    # of ours: old clients, old scripts, logins, the client, notebooks, tests
    "hybridviz.compat.models",
    "hybridviz.compat.names",
    "hybridviz.client.session",
    "hybridviz.legacy_rest.live",
    "hybridviz.legacy_rest.old_server",
    "hybridviz.legacy_rest.translation",
    "hybridviz.notebook",
    "hybridviz.stores.redis",
    "hybridviz.testing",
    "hybridviz.web.auth.basic",
    "hybridviz.web.auth.gate",
    "hybridviz.web.auth.module",
    # of others
    "IPython",
    "bokeh.client",
    "bokeh.sampledata",
    "bokeh.server",
    "flask_sock",
    "h11",
    "pandas",
    "prometheus_client",
    "redis",
    "requests",
    "simple_websocket",
    "tomllib",
    "tornado",
    "unittest",
    "watchfiles",
    "wsproto",
    "xml",
}
HANDSHAKE = {"h11", "simple_websocket", "wsproto"}
"""What makes the handshake where gevent-websocket does not."""


@pytest.fixture(params=["serve", "gunicorn-gevent", "gunicorn-gthread"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def server(kind: str, tmp_path: Path) -> Iterator[Server]:
    app = tmp_path / "app.py"
    app.write_text(APP)
    server = Server(kind, [app], tmp_path)
    yield server
    server.kill()


def seen(server: Server) -> Any:
    """Return what the app sees in its second session: the first has had its document by then."""
    for _ in range(2):
        session = pull_session(url=f"{server.url}/app")
        title = session.document.title
        session.close()
    return json.loads(title)


def test_only_what_apps_of_today_need_is_loaded(server: Server, kind: str) -> None:
    modules, signature, collects, frozen = seen(server)
    later = LATER - HANDSHAKE if kind == "gunicorn-gthread" else LATER
    assert later & set(modules) == set()
    assert signature == "LaterSignature"
    assert collects and (frozen > 100_000) is (kind == "serve")
