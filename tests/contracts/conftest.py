"""The runtime of this process, for suites that hold whatever it is: threads, or greenlets where
`test_runtime` runs them in a process that is monkey-patched.
"""

import os
from collections.abc import Iterator

import pytest

from hybridviz.runtime import choose_runtime
from hybridviz.runtime.base import Runtime

GREENLETS = "HYBRIDVIZ_TEST_GREENLETS"
"""Set in the environment of a process that is monkey-patched."""


@pytest.fixture
def runtime() -> Iterator[Runtime]:
    runtime = choose_runtime()
    assert runtime.name == ("greenlets" if GREENLETS in os.environ else "threads")
    yield runtime
    runtime.close()
