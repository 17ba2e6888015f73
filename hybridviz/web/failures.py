"""How often somebody has shown a wrong token or password lately: nobody shall try them all."""

from collections import OrderedDict, deque
from collections.abc import Callable, Hashable

from hybridviz.errors import TooManyFailures

MAX_FAILURES = 10
"""Failures of one peer within `WINDOW`, if nothing else is said."""
WINDOW = 60.0
"""Seconds."""
MAX_PEERS = 4096
"""Most peers whose failures are remembered."""


class Failures:
    """The failures of each peer.

    Args:
        clock: seconds.
        what: what is shown wrongly, for the refusal.
        limit: failures of one peer within `WINDOW` after which it must wait.
    """

    def __init__(self, clock: Callable[[], float], what: str, limit: int = MAX_FAILURES) -> None:
        self._clock = clock
        self._what = what
        self._limit = limit
        self._found: OrderedDict[Hashable, deque[float]] = OrderedDict()

    def check(self, peer: Hashable) -> None:
        """Check whether a peer may try again.

        Raises:
            TooManyFailures: it must wait.
        """
        times = self._found.get(peer, deque())
        while times and times[0] < self._clock() - WINDOW:
            times.popleft()
        if len(times) >= self._limit:
            raise TooManyFailures(f"too many wrong {self._what}: wait a minute")

    def note(self, peer: Hashable) -> None:
        """Remember a failure."""
        self._found.setdefault(peer, deque()).append(self._clock())
        if len(self._found) > MAX_PEERS:
            self._found.popitem(last=False)
