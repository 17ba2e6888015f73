"""The data directory and the signing key in it."""

import os
import stat
from pathlib import Path
from threading import Barrier, Thread

import pytest

from hybridviz.data_directory import DataDirectory, new_key
from hybridviz.errors import ConfigError


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_is_made_for_its_owner_only(tmp_path: Path) -> None:
    directory = DataDirectory(tmp_path / "deep" / "data")
    assert mode(directory.path) == 0o700
    assert (directory.path / ".gitignore").read_text() == "*\n"


def test_one_that_exists_is_kept_as_it_is(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("mine\n")
    tmp_path.chmod(0o755)
    DataDirectory(tmp_path)
    assert mode(tmp_path) == 0o755
    assert (tmp_path / ".gitignore").read_text() == "mine\n"


def test_the_key_is_made_once(tmp_path: Path) -> None:
    key = DataDirectory(tmp_path).secret_key()
    assert len(key) >= 43
    assert DataDirectory(tmp_path).secret_key() == key
    assert mode(tmp_path / "secret_key") == 0o600
    assert sorted(os.listdir(tmp_path)) == [".gitignore", "secret_key"]


def test_two_that_start_at_once_get_the_same_key(tmp_path: Path) -> None:
    both_found_none = Barrier(2)

    def make_key() -> str:
        both_found_none.wait(10)
        return new_key()

    keys: list[str] = []
    starts = [
        Thread(target=lambda: keys.append(DataDirectory(tmp_path, make_key).secret_key()))
        for _ in range(2)
    ]
    for start in starts:
        start.start()
    for start in starts:
        start.join(10)
    assert len(keys) == 2
    assert keys[0] == keys[1] == (tmp_path / "secret_key").read_text().strip()
    assert sorted(os.listdir(tmp_path)) == [".gitignore", "secret_key"]


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    directory = DataDirectory(tmp_path)
    directory.secret_key()
    file = tmp_path / "secret_key"
    file.chmod(0o640)
    with pytest.raises(ConfigError, match=rf"mode 0640.*chmod 600 {file}"):
        directory.secret_key()


def test_an_empty_key_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "secret_key"
    file.touch(0o600)
    with pytest.raises(ConfigError, match="is empty: delete it"):
        DataDirectory(tmp_path).secret_key()


def test_a_key_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret_key").mkdir()
    with pytest.raises(ConfigError, match="HYBRIDVIZ_SECRET_KEY"):
        DataDirectory(tmp_path).secret_key()


def test_a_key_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "secret_key"
    file.touch(0o600)
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="is not text: delete it"):
        DataDirectory(tmp_path).secret_key()


def test_a_file_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(ConfigError, match="--data-dir"):
        DataDirectory(tmp_path / "data")
