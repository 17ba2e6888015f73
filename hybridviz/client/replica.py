"""The replica: a script's document, whose changes and callbacks pass through here.

What the script changes is encoded at once and sent when the outermost locked section ends; what
the server tells is applied so that it is not sent back. Knows no socket: messages go to ``send``.
"""

import itertools
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from bokeh.document import Document
from bokeh.document.events import DocumentPatchedEvent

from hybridviz.bokeh_internals import (
    callbacks_of,
    curdoc_of,
    give_back,
    listener_of,
    move_content,
    take_over,
    viewers_know,
    viewers_know_all,
)
from hybridviz.core.changes import (
    Change,
    Encoded,
    encode_change,
    encode_document,
    key_of,
    patch_message,
)
from hybridviz.core.documents import decode_document
from hybridviz.core.fragments import Outgoing, Payload
from hybridviz.core.messages import MessageWriter
from hybridviz.core.patch import decode_patch
from hybridviz.runtime.active import active
from hybridviz.runtime.awaiting import settled, wait_for
from hybridviz.runtime.base import Clock, Runtime
from hybridviz.runtime.lock import SessionLock, apart
from hybridviz.runtime.scheduler import CallbackScheduler

log = logging.getLogger("hybridviz.client")


class Replica:
    """One document of a script; a `bokeh_internals.DocumentListener`.

    Args:
        runtime: gives locks, and runs what must not wait for the pump.
        pump: the clock of the timers.
        send: takes messages, with the lock held.
        leave: ends the session, when another one gets the document.
    """

    def __init__(
        self,
        runtime: Runtime,
        pump: Clock,
        send: Callable[[Outgoing], None],
        leave: Callable[[str], None],
    ) -> None:
        ids = itertools.count(1)
        self.writer = MessageWriter(lambda: f"c{next(ids)}")
        self.lock = SessionLock(runtime, self.flush)
        self.live = False
        self.leave = leave
        self._runtime = runtime
        self._send = send
        self._scheduler = CallbackScheduler(pump, self._run_scheduled)
        self._ticking = False
        self._document: Document | None = None
        self._pending: list[Change] = []
        self._brought: Sequence[Any] = ()
        self._loading = False
        self._serving = False

    @property
    def document(self) -> Document:
        """The document; call `attach` first."""
        assert self._document is not None
        return self._document

    # -- the document comes and goes

    def attach(self, document: Document) -> None:
        """Hear of everything that happens to a document, which may have callbacks already."""
        self._document = document
        take_over(document, self)

    def detach(self) -> None:
        """Leave the document to the script; its timers stop."""
        self.live = False
        self._scheduler.close()
        if self._document is not None and listener_of(self._document) is self:
            give_back(self._document)

    def start_timers(self) -> None:
        """Let periodic, timeout and next-tick callbacks run from now on."""
        if not self._ticking:
            self._ticking = True
            waiting = self.document.session_callbacks
            for callback in sorted(waiting, key=lambda added: (len(added.id), added.id)):
                self._scheduler.add(callback)

    def encoded(self) -> Encoded:
        """Encode all of the document for a server that has nothing; call with the lock held.

        What changes from now on is sent as changes.
        """
        self._pending.clear()
        json, buffers = encode_document(self.document, self.writer.new_id, inline=False)
        viewers_know_all(self.document)
        self.live = True
        return b'{"doc":' + json + b"}", buffers

    def load(self, doc: Any, buffers: Mapping[str, Payload]) -> None:
        """Make the content of the document that of a server's; call with the lock held. What
        callbacks raise thereupon is logged.

        Raises:
            PatchError: it cannot be read.
        """
        pulled = decode_document(doc, buffers)
        self._pending.clear()
        before = self._serving
        self._loading = self._serving = True
        try:
            move_content(pulled, self.document)
        finally:
            self._loading, self._serving = False, before
        viewers_know_all(self.document)
        self.live = True

    # -- what the server tells

    def apply(self, events: list[dict[str, Any]], buffers: Mapping[str, Payload]) -> None:
        """Apply a server's changes; the callbacks that they trigger run here.

        Raises:
            PatchError: the document cannot take them.
        """
        patch = decode_patch(self.document, events, buffers, self)
        self._brought = patch.created
        try:
            for step in patch.steps:
                self.serve(step.apply)
        finally:
            self._brought = ()
        viewers_know(self.document, patch.created)

    def serve(self, call: Callable[..., Any], *args: Any) -> None:
        """Call with the lock held, as something that the script has not called: what its callbacks
        raise is logged.
        """
        self.lock.run(self._serve, call, *args)

    def _serve(self, call: Callable[..., Any], *args: Any) -> None:
        token = active.set(self._runtime)
        before, self._serving = self._serving, True
        try:
            call(*args)
        except Exception as error:
            log.error("! %r", error, exc_info=error)
        finally:
            self._serving = before
            active.reset(token)

    # -- what the document tells (bokeh_internals.DocumentListener)

    def document_changed(self, event: DocumentPatchedEvent) -> None:
        """Note a change; it is sent when the lock is released, at once if nobody holds it."""
        self.lock.run(self._changed, event)

    def _changed(self, event: DocumentPatchedEvent) -> None:
        setter: Any = event.setter
        if setter is self:
            viewers_know(self.document, self._brought)
        elif self.live and not self._loading:
            self._pending.append(encode_change(event, key_of(event), self.writer.new_id))

    def flush(self) -> None:
        """Send what has changed; call with the lock held."""
        if self._pending:
            pending, self._pending = self._pending, []
            self._send(patch_message(pending, self.writer))

    def invoke(self, callback: Callable[..., Any], *args: Any) -> None:
        """Call one callback of the script. What it raises is logged if the script has not caused
        the call; otherwise it is raised where the script has.
        """
        if getattr(callback, "nolock", False):
            apart(self._runtime.spawn, self._run_unlocked, callback, *args)
        else:
            self.lock.run(self._invoke, callback, *args)

    def _invoke(self, callback: Callable[..., Any], *args: Any) -> None:
        with curdoc_of(self.document):
            if not self._serving:
                self._call(callback, *args)
                return
            self._serving = False
            try:
                self._call(callback, *args)
            except Exception as error:
                log.error("! a callback raised %r", error, exc_info=error)
            finally:
                self._serving = True

    def _call(self, callback: Callable[..., Any], *args: Any) -> None:
        result = callback(*args)
        if isinstance(result, Awaitable):
            if self._runtime.in_coroutine():
                # The script runs in a loop of its own, as in a notebook, or in a coroutine.
                apart(self._runtime.spawn, self.serve, self._invoke, wait_for, result)
            else:
                settled(self._runtime, result)

    def _run_unlocked(self, callback: Callable[..., Any], *args: Any) -> None:
        token = active.set(self._runtime)
        try:
            with curdoc_of(self.document, callback):
                self._call(callback, *args)
        except Exception as error:
            log.error("! a callback raised %r", error, exc_info=error)
        finally:
            active.reset(token)

    def callback_added(self, callback: Any) -> None:
        """Start a periodic, timeout or next-tick callback, if timers run."""
        if self._ticking:
            self._scheduler.add(callback)

    def callback_removed(self, callback: Any) -> None:
        """Stop one."""
        self._scheduler.remove(callback)

    def _run_scheduled(self, callback: Any) -> None:
        one_shot = not hasattr(callback, "period")
        if one_shot and not callbacks_of(self.document).forget_session_callback(callback):
            return
        if getattr(callback.callback, "nolock", False):
            apart(self._runtime.spawn, self._run_unlocked, callback.callback)
        else:
            self.serve(self._invoke, callback.callback)


def free(document: Document) -> None:
    """Take a document from the session that has it: the last one who asks is meant, as when a cell
    of a notebook is run again.
    """
    holder = listener_of(document)
    if isinstance(holder, Replica):
        log.warning("! the document goes to a new session; its old one is closed")
        holder.leave("the document has another session")
    elif holder is not None:
        raise ValueError("the document is that of an app's session; push a document of your own")
