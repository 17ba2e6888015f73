"""The audience of a session: its viewers, and what they must be told.

A change is encoded once, when it fires, and lies here until the lock is released; then all changes
of the locked section leave as one PATCH-DOC for every viewer but the one that made them. All
methods but `join` want the session lock held.
"""

import itertools
import logging
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import Any

from bokeh.document import Document
from bokeh.document.events import DocumentPatchedEvent

from hybridviz.core.changes import (
    Change,
    Key,
    dump,
    encode_change,
    key_of,
    patch_message,
    present_value,
)
from hybridviz.core.fragments import Outgoing, Payload
from hybridviz.core.messages import MessageWriter
from hybridviz.runtime.base import Runtime
from hybridviz.runtime.stages import ENCODE
from hybridviz.sessions.contests import QUIET, Contests
from hybridviz.sessions.outbox import Outbox
from hybridviz.sessions.viewer import Viewer

log = logging.getLogger("hybridviz.sessions")


class Audience:
    """Viewers of one document.

    Args:
        runtime: the clock.
        settle_later: asks for a call of `settle`, with the lock held, after so many seconds.
    """

    def __init__(self, runtime: Runtime, settle_later: Callable[[float], None]) -> None:
        ids = itertools.count(1)
        self.writer = MessageWriter(lambda: f"h{next(ids)}")
        self.viewers: list[Viewer] = []
        self._runtime = runtime
        self._settle_later = settle_later
        self._settling = False
        self._contests = Contests()
        self._pending: list[Change] = []

    def outbox(self) -> Outbox:
        """Make an outbox for a new viewer."""
        return Outbox(self._runtime, lambda changes: patch_message(changes, self.writer))

    def leave(self, viewer: Viewer) -> None:
        """Forget a viewer whose connection is over."""
        if viewer in self.viewers:
            self.viewers.remove(viewer)
        self._contests.forget(viewer)

    def changed(
        self, event: DocumentPatchedEvent, origin: object | None, held: bool = False
    ) -> None:
        """Note a change.

        Args:
            event: the change.
            origin: the viewer that made it; None if the app did.
            held: whether it may bring models that only the origin knows, because they came under a
                hold.
        """
        key = key_of(event)
        if key is not None and origin is None:
            self.wrote(key, None)
        if any(viewer.synced and viewer is not origin for viewer in self.viewers):
            began = perf_counter()
            change = encode_change(event, key, self.writer.new_id, origin)
            ENCODE.add(perf_counter() - began)
            self._pending.append(change)
        elif held:
            encode_change(event, key, self.writer.new_id)  # its models count as known

    def wrote(self, key: Key, writer: object | None) -> None:
        """Note a write of a property; if it may have crossed another, the viewers concerned are
        told again.
        """
        self._contests.wrote(key, writer, self._runtime.now())
        if not self._settling and self._contests.next_due is not None:
            self._settling = True
            self._settle_later(QUIET)

    def settle(self, document: Document) -> None:
        """Tell the present value of properties that were contested and have come to rest."""
        now = self._runtime.now()
        for viewer, key in self._contests.take_due(now):
            if isinstance(viewer, Viewer) and viewer.synced:
                self._tell(document, viewer, [key])
        due = self._contests.next_due
        self._settling = due is not None
        if due is not None:
            self._settle_later(due - now)

    def tell_stale(self, document: Document, viewer: Viewer) -> None:
        """Tell a viewer that has caught up the properties of which changes were left out."""
        self._tell(document, viewer, viewer.outbox.take_stale())

    def _tell(self, document: Document, viewer: Viewer, keys: list[Key]) -> None:
        self.flush()
        values = (self._present(document, key) for key in keys)
        if changes := [change for change in values if change is not None]:
            viewer.send(patch_message(changes, self.writer))

    def _present(self, document: Document, key: Key) -> Change | None:
        try:
            return present_value(document, key, self.writer.new_id)
        except Exception as error:  # one value that has no JSON shall not be in the way of others
            log.error("! %s of model %s cannot be told: %r", key[1], key[0], error)
            return None

    def tell_authors(
        self, events: Sequence[dict[str, Any]], buffers: Mapping[str, Payload], origin: Viewer
    ) -> None:
        """Hand the events of a browser, such as clicks, on to the scripts that have pushed the
        document: the callbacks are there.
        """
        authors = [viewer for viewer in self.viewers if viewer.author and viewer is not origin]
        sent = [event for event in events if event.get("kind") == "MessageSent"] if authors else ()
        if not sent:
            return
        self.flush()
        message = self.writer.write("PATCH-DOC", dump({"events": sent}), list(buffers.items()))
        for author in authors:
            author.send(message)

    def flush(self) -> None:
        """Queue what has changed for every viewer that does not know it."""
        if not self._pending:
            return
        pending, self._pending = self._pending, []
        origins = {change.origin for change in pending}
        common: Outgoing | None = None
        for viewer in self.viewers:
            if not viewer.synced:
                continue
            if viewer in origins:
                changes = [change for change in pending if change.origin is not viewer]
                message = patch_message(changes, self.writer) if changes else None
            else:
                changes = pending
                message = common = common or patch_message(pending, self.writer)
            if message and not viewer.outbox.put_changes(changes, message):
                viewer.give_up()
