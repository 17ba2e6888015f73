"""Contests: properties that a viewer and somebody else wrote at about the same time.

A viewer's own change is not echoed to it, so when two writes cross on their way, the two ends can
be left with different values. Such a property is contested for that viewer; once it has been quiet
for a while the viewer is told its present value. Knows times and keys; no documents, no clock.
"""

from hybridviz.core.changes import Key

WINDOW = 2.0
"""Seconds within which two writes may have crossed: longer than any usable connection's delay."""
QUIET = 0.25
"""Seconds of rest after which a contested value is told; shorter and a dragged slider would be
thrown back.
"""
PRUNE_AT = 256
"""Properties remembered before those that are too old to matter are forgotten."""

Writer = object | None
"""A viewer, or None for the app itself."""


class Contests:
    """Who wrote what, and who must be told again when."""

    def __init__(self) -> None:
        self._writes: dict[Key, dict[Writer, float]] = {}
        self._settle: dict[tuple[Writer, Key], float] = {}

    def wrote(self, key: Key, writer: Writer, now: float) -> None:
        """Note a write at ``now`` (seconds) by a viewer, or by the app (None)."""
        writers = self._writes.get(key)
        if writers is None:
            self._prune(now)
            self._writes[key] = {writer: now}
            return
        writers[writer] = now
        if len(writers) > 1:
            self._contest(key, writers, now)

    def _contest(self, key: Key, writers: dict[Writer, float], now: float) -> None:
        recent = [writer for writer, time in writers.items() if now - time < WINDOW]
        if len(recent) > 1:
            for writer in recent:
                if writer is not None:
                    self._settle[writer, key] = now + QUIET

    def _prune(self, now: float) -> None:
        if len(self._writes) >= PRUNE_AT:
            self._writes = {
                key: writers
                for key, writers in self._writes.items()
                if now - max(writers.values()) < WINDOW
            }

    @property
    def next_due(self) -> float | None:
        """When the next value must be told, in seconds, or None."""
        return min(self._settle.values(), default=None)

    def take_due(self, now: float) -> list[tuple[Writer, Key]]:
        """Return and forget what must be told at ``now``.

        Telling it counts as a write by the app: a viewer's write that crosses it contests it again.
        """
        due = [pair for pair, time in self._settle.items() if time <= now]
        for viewer, key in due:
            del self._settle[viewer, key]
            self._writes.setdefault(key, {})[None] = now
        return due

    def forget(self, viewer: Writer) -> None:
        """Drop all that concerns a viewer who has gone."""
        for pair in [pair for pair in self._settle if pair[0] is viewer]:
            del self._settle[pair]
        for writers in self._writes.values():
            writers.pop(viewer, None)
