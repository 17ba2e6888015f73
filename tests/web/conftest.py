"""Servers for tests of the Flask side: apps made of functions, asked by Flask's test client."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from bokeh.document import Document
from flask import Flask

from hybridviz.appload.app import App
from hybridviz.appload.hooks import NO_HOOKS
from hybridviz.config import Settings
from hybridviz.errors import AppLoadError
from hybridviz.web.extension import create_app

CAN_UPGRADE = {"werkzeug.socket": object()}
"""What tells a page that the server can do websockets; the test client cannot."""


class FakeApp(App):
    """An app that counts its runs.

    Args:
        fill: fills the document.
        route: URL path.
    """

    route = ""
    metadata: Any = None
    hooks: Any = NO_HOOKS

    def __init__(self, fill: Callable[[Document], object] = id, route: str = "/app") -> None:
        self.fill = fill
        self.route = route
        self.runs = 0
        self.changed = False
        self.documents: list[Document] = []

    def run(self, document: Document) -> None:
        self.runs += 1
        self.documents.append(document)
        self.fill(document)

    def refresh(self) -> bool:
        changed, self.changed = self.changed, False
        return changed


def broken(document: Document) -> None:
    """Fail as an app does whose third line divides by zero."""
    raise AppLoadError("/app", "ZeroDivisionError: boom", "/apps/app.py", 3, "the traceback")


class Serve(Protocol):
    """The type of the fixture ``serve``."""

    def __call__(self, *apps: FakeApp, **settings: Any) -> Flask: ...


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Make servers; each is closed after the test."""
    made: list[Flask] = []

    def make(*apps: FakeApp, **settings: Any) -> Flask:
        settings.setdefault("data_dir", str(tmp_path))
        made.append(create_app(Settings(**settings), apps))
        return made[-1]

    yield make
    for app in made:
        app.extensions["hybridviz"].close()
