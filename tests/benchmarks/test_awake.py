"""Processors are kept awake while the benchmark measures, where that is allowed."""

from pathlib import Path

import pytest

from benchmarks import awake


@pytest.fixture
def device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file in the place of the device."""
    monkeypatch.setattr(awake, "DEVICE", tmp_path / "device")
    return awake.DEVICE


def test_they_may_take_no_time_to_wake_up(device: Path) -> None:
    device.touch()
    with awake.awake():
        assert awake.can_keep_awake() and device.read_bytes() == bytes(4)


def test_where_it_is_not_allowed_they_sleep(device: Path) -> None:
    with awake.awake():
        assert not awake.can_keep_awake() and not device.exists()
