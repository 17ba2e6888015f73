"""Who has shown wrong secrets lately: a peer that tries too many must wait.

Knows no request. Called by `Access` for tokens, and where people log in.
"""

from collections import OrderedDict, deque
from collections.abc import Callable

from hybridviz.errors import TooManyFailures

MAX_FAILURES = 10
"""Wrong secrets that one peer may show within `WINDOW`."""
WINDOW = 60.0
"""Seconds."""
MAX_PEERS = 4096
"""Most peers whose failures are remembered."""


class Failures:
    """The failures of all peers.

    Args:
        clock: Unix time in seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._known: OrderedDict[str, deque[float]] = OrderedDict()

    def check(self, peer: str) -> None:
        """Check whether a peer may try once more.

        Raises:
            TooManyFailures: it has failed too often.
        """
        failures = self._known.get(peer, deque())
        while failures and failures[0] < self._clock() - WINDOW:
            failures.popleft()
        if len(failures) >= MAX_FAILURES:
            raise TooManyFailures("too many wrong tokens or passwords: wait a minute")

    def add(self, peer: str) -> None:
        """Note a failure."""
        self._known.setdefault(peer, deque()).append(self._clock())
        if len(self._known) > MAX_PEERS:
            self._known.popitem(last=False)
