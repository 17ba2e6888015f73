"""From URLs to stores."""

import sys
from pathlib import Path

import pytest

from hybridviz.errors import ConfigError
from hybridviz.stores import open_store
from tests.servers import free_port


def opened(url: str, directory: Path) -> None:
    open_store(url, directory, 100, lambda: 0.0).close()


def test_the_default_is_in_the_data_directory(tmp_path: Path) -> None:
    opened("sqlite:", tmp_path / "data")
    assert (tmp_path / "data" / "documents.sqlite").exists()


def test_a_path_may_be_given(tmp_path: Path) -> None:
    opened(f"sqlite://{tmp_path}/a%20b.sqlite", tmp_path)
    assert (tmp_path / "a b.sqlite").exists()


@pytest.mark.parametrize("url", ["", "x", "mysql://h/d", "sqlite://host/x", "redis:", "memory"])
def test_anything_else_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigError, match="is no store: give sqlite:"):
        opened(url, tmp_path)


def test_no_redis_server(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be used"):
        opened(f"redis://127.0.0.1:{free_port()}", tmp_path)


def test_no_redis_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "hybridviz.stores.redis", raising=False)
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(ConfigError, match="pip install"):
        opened("redis://127.0.0.1", tmp_path)
