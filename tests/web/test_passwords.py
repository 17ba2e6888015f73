"""Wrong passwords: nobody may try many, whatever the names, and other visitors do not wait."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.security import check_password_hash, generate_password_hash

from hybridviz.errors import TooManyFailures, WouldWait
from hybridviz.runtime.manual import ManualRuntime
from hybridviz.web.auth import basic
from hybridviz.web.auth.basic import MAX_FROM_ADDRESS, BasicIdentity
from hybridviz.web.failures import WINDOW

QUICK = "pbkdf2:sha256:1"


class Noting(ManualRuntime):
    """Notes what is kept off the hub."""

    def __init__(self) -> None:
        super().__init__()
        self.offloaded: list[Callable[..., Any]] = []

    def offload(self, call: Callable[..., Any], *args: object, **kwargs: object) -> Any:
        self.offloaded.append(call)
        return super().offload(call, *args, **kwargs)


class World:
    """The user ada, whose password is pw, and a clock."""

    def __init__(self) -> None:
        self.app = Flask("tests")
        self.now = 0.0
        self.runtime = Noting()
        hashes = {"ada": generate_password_hash("pw", QUICK)}
        self.identity = BasicIdentity(hashes, lambda: self.now, self.runtime)

    def user(self, name: str, password: str, address: str = "192.0.2.1") -> Any:
        """Return the user of a request."""
        with self.app.test_request_context(
            auth=(name, password), environ_base={"REMOTE_ADDR": address}
        ):
            return self.identity.user()


@pytest.fixture
def world() -> World:
    return World()


def test_passwords_are_checked_off_the_hub(world: World) -> None:
    for _ in range(2):  # the second time from memory
        assert world.user("ada", "pw") == "ada"
    assert world.user("ada", "no") is None
    assert world.runtime.offloaded == [check_password_hash] * 2


def test_another_name_each_time_is_no_way_to_try_many(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(basic, "check_password_hash", lambda hashed, password: False)
    for number in range(MAX_FROM_ADDRESS):
        assert world.user(f"user{number}", "no") is None
    with pytest.raises(TooManyFailures, match="wait a minute"):
        world.user("another", "no")
    assert len(world.runtime.offloaded) == MAX_FROM_ADDRESS
    assert world.user("another", "no", "192.0.2.2") is None
    world.now += WINDOW + 1
    assert world.user("another", "no") is None


def test_one_password_of_an_address_is_checked_at_a_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check(hashed: str, password: str) -> bool:
        with pytest.raises(WouldWait):  # until this one is counted
            world.user("ada", "second")
        return False

    monkeypatch.setattr(basic, "check_password_hash", check)
    assert world.user("ada", "first") is None
