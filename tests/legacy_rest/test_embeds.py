"""The websocket for pages of other sites: what opens it, as no origin is checked there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.interop.wire import Wire
from tests.legacy_rest.test_routes import Old
from tests.servers import Server

SLIDER = Path(__file__).parent.parent / "interop" / "apps" / "slider.py"
ELSEWHERE: dict[str, str | None] = {"Origin": "http://blog.example"}
SOCKET = "/bokeh/embed/ws"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server("serve", [SLIDER], tmp_path_factory.mktemp("embeds"))
    yield server
    server.kill()


@pytest.fixture
def old(server: Server) -> Old:
    old = Old(server)
    old.show()
    return old


def token_in(answer: requests.Response) -> str:
    found = re.search(r'"token":"([^"]+)"', answer.text)
    assert found, f"{answer.status_code} {answer.text[:300]}"
    return found[1]


@pytest.mark.parametrize(
    "path",
    [
        "/autoload.js?bokeh-autoload-element=x&bokeh-session-id={id}",
        "/slider/autoload.js?bokeh-autoload-element=x&bokeh-session-id={id}",
        "/?bokeh-session-id={id}",
    ],
)
def test_tokens_that_anybody_is_given_do_not(server: Server, old: Old, path: str) -> None:
    token = token_in(old("GET", path.format(id=old.id)))  # a <script> shows no origin either
    with Wire(server.url, token, ELSEWHERE, SOCKET) as wire:
        closed = wire.close_frame()
    assert (closed.code, "/bokeh/embed.js" in closed.reason) == (1008, True)


def test_the_token_for_who_has_a_key_does_and_opens_nothing_else(server: Server, old: Old) -> None:
    key = old("GET", f"/bokeh/getdocapikey/{old.id}").json()["apikey"]
    script = f"/bokeh/embed.js/{old.id}/{old.context}?element=x"
    token = token_in(old("GET", script, headers={"BOKEH-API-KEY": key}))
    with Wire(server.url, token, ELSEWHERE, SOCKET) as wire:
        assert "slider" in wire.pull()
    with Wire(server.url, token, path="/ws") as wire:
        assert wire.close_frame().code == 1008
