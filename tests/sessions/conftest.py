"""Every test of sessions leaves nothing that runs."""

from collections.abc import Iterator

import pytest

from tests.sessions.world import World


@pytest.fixture(autouse=True)
def closed_worlds() -> Iterator[None]:
    yield
    World.close_all()
