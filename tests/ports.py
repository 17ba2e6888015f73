"""The ports that the guides name: one test has them at a time, also with several processes."""

import fcntl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK = Path(tempfile.gettempdir()) / "hybridviz-tests-ports.lock"


@contextmanager
def guides_port() -> Iterator[int]:
    """Wait until nobody else has them; yield that of ``hybridviz serve``."""
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield 5006
