"""What the stages of the way of a message cost: how often each was passed, and the seconds in it.

Sums of this process, kept by the code that does the work, whoever reads them: ``web.metrics`` does
when it is on. Seconds are those of a clock on the wall, waiting included: under greenlets also the
time in which others ran.
"""


class Stage:
    """One stage.

    Attributes:
        count: how often it was passed.
        seconds: that it has taken, all together.
    """

    __slots__ = ("count", "seconds")

    def __init__(self) -> None:
        self.count = 0
        self.seconds = 0.0

    def add(self, seconds: float, count: int = 1) -> None:
        """Note that it was passed ``count`` times; with 0, that it goes on.

        Needs no lock: CPython 3.11 and 3.12 switch threads only at calls and backward jumps, and
        there is neither in here.
        """
        self.count += count
        self.seconds += seconds


class Tally:
    """How often something has happened, by a name. Needs no lock for the same reason.

    Attributes:
        counts: by the names.
    """

    __slots__ = ("counts",)

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}

    def add(self, name: str, count: int = 1) -> None:
        """Note that it has happened ``count`` times more."""
        counts = self.counts
        if name not in counts:
            counts[name] = 0
        counts[name] += count


ACCEPT = Stage()
"""From a websocket's request until its session is there, made if need be."""
DECODE = Stage()
"""A client's message, from its fragments to a command; those of a few bytes are not timed."""
LOCK_WAIT = Stage()
"""The waiting for a session's lock that somebody else holds; all entries are counted."""
CALLBACK = Stage()
"""A callback of an app with all that it calls, until it, or its coroutine, has returned."""
ENCODE = Stage()
"""A change of a document, once for all viewers, or a whole document."""
SEND = Stage()
"""One write to a websocket: messages that are small and come together are one."""

STAGES = {
    "accept": ACCEPT,
    "decode": DECODE,
    "lock_wait": LOCK_WAIT,
    "callback": CALLBACK,
    "encode": ENCODE,
    "send": SEND,
}

TRAFFIC = Tally()
"""Bytes of websockets, frames and all, ``received`` and ``sent``."""
