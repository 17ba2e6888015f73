"""What serves old clients is made when the first of them comes, once, and at once with users."""

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from hybridviz.config import Settings
from hybridviz.legacy_rest.old_clients import OldClients
from hybridviz.web.extension import create_app


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """All that are made, each slowly, so that others come meanwhile."""
    found: list[Any] = []
    original = OldClients._make

    def make(self: OldClients) -> Any:
        time.sleep(0.02)
        found.append(original(self))
        return found[-1]

    monkeypatch.setattr(OldClients, "_make", make)
    return found


def app_of(tmp_path: Path, **more: Any) -> Any:
    return create_app(Settings(data_dir=str(tmp_path), store="memory:", **more), [])


def test_it_is_made_once_for_all_who_come_first(tmp_path: Path, made: list[Any]) -> None:
    app, count = app_of(tmp_path), 6
    assert made == []
    together, answers = threading.Barrier(count), []

    def ask() -> None:
        together.wait()
        answers.append(app.test_client().get("/bokeh/ping").data)

    threads = [threading.Thread(target=ask) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [b"pong"] * count and len(made) == 1


def test_rights_of_users_count_from_the_start(tmp_path: Path, made: list[Any]) -> None:
    app_of(tmp_path, multi_user=True)
    assert len(made) == 1


def test_without_users_nobody_logs_in(tmp_path: Path) -> None:
    answer = app_of(tmp_path).test_client().get("/bokeh/login")
    assert answer.status_code == 404 and "--multi-user" in answer.text
