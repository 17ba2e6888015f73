"""Bad input of old clients: the status they understand, a line in the log, nothing changed."""

import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from hybridviz.errors import PropertyRefused
from hybridviz.legacy_rest.kinds import check_kinds
from tests.client.conftest import until
from tests.legacy_rest.conftest import ref, spec
from tests.legacy_rest.test_routes import Old
from tests.servers import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server("serve", [], tmp_path_factory.mktemp("bad"))
    yield server
    server.kill()


@pytest.fixture
def old(server: Server) -> Old:
    old = Old(server)
    old.show()
    return old


@pytest.mark.parametrize(
    "specs",
    [
        [spec("Plot", "slider", title="x")],
        [spec("Range1d", "new", start=0), spec("DataRange1d", "new")],
        [spec("Slider", "slider", value=9), spec("Plot", "plot", plot_width="wide")],
        [spec("Slider", "slider", start=[])],
        [spec("Plot", "plot", renderers={"a": 1})],
        [spec("Plot", "plot", x_range="x")],
        [spec("Plot", "plot", responsive=1)],
        [spec("Slider", "slider", value="\ud800")],
        [{**spec("Slider", "slider"), "subtype": 7}],
        [{"type": {}, "id": "a", "attributes": {}}],
        [spec("Div", "deep", text=json.loads("[" * 300 + "]" * 300))],
        [spec("Slider", "slider", value=9), None],
    ],
)
def test_what_cannot_be_taken_is_refused_whole(old: Old, server: Server, specs: Any) -> None:
    before, seen = old.models(), server.log.count("WARNING")
    reply = old("POST", f"/bokeh/bb/{old.id}/bulkupsert", specs)
    assert (reply.status_code, list(reply.json())) == (422, ["error"])
    assert old.models() == before
    until(lambda: server.log.count("WARNING") > seen)


@pytest.mark.parametrize(
    "specs",
    [
        [spec("Plot", "bare", title="without ToolEvents", tools=[], renderers=[])],
        [spec("Slider", "slider", callback=ref("CustomJS", "nothing"))],
        [spec("Plot", "plot", renderers=[ref("GlyphRenderer", "nothing")])],
        [
            spec("VBox", "a", children=[ref("VBox", "b")]),
            spec("VBox", "b", children=[ref("VBox", "a")]),
        ],
        [spec("HBox", "me", children=[ref("HBox", "me")])],
        [spec("Hologram", "h", plot_width="wide"), spec("Slider", "slider", glow=7)],
        [spec("Range1d", "x", start="NaN", end=None)],
    ],
)
def test_what_is_odd_is_kept_and_poisons_nothing(old: Old, specs: Any) -> None:
    children = [ref(specs[0]["type"], specs[0]["id"])]
    context = spec("PlotContext", old.context, children=children)
    assert old.push(*specs, context).status_code == 200
    kept = {model["id"]: model for model in old.models()}
    for sent in specs:
        if sent["id"] in kept:
            assert sent["attributes"].items() <= kept[sent["id"]]["attributes"].items()
    assert old("GET", f"/bokeh/doc/{old.id}/{old.context}").status_code == 200
    assert old("POST", f"/bokeh/bb/{old.id}/gc").status_code == 200


def test_ten_thousand_models(old: Old) -> None:
    count = 10_000
    ranges = [spec("Range1d", f"r{number}", start=number) for number in range(count)]
    box = spec("VBox", "box", children=[ref("Range1d", f"r{number}") for number in range(count)])
    context = spec("PlotContext", old.context, children=[ref("VBox", "box")])
    assert old.push(*ranges, box, context).status_code == 200
    assert len(old.models()) == count + 2
    assert old("PUT", f"/bokeh/bb/{old.id}/Range1d/r7/", {"start": -1}).status_code == 200
    assert old.model("r7")["start"] == -1
    page = old("GET", f"/bokeh/doc/{old.id}/{old.context}")
    assert (page.status_code, '"token"' in page.text) == (200, True)


@pytest.mark.parametrize("path", ["bb/{id}/bulkupsert", "bb/{id}/Slider/slider/", "doc/"])
def test_half_an_upload_changes_nothing(old: Old, server: Server, path: str) -> None:
    before, listed = old.models(), old("GET", "/bokeh/userinfo/").json()
    body = json.dumps([spec("Slider", "slider", value=9)]).encode()
    method = "PUT" if "Slider" in path else "POST"
    url = path.format(id=old.id)
    head = (
        f"{method} /bokeh/{url} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    seen = server.log.count("did not arrive whole")
    with socket.create_connection(("127.0.0.1", server.port)) as cut:
        cut.sendall(head.encode() + body[:20])
    until(lambda: server.log.count("did not arrive whole") > seen)
    assert old.models() == before
    assert old("GET", "/bokeh/userinfo/").json() == listed
    assert "Traceback" not in server.log


@pytest.mark.parametrize(
    ("name", "value", "refused"),
    [
        ("plot_width", 600, False),
        ("plot_width", 600.5, False),
        ("plot_width", "NaN", False),
        ("plot_width", None, False),
        ("plot_width", "600", True),
        ("plot_width", True, True),
        ("responsive", True, False),
        ("responsive", "yes", True),
        ("tools", "anything", False),
        ("above", [], False),
        ("above", {}, True),
        ("x_range", ref("Range1d", "x"), False),
        ("x_range", {"type": "Range1d"}, True),
        ("glow", object(), False),
    ],
)
def test_kinds_of_attributes(name: str, value: Any, refused: bool) -> None:
    model = spec("Plot", "p", **{name: value})
    if refused:
        with pytest.raises(PropertyRefused, match=f"^{name} of p: it must be "):
            check_kinds(model)
    else:
        check_kinds(model)
    check_kinds({**model, "type": "Hologram"})
