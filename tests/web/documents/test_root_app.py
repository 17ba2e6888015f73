"""An app at ``/``, where documents would be: it is an app like others, and the server has none."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import websocket
from bokeh.util.token import get_session_id

from hybridviz.core.tokens import make_token
from tests.web.conftest import CAN_UPGRADE, FakeApp, Serve
from tests.web.documents.conftest import Api, fill, sample
from tests.web.documents.test_access import FAR, bearer
from tests.web.test_sockets import KEY, SOON, Live


@pytest.fixture
def root() -> FakeApp:
    return FakeApp(fill, "/")


@pytest.fixture
def app(serve: Serve, root: FakeApp) -> Any:
    return serve(root, store="memory:", secret_key=KEY.decode(), private_documents=True)


def page(app: Any, path: str) -> Any:
    return app.test_client().get(path, environ_overrides={**CAN_UPGRADE, **FAR})


@pytest.mark.parametrize("path", ["/", "/?bokeh-session-id=mine"])
def test_it_is_not_private_as_documents_are(app: Any, root: FakeApp, path: str) -> None:
    assert page(app, path).status_code == 200
    script = page(app, "/autoload.js?bokeh-autoload-element=x")
    assert script.status_code == 200 and '"token"' in script.text
    assert root.runs > 0


def test_its_sessions_are_changed_over_rest_by_their_tokens(app: Any, root: FakeApp) -> None:
    (token,) = re.findall(r'"token":"([^"]+)"', page(app, "/?bokeh-session-id=mine").text)
    assert get_session_id(token) == "mine"
    api = Api(app.test_client())
    title = {"title": "New"}
    assert api("PATCH", "/mine", environ=FAR, json=title).status_code == 401
    changed = api("PATCH", "/mine", environ=FAR, json=title, headers=bearer(token))
    assert changed.status_code == 204
    assert (root.runs, root.documents[0].title) == (1, "New")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("GET", "/x"),
        ("PUT", "/x"),
        ("PATCH", "/x"),
        ("DELETE", "/x"),
        ("GET", "/x/events"),
        ("GET", "/x/models"),
        ("PATCH", "/x/models/slider"),
        ("POST", "/x/models/data/data"),
    ],
)
def test_documents_are_refused_with_what_to_do(
    app: Any, root: FakeApp, method: str, path: str
) -> None:
    api = Api(app.test_client())
    refused = api(method, path, data=sample(), content_type="application/json")
    assert refused.status_code == 409 and refused.mimetype == "application/problem+json"
    assert "serve it at another route, as /ROUTE=APP" in refused.json["detail"]
    assert root.runs == 0


@pytest.mark.parametrize(("method", "path"), [("POST", "/bokeh/doc/"), ("GET", "/bokeh/ping")])
def test_so_are_those_of_old_clients(app: Any, root: FakeApp, method: str, path: str) -> None:
    refused = app.test_client().open(path, method=method, json={"title": "x"})
    assert refused.status_code == 409 and "/ROUTE=APP" in refused.json["error"]
    assert root.runs == 0


@pytest.fixture
def live(app: Any) -> Iterator[Live]:
    server = Live(app)
    yield server
    server.stop()


def test_tokens_of_documents_of_another_server_with_the_same_key_do_not_open_it(
    live: Live, root: FakeApp
) -> None:
    for opens, path in (("documents", "/ws"), ("embedded", "/ws"), ("embedded", "/bokeh/embed/ws")):
        with pytest.raises(websocket.WebSocketBadStatusException, match="403"):
            live.connect(make_token("mine", KEY, SOON, opens=opens), path)
    assert root.runs == 0
