"""Private documents: no page, script or token of something else opens one."""

import re
from collections.abc import Callable, Iterator

import pytest
import requests
import websocket
from bokeh.util.token import generate_jwt_token

from hybridviz.core.tokens import make_token
from tests.interop.wire import TIMEOUT
from tests.web.conftest import FakeApp, Serve
from tests.web.documents.conftest import Api
from tests.web.test_sockets import KEY, SOON, Live, pull

STRANGER = {"X-Forwarded-For": "192.0.2.1"}
OWNER = STRANGER | {"Authorization": "Bearer right"}
LET_IN = 101
SCRIPT = "autoload.js?bokeh-autoload-element=x"


@pytest.fixture
def live(serve: Serve) -> Iterator[Live]:
    """A server with an app and a private document, hover."""
    app = serve(
        FakeApp(),
        FakeApp(route="/other"),
        store="memory:",
        secret_key=KEY.decode(),
        private_documents=True,
        upload_token="right",
    )
    Api(app.test_client()).put("hover")
    server = Live(app)
    yield server
    server.stop()


def get(live: Live, path: str, headers: dict[str, str]) -> requests.Response:
    return requests.get(f"http://{live.host}{path}", headers=headers, timeout=TIMEOUT)


def token_in(answer: requests.Response) -> str:
    assert answer.status_code == 200, answer.text
    return re.findall(r'"token":"([^"]+)"', answer.text)[0]


def handshake(live: Live, token: str, path: str, headers: dict[str, str]) -> int:
    """Return the status by which a websocket is let in or refused."""
    try:
        live.connect(token, path, header=[f"{name}: {text}" for name, text in headers.items()])
    except websocket.WebSocketBadStatusException as refused:
        return int(refused.status_code)
    return LET_IN


@pytest.mark.parametrize("path", ["/app?a=1", f"/app/{SCRIPT}"])
def test_a_token_of_an_apps_page_opens_that_app_alone(live: Live, path: str) -> None:
    token = token_in(get(live, f"{path}&bokeh-session-id=hover", STRANGER))
    assert handshake(live, token, "/ws", STRANGER) == 403
    assert handshake(live, token, "/ws", OWNER) == 403
    assert handshake(live, token, "/other/ws", STRANGER) == 403
    assert handshake(live, token, "/app/ws", STRANGER) == LET_IN


@pytest.mark.parametrize("more", ["&bokeh-session-id=hover", ""])
def test_the_script_is_for_who_may_read(live: Live, more: str) -> None:
    refused = get(live, f"/{SCRIPT}{more}", STRANGER)
    assert refused.status_code == 401
    assert "upload token" in refused.text and '"token"' not in refused.text
    assert token_in(get(live, f"/{SCRIPT}{more}", OWNER))


@pytest.mark.parametrize(
    "make",
    [
        lambda: make_token("hover", KEY, SOON),
        lambda: generate_jwt_token("hover", secret_key=KEY, signed=True),
        lambda: make_token("hover", KEY, SOON, {"hybridviz-opens": "documents"}),
    ],
)
def test_a_token_of_a_program_opens_apps_and_what_the_program_may_read(
    live: Live, make: Callable[[], str]
) -> None:
    assert handshake(live, make(), "/app/ws", STRANGER) == LET_IN
    assert handshake(live, make(), "/ws", STRANGER) == 401
    assert handshake(live, make(), "/ws", OWNER) == LET_IN
    assert handshake(live, make(), "/ws", {}) == LET_IN  # on this machine


def test_without_a_signature_a_token_opens_nothing_by_what_it_says(live: Live) -> None:
    body = make_token("hover", KEY, SOON, opens="documents").partition(".")[0]
    assert handshake(live, body, "/ws", STRANGER) == 403
    assert handshake(live, body, "/ws", {}) == LET_IN


def test_the_page_of_who_may_read_opens_the_document(live: Live) -> None:
    path = "/?bokeh-session-id=hover"
    assert get(live, path, STRANGER).status_code == 401
    token = token_in(get(live, path, OWNER))
    stranger = [f"{name}: {text}" for name, text in STRANGER.items()]
    assert pull(live.connect(token, "/ws", header=stranger))["title"] == "A title"
