"""Old documents are removed, others stay."""

import time
from typing import Any

from hybridviz.stores import open_store
from tests.web.conftest import FakeApp, Serve
from tests.web.documents.conftest import Api, sample

DAY = 24 * 3600


def idents(api: Api) -> set[str]:
    return {entry["id"] for entry in api("GET").json["documents"]}


def test_documents_that_nobody_has_changed_are_removed(serve: Serve, tmp_path: Any) -> None:
    old = open_store("sqlite:", tmp_path, 10**9, lambda: time.time() - 3 * DAY)
    old.put("old", sample())
    old.close()
    app = serve(FakeApp(), document_lifetime=2)
    api = Api(app.test_client())
    api.put("new")
    deadline = time.monotonic() + 10
    while "old" in idents(api) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert idents(api) == {"new"}


def test_one_that_is_live_stays(api: Api) -> None:
    api.put("live")
    api.put("idle")
    api.value("live", "slider", "value")
    uploads = api.client.application.extensions["hybridviz"]._uploads
    uploads.expire(time.time() + 1)
    assert idents(api) == {"live"}


def test_the_index_lists_documents(serve: Serve) -> None:
    client = serve(FakeApp(), FakeApp(route="/b"), store="memory:").test_client()
    Api(client).put("a b")
    page = client.get("/").text
    assert "A title" in page and "/?bokeh-session-id=a+b" in page.replace("%20", "+")


def test_private_documents_are_not_listed(serve: Serve) -> None:
    client = serve(FakeApp(), FakeApp(route="/b"), store="memory:", private_documents=True)
    Api(client.test_client()).put("hover")
    page = client.test_client().get("/", environ_overrides={"REMOTE_ADDR": "192.0.2.1"}).text
    assert "hover" not in page
