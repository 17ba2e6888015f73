"""Who may write and read documents over REST."""

import logging
from typing import Any

import pytest

from hybridviz.core.tokens import make_token
from hybridviz.web import failures
from tests.web.conftest import CAN_UPGRADE, FakeApp, Serve
from tests.web.documents.conftest import Api

FAR = {"REMOTE_ADDR": "192.0.2.1"}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize(
    "environ", [{}, {"REMOTE_ADDR": "::1"}, {"REMOTE_ADDR": "::ffff:127.0.0.1"}]
)
def test_programs_of_this_machine_may_write(api: Api, environ: dict[str, str]) -> None:
    assert api.put("hover", environ=environ).status_code == 201


@pytest.mark.parametrize(
    ("environ", "headers"),
    [
        (FAR, {}),
        ({"REMOTE_ADDR": ""}, {}),
        ({}, {"X-Forwarded-For": "127.0.0.1"}),
        ({}, {"Forwarded": "for=127.0.0.1"}),
        ({}, {"Via": "1.1 proxy"}),
        ({}, {"Origin": "http://evil.example"}),
        ({}, {"Origin": "null"}),
        ({}, {"Sec-Fetch-Site": "cross-site"}),
        ({}, {"Sec-Fetch-Site": "same-site"}),
        ({}, {"Host": "evil.example", "Origin": "http://evil.example"}),
        ({}, {"Host": "evil.example"}),
    ],
)
def test_nobody_else_may_without_a_token(
    serve: Serve, environ: dict[str, str], headers: dict[str, str]
) -> None:
    api = Api(serve(FakeApp(), store="memory:", upload_token="right").test_client())
    refused = api.put("hover", environ=environ, headers=headers)
    assert refused.status_code == 401 and "upload token" in refused.json["detail"]
    assert refused.headers["WWW-Authenticate"] == "Bearer"
    assert api.put("hover", environ=environ, headers=headers | bearer("right")).status_code == 201


def test_a_page_of_our_own_may_write(api: Api) -> None:
    headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert api.put("hover", headers=headers).status_code == 201


@pytest.mark.parametrize("method", ["PATCH", "DELETE", "PUT"])
def test_every_write_needs_it(api: Api, method: str) -> None:
    api.put("hover")
    assert api(method, "/hover", json={}, environ=FAR).status_code == 401
    path = "/hover/models/slider" + "/data" * (method == "PUT")
    if method != "DELETE":
        assert api(method, path, json={}, environ=FAR).status_code == 401


def test_a_wrong_token_is_no_good_anywhere(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        refused = api.put("hover", headers=bearer("wrong"))
    assert refused.status_code == 401 and "no upload token is set" in refused.json["detail"]
    assert "127.0.0.1 showed a wrong upload token for /api/documents/hover" in caplog.text


def test_guessing_is_slow(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    api = Api(serve(FakeApp(), store="memory:", upload_token="right").test_client())
    statuses = [
        api.put("hover", headers=bearer("wrong")).status_code
        for _ in range(failures.MAX_FAILURES + 1)
    ]
    assert statuses == [401] * failures.MAX_FAILURES + [429]
    late = api.put("hover", headers=bearer("right"))
    assert late.status_code == 429 and late.headers["Retry-After"] == "60"
    assert api.put("hover", headers=bearer("right"), environ=FAR).status_code == 201
    monkeypatch.setattr(failures, "WINDOW", -1.0)
    assert api.put("hover", headers=bearer("right")).status_code == 200


def test_reading_is_for_all_unless_it_is_private(serve: Serve) -> None:
    app = serve(FakeApp(), store="memory:")
    api = Api(app.test_client())
    api.put("hover")
    paths = ("", "/hover", "/hover/models", "/hover/models/data/data")
    assert {api("GET", path, environ=FAR).status_code for path in paths} == {200}


def test_private_documents(serve: Serve) -> None:
    app = serve(FakeApp(), store="memory:", private_documents=True, upload_token="right")
    api = Api(app.test_client())
    api.put("hover")
    for path in ("", "/hover", "/hover/models", "/hover/events"):
        assert api("GET", path, environ=FAR).status_code == 401
    assert api("GET", "/hover", environ=FAR, headers=bearer("right")).status_code == 200
    page = app.test_client().get(
        "/?bokeh-session-id=hover", environ_overrides={**CAN_UPGRADE, **FAR}
    )
    assert page.status_code == 401


class TestAppSessions:
    """A live session of an app is its visitor's."""

    @pytest.fixture
    def app(self, serve: Serve) -> Any:
        app = serve(FakeApp(), store="memory:", secret_key="key", upload_token="right")
        overrides = {"environ_overrides": CAN_UPGRADE}
        app.test_client().get("/app?bokeh-session-id=mine", **overrides)
        return app

    @pytest.mark.parametrize(
        ("token", "status"),
        [
            ("right", 200),
            ("wrong", 401),
            (make_token("mine", b"key", 2e10), 200),
            (make_token("other", b"key", 2e10), 401),
            (make_token("mine", b"forged", 2e10), 401),
            ("", 401),
        ],
    )
    def test_it_needs_its_own_token(self, app: Any, token: str, status: int) -> None:
        headers = bearer(token) if token else {}
        api = Api(app.test_client())
        assert api("GET", "/mine", environ=FAR, headers=headers).status_code == status
        title = {"title": "x"}
        changed = api("PATCH", "/mine", environ=FAR, headers=headers, json=title)
        assert changed.status_code == (204 if status == 200 else status)
