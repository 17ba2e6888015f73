"""The outbox: what waits to be sent to one viewer, bounded in bytes.

Filled under the session lock, emptied by the connection's writer; neither ever waits for the other.
Over the soft limit it forgets values and remembers only which properties the viewer must be told
again; the writer asks the session for them when the viewer has caught up. Over the hard limit the
viewer is given up.
"""

from collections import deque
from collections.abc import Callable, Sequence

from hybridviz.core.changes import Change, Key
from hybridviz.core.fragments import Outgoing
from hybridviz.runtime.base import Runtime

MIB = 1024 * 1024
SOFT_LIMIT = 4 * MIB
"""Bytes that may wait before old values are dropped: some seconds of a busy app on a slow line."""
HARD_LIMIT = 64 * MIB
"""Bytes that may wait at all. Only what cannot be dropped gets here: replies, new models, messages.
"""

Entry = tuple[Outgoing, Sequence[Change]]
"""A message, and the changes that it is made of if it is a PATCH-DOC."""


class Outbox:
    """Messages for one viewer, in the order in which they must arrive.

    Args:
        runtime: gives the lock and the event.
        build: makes one PATCH-DOC of changes.
        soft: limit in bytes over which values are dropped.
        hard: limit in bytes over which `put` and `put_changes` return False.
    """

    def __init__(
        self,
        runtime: Runtime,
        build: Callable[[Sequence[Change]], Outgoing],
        soft: int = SOFT_LIMIT,
        hard: int = HARD_LIMIT,
    ) -> None:
        self._build = build
        self._soft = soft
        self._hard = hard
        self._entries: deque[Entry] = deque()
        self._stale: dict[Key, None] = {}
        self._guard = runtime.lock()
        self._ready = runtime.event()
        self.size = 0
        self.closed = False

    def put(self, message: Outgoing) -> bool:
        """Add a reply; return False if the viewer is too slow to be kept."""
        return self._append(message, ())

    def put_changes(self, changes: Sequence[Change], message: Outgoing) -> bool:
        """Add the PATCH-DOC ``message`` made of ``changes``; return False if the viewer is too
        slow.

        Changes of properties that the viewer will be told again anyway are left out.
        """
        if self._stale:
            changes, message = self._without_stale(changes, message)
        return not changes or self._append(message, changes)

    def _without_stale(
        self, changes: Sequence[Change], message: Outgoing
    ) -> tuple[Sequence[Change], Outgoing]:
        self._guard.acquire()
        needed = [c for c in changes if _must_stay(c) or c.key not in self._stale]
        self._guard.release()
        if needed and len(needed) < len(changes):
            message = self._build(needed)
        return needed, message

    def _append(self, message: Outgoing, changes: Sequence[Change]) -> bool:
        self._guard.acquire()
        self._entries.append((message, changes))
        self.size += message.size
        # A reply makes no value old: a large change that has only its OK behind it is not dropped.
        if self.size > (self._soft if changes else self._hard) and len(self._entries) > 1:
            self._squeeze()
        fits = self.size <= self._hard or len(self._entries) == 1
        self._guard.release()
        self._ready.set()
        return fits

    def _squeeze(self) -> None:
        entries, self._entries, self.size = self._entries, deque(), 0
        for message, changes in entries:
            needed = [change for change in changes if _must_stay(change)]
            self._stale.update((c.key, None) for c in changes if c.key and not _must_stay(c))
            if changes and not needed:
                continue
            if len(needed) < len(changes):
                message = self._build(needed)
            self._entries.append((message, needed))
            self.size += message.size

    @property
    def waiting(self) -> bool:
        """Whether `take` would return at once."""
        return self._ready.is_set()

    def take(self, timeout: float | None = None) -> list[Outgoing]:
        """Wait for messages and take all; an empty list means: closed, or only `stale` is left to
        be told, or nothing came in ``timeout`` seconds.
        """
        while True:
            if not self._ready.wait(timeout):
                return []
            self._guard.acquire()
            entries, self._entries, self.size = self._entries, deque(), 0
            if not self._stale and not self.closed:
                self._ready.clear()
            self._guard.release()
            if entries or self._stale or self.closed:
                return [message for message, _ in entries]

    def take_stale(self) -> list[Key]:
        """Take the properties that the viewer must be told again; with the session lock held."""
        self._guard.acquire()
        keys, self._stale = list(self._stale), {}
        self._guard.release()
        return keys

    def close(self) -> None:
        """End the waiting in `take`; what is queued may still be taken once."""
        self.closed = True
        self._ready.set()


def _must_stay(change: Change) -> bool:
    return change.defines or change.key is None
