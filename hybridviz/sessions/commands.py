"""What clients ask of a session: patches, pulls and pushes of its document."""

import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from bokeh import __version__ as bokeh_version
from bokeh.document.events import DocumentPatchedEvent

from hybridviz.bokeh_internals import callbacks_of, move_content, viewers_know, viewers_know_all
from hybridviz.core import messages, protocol
from hybridviz.core.documents import decode_document
from hybridviz.core.patch import DecodedPatch, decode_patch
from hybridviz.errors import HybridVizError, RightNeeded
from hybridviz.sessions.audience import Audience
from hybridviz.sessions.snapshot import Snapshot
from hybridviz.sessions.viewer import Viewer

if TYPE_CHECKING:
    from hybridviz.sessions.session import Session

log = logging.getLogger("hybridviz.sessions")

PUSH_REFUSED = (
    "pushing a document needs the server's upload token, as Authorization: Bearer TOKEN, unless the"
    " program runs on the server's own machine"
)


class Commands:
    """Carries out what clients of one session ask.

    Args:
        session: whose document it is.
        audience: its viewers.
        snapshot: its document as JSON.
    """

    def __init__(self, session: "Session", audience: Audience, snapshot: Snapshot) -> None:
        self._session = session
        self._document = session.document
        self._audience = audience
        self._snapshot = snapshot
        self._pages: set[str] = set()
        self._pusher: Viewer | None = None
        self._brought: Sequence[Any] = ()
        self._held = False

    def execute(self, command: protocol.Command, viewer: Viewer) -> None:
        """Carry out a command, with the document locked. Its reply, which may be an error, is in
        the viewer's outbox before the lock is released.

        Raises:
            SessionDestroyed: the session has ended.
        """
        self._session.locked(self._execute, command, viewer)

    def changed(self, event: DocumentPatchedEvent) -> None:
        """Have the audience told of a change, by the client whose command runs or by the app. Wants
        the lock held.
        """
        origin = self._pusher if event.setter is None else event.setter
        self._audience.changed(event, origin, self._held)
        if origin is not None:
            viewers_know(self._document, self._brought)

    def _execute(self, command: protocol.Command, viewer: Viewer) -> None:
        if self._session.destroyed:
            raise self._session.ending
        try:
            self._dispatch(command, viewer)
        except HybridVizError as error:
            log.info("! %s refused a %s: %s", self._session, type(command).__name__, error)
            self._reply(viewer, messages.error, command.msgid, str(error))
        except Exception:
            log.exception("! %s could not do a %s", self._session, type(command).__name__)
            self._reply(viewer, messages.error, command.msgid, "internal server error")

    def _dispatch(self, command: protocol.Command, viewer: Viewer) -> None:
        match command:
            case protocol.Patch():
                viewer.synced = True
                self._patch(command, viewer)
                self._reply(viewer, messages.ok, command.msgid)
            case protocol.Pull():
                self._pull(command, viewer)
            case protocol.Push():
                self._push(command, viewer)
                self._reply(viewer, messages.ok, command.msgid)
            case protocol.ServerInfo():
                self._reply(viewer, messages.server_info, command.msgid, bokeh_version)

    def _reply(self, viewer: Viewer, build: Callable[..., Any], *args: str) -> None:
        self._audience.flush()
        viewer.send(build(self._audience.writer, *args))

    def _patch(self, command: protocol.Patch, viewer: Viewer) -> None:
        patch = decode_patch(self._document, command.events, command.buffers, viewer)
        for step in patch.steps:
            if step.key is not None:
                self._audience.wrote(step.key, viewer)
        self._snapshot.forget()
        self._apply(patch)
        self._held = callbacks_of(self._document).hold_value is not None
        if not self._held:  # else the others will hear of what the patch has brought
            viewers_know(self._document, patch.created)
        self._audience.tell_authors(command.events, command.buffers, viewer)

    def _apply(self, patch: DecodedPatch) -> None:
        self._brought = patch.created
        try:
            for step in patch.steps:
                step.apply()
        finally:
            self._brought = ()

    def _pull(self, command: protocol.Pull, viewer: Viewer) -> None:
        self._audience.flush()
        again = viewer.page in self._pages
        if viewer.page:
            self._pages.add(viewer.page)
        writer = self._audience.writer
        several = len(self._audience.viewers) > 1
        viewer.send(
            self._snapshot.reply(self._document, writer, command.msgid, inline=again, keep=several)
        )
        viewer.synced = self._session.shown = True
        viewers_know_all(self._document)

    def _push(self, command: protocol.Push, viewer: Viewer) -> None:
        if not viewer.may_push:
            raise RightNeeded(PUSH_REFUSED)
        pushed = decode_document(command.doc, command.buffers)
        if self._session.on_push is not None:
            self._session.on_push(pushed)
        self._pusher = viewer
        try:
            move_content(pushed, self._document)
        finally:
            self._pusher = None
        viewer.synced = viewer.author = True
        viewers_know_all(self._document)
