"""What an app's first run is used for: Bokeh's own checks of its document."""

import logging

import pytest
from bokeh.document import Document
from bokeh.models import Plot
from flask import Flask

from tests.web.conftest import CAN_UPGRADE, FakeApp, Serve


def fill(document: Document) -> None:
    document.add_root(Plot())


def open_sessions(app: Flask, count: int) -> None:
    served = app.extensions["hybridviz"].served["/app"]
    for number in range(count):
        served.registry.get_or_create(f"session{number}", served.build)


def test_what_looks_wrong_is_logged_once(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    fake = FakeApp(fill)
    app = serve(fake)
    open_sessions(app, 3)
    assert fake.runs == 3 and caplog.text.count("MISSING_RENDERERS") == 1


def test_and_again_when_the_app_has_changed(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    fake = FakeApp(fill)
    app = serve(fake, dev=True)
    client = app.test_client()
    client.get("/app", environ_overrides=CAN_UPGRADE)
    fake.changed = True
    client.get("/app", environ_overrides=CAN_UPGRADE)
    assert fake.runs == 2 and caplog.text.count("MISSING_RENDERERS") == 2


def test_bokehs_setting_turns_the_checks_off(
    serve: Serve, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOKEH_VALIDATE_DOC", "no")
    open_sessions(serve(FakeApp(fill)), 1)
    assert "MISSING_RENDERERS" not in caplog.text


def test_checks_that_fail_harm_nobody(
    serve: Serve, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Document) -> None:
        raise ValueError("boom")

    monkeypatch.setattr(Document, "validate", fail)
    with caplog.at_level(logging.ERROR):
        open_sessions(serve(FakeApp(fill)), 2)
    assert caplog.text.count("its document cannot be checked") == 1
