"""What clients of Bokeh 0.11 share: a document that one of them has pushed, in their own JSON.

A room knows its clients and what they ask for, no socket. `dialect` makes one for each document
that somebody is connected to; `app_room` has the other kind, sessions of today's apps.
"""

from abc import ABC, abstractmethod
from functools import partial
from typing import Any, Protocol

from hybridviz.errors import DocumentNotFound, PatchError
from hybridviz.legacy_rest import patches
from hybridviz.legacy_rest.library import Library
from hybridviz.legacy_rest.live import LiveDocuments
from hybridviz.legacy_rest.raw import Json, RawDocument


class Client(Protocol):
    """What a room knows of a connection."""

    def send(self, kind: str, content: Any, reqid: str | None = None) -> None:
        """Have a message sent, after those that wait."""


class Room(ABC):
    """The clients of one document.

    Attributes:
        clients: those that are in.
        guests: how many are in, or on their way in or out; counted by `dialect`.
    """

    def __init__(self) -> None:
        self.clients: set[Client] = set()
        self.guests = 0

    def enter(self, client: Client) -> None:
        """Take a client in."""
        self.clients.add(client)

    def leave(self, client: Client) -> None:
        """Forget a client."""
        self.clients.discard(client)

    def tell(self, content: Json, sender: Client | None = None) -> None:
        """Send a patch to all clients but the one that it comes from."""
        for client in tuple(self.clients):
            if client is not sender:
                client.send("PATCH-DOC", content)

    @abstractmethod
    def pull(self) -> Json:
        """Return the content of a PULL-DOC-REPLY."""

    @abstractmethod
    def push(self, content: Any) -> None:
        """Take a document in this one's place.

        Raises:
            HybridVizError: it is not taken; nothing is changed then.
        """

    @abstractmethod
    def patch(self, content: Any, sender: Client) -> None:
        """Change the document.

        Raises:
            HybridVizError: the patch is not taken; nothing is changed then.
        """


class PushedRoom(Room):
    """A document that old clients have pushed, or may push.

    Args:
        ident: id of the session and of the document.
        library: the documents of old clients.
        live: those that somebody looks at.
    """

    def __init__(self, ident: str, library: Library, live: LiveDocuments) -> None:
        super().__init__()
        self._ident = ident
        self._library = library
        self._live = live
        self._found = False
        """Whether there was a document when somebody last asked; a patch of one that was removed
        since then does not bring it back.
        """

    def pull(self) -> Json:
        """See `Room`."""
        return patches.document_json(self._document())

    def push(self, content: Any) -> None:
        """See `Room`; all clients hear of the new document, as they did of old."""
        raw, before = patches.document_of(self._ident, content), self._document()
        self._library.save(raw)
        self._found = True
        self._live.replace(raw)
        for patch in patches.replacement(before, raw):
            self.tell(patch)

    def patch(self, content: Any, sender: Client) -> None:
        """See `Room`."""
        raw, changed = self._patched(content)
        self._live.update(raw, changed)
        self.tell(content, sender)

    def _patched(self, content: Any) -> tuple[RawDocument, list[str]]:
        """Return the changed document, made if there was none, and the ids of what has changed.

        Raises:
            PatchError: the document was removed, or the patch is none.
        """
        make = None if self._found else partial(patches.empty, self._ident, patches.UNTITLED)
        try:
            changed = self._library.change(self._ident, lambda raw: _changed(raw, content), make)
        except DocumentNotFound:
            raise PatchError("the document was removed: push it again") from None
        self._found = self._library.held(self._ident) is not None
        return changed

    def _document(self) -> RawDocument:
        try:
            raw = self._library.find(self._ident)
        except DocumentNotFound:
            self._found = False
            return patches.empty(self._ident, patches.UNTITLED)
        self._found = True
        return raw


def _changed(raw: RawDocument, content: Any) -> list[str]:
    """Change a document by a patch, and forget what it shows no more: clients send it again if they
    show it again. Return the ids of what has changed.
    """
    changed = patches.apply_patch(raw, content)
    raw.prune()
    return [ident for ident in dict.fromkeys(changed) if ident in raw.models]
