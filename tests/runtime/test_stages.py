"""Sums that threads add to without a lock lose nothing."""

import sys
import threading
from collections.abc import Iterator

import pytest

from hybridviz.runtime.stages import Stage, Tally

THREADS, TURNS = 4, 20_000


@pytest.fixture
def hectic() -> Iterator[None]:
    """Let threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hectic")
def test_threads_lose_nothing() -> None:
    stage, tally = Stage(), Tally()

    def work() -> None:
        for turn in range(TURNS):
            stage.add(0.5, 2)
            tally.add(str(turn % 50))

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (stage.count, stage.seconds) == (2 * THREADS * TURNS, 0.5 * THREADS * TURNS)
    assert sum(tally.counts.values()) == THREADS * TURNS and len(tally.counts) == 50
