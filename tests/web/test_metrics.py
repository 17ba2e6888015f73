"""What ``/metrics`` tells, and that it tells nothing unless it is asked to."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from bokeh.document import Document
from bokeh.models import Slider
from flask import Flask
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_families
from prometheus_client.parser import text_string_to_metric_families

from hybridviz import HybridViz, Settings
from hybridviz.errors import ConfigError
from hybridviz.runtime.stages import STAGES
from hybridviz.testing import VizClient
from hybridviz.web.metrics import COUNTERS, GAUGES

ROOT = Path(__file__).parent.parent.parent
DOCS = (ROOT / "docs" / "performance.md").read_text()
ON = Settings(secret_key="key", store="memory:", metrics=True)

Numbers = dict[tuple[str, ...], float]
"""By the metric's name without the prefix, and the values of its labels."""


def app(document: Document) -> None:
    """A slider that moves another; it cannot be moved to 7."""
    slider, other = (Slider(name=name, start=0, end=9, value=0) for name in ("slider", "other"))

    def moved(attr: str, old: int, new: int) -> None:
        if new == 7:
            raise ValueError("not 7")
        other.value = new

    slider.on_change("value", moved)
    document.add_root(slider)
    document.add_root(other)


def read(text: str) -> Numbers:
    return {
        (sample.name.removeprefix("hybridviz_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def ask(client: VizClient, path: str = "/metrics") -> Numbers:
    response = client.http.get(path)
    assert response.status_code == 200
    return read(response.text)


def grown(client: VizClient, before: Numbers) -> Numbers:
    """Return by how much the numbers are higher than before."""
    return {key: value - before.get(key, 0) for key, value in ask(client).items()}


@pytest.fixture
def client() -> Iterator[VizClient]:
    with VizClient({"/app": app}, settings=ON) as client:
        yield client


def test_it_is_off_by_default() -> None:
    with VizClient({"/app": app}) as client:
        assert client.http.get("/metrics").status_code == 404


def test_what_is_off_is_not_even_imported(tmp_path: Path) -> None:
    code = "import sys, hybridviz.wsgi; print('prometheus_client' in sys.modules)"
    for switch, imported in (("0", "False"), ("1", "True")):
        environment = {"HYBRIDVIZ_DATA_DIR": str(tmp_path), "HYBRIDVIZ_METRICS": switch}
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | environment,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == imported


def test_all_that_there_is_is_documented(client: VizClient) -> None:
    names = [f"hybridviz_{name}_total" for name in COUNTERS]
    names += [f"hybridviz_{name}" for name in GAUGES]
    table = [name for row in re.findall(r"^\| (`.*?) \|", DOCS, re.M) for name in row.split(", ")]
    assert sorted(names) == sorted(n.strip("`") for n in table if n.startswith("`hybridviz_"))
    assert [stage for stage in STAGES if f"| `{stage}` |" not in DOCS] == []
    text = client.http.get("/metrics").text
    assert [name for name in names if f"# TYPE {name} " not in text] == []
    assert {key[1] for key in read(text) if key[0] == "stage_passes_total"} == STAGES.keys()


def test_prometheus_may_ask_for_its_newer_format(client: VizClient) -> None:
    header = {"Accept": "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"}
    response = client.http.get("/metrics", headers=header)
    assert response.content_type.startswith("application/openmetrics-text")
    assert "hybridviz_stage_seconds" in {family.name for family in open_families(response.text)}


def test_an_event_passes_the_stages(client: VizClient) -> None:
    page = client.open("/app")
    before = ask(client)
    page.set("slider", value=3)
    more = grown(client, before)
    passes = {stage: more["stage_passes_total", stage] for stage in STAGES}
    # What the callback has changed and the OK leave as one.
    exact = {"accept": 0, "decode": 1, "callback": 1, "encode": 1, "send": 1}
    assert passes == exact | {"lock_wait": passes["lock_wait"]} and passes["lock_wait"] >= 1
    for stage, count in exact.items():
        assert (more["stage_seconds_total", stage] > 0) is (count > 0)
    assert page["other"].value == 3


def test_sessions_and_connections_come_and_go(client: VizClient) -> None:
    before = ask(client)
    page = client.open("/app")
    more = grown(client, before)
    assert more["stage_passes_total", "accept"] == more["sessions_made_total", "/app"] == 1
    assert more["sessions", "/app"] == more["connections", "/app"] == 1
    page.close()
    client.settle()
    more = grown(client, before)
    assert more["sessions", "/app"] == 1 and more["connections", "/app"] == 0
    client.advance(ON.unused_session_lifetime + 1)
    more = grown(client, before)
    assert more["sessions", "/app"] == 0 and more["sessions_made_total", "/app"] == 1


def test_a_callback_that_fails_is_counted(client: VizClient) -> None:
    client.raise_errors = False
    page = client.open("/app")
    assert ask(client)["callback_failures_total", "/app"] == 0
    page.set("slider", value=7)
    page.set("slider", value=8)
    assert ask(client)["callback_failures_total", "/app"] == 1


HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Origin": "http://localhost",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "x",
}


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Sec-WebSocket-Version": "8"}, "ProtocolError"),
        ({"Origin": "http://evil.com"}, "OriginRefused"),
        ({}, "SubprotocolRefused"),
        ({"Sec-WebSocket-Protocol": "bokeh, x"}, "TokenRefused"),
    ],
)
def test_a_websocket_that_is_refused_is_counted(
    client: VizClient, headers: dict[str, str], reason: str
) -> None:
    for _ in range(2):
        assert client.http.get("/app/ws", headers=HANDSHAKE | headers).status_code >= 400
    refused = {key: n for key, n in ask(client).items() if key[0] == "websockets_refused_total"}
    assert refused == {("websockets_refused_total", reason): 2}


def test_each_server_tells_of_its_own_apps(client: VizClient) -> None:
    with VizClient({"/other": app}, settings=ON) as other:
        other.open("/other")
        assert ask(other)["sessions", "/other"] == 1
        assert ("sessions", "/app") not in ask(other)
        assert ("sessions", "/other") not in ask(client)


def test_an_application_keeps_its_own_metrics() -> None:
    settings = {"HYBRIDVIZ_SECRET_KEY": "key", "HYBRIDVIZ_STORE": "memory:"}
    for more in ({}, {"HYBRIDVIZ_METRICS": True, "HYBRIDVIZ_PREFIX": "/live"}):
        flask = Flask("shop")
        flask.config.update(settings | more)
        viz = HybridViz(flask, apps={"/app": app})
        flask.add_url_rule("/metrics", "own", lambda: "my own")
        assert flask.test_client().get("/metrics").text == "my own"
        inside = flask.test_client().get("/live/metrics")
        assert ("hybridviz_sessions" in inside.text) is bool(more)
        viz.close()


def test_the_directory_for_several_workers_must_be_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path / "none"))
    with pytest.raises(ConfigError, match="PROMETHEUS_MULTIPROC_DIR: there is no directory .*none"):
        VizClient({"/app": app}, settings=ON)


TWO_SERVERS = """
from hybridviz.testing import VizClient
from tests.web.test_metrics import ON, app, ask

clients = [VizClient({"/app": app}, settings=ON) for _ in range(2)]
pages = [client.open("/app") for client in clients]
for client in clients:
    ask(client)
pages[0].close()
clients[0].settle()
for client in clients:
    found = ask(client)
    print(found["sessions_made_total", "/app"], found["connections", "/app"],
          found["stage_passes_total", "accept"])
"""


def test_two_servers_of_one_worker_write_into_the_same_files(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", TWO_SERVERS],
        cwd=ROOT,
        env=os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == ["2.0 1.0 2.0"] * 2
