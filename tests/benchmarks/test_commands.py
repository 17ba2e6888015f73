"""Every command of benchmarks/ finds what it needs."""

from importlib import import_module

import pytest

COMMANDS = ["__main__", "agree", "interactions", "load", "old_server", "profile"]


@pytest.mark.parametrize("name", COMMANDS)
def test_command_can_start(name: str) -> None:
    assert callable(import_module(f"benchmarks.{name}").main)
