"""One uploaded document while it is live, and what its session leaves when that ends."""

from dataclasses import dataclass

from hybridviz.core.documents import document_json
from hybridviz.sessions import Session

State = tuple[bytes, str, int]
"""The JSON of a document, its title, and how many changes they have."""


@dataclass(slots=True, eq=False)
class Live:
    """A document that is live.

    Attributes:
        session: the session.
        version: the stored version that it has last been equal to; 0 if it has never been uploaded.
        changes: how often it has been changed.
        saved: how many of these changes are stored.
        left: the document as it was when its session ended; None while that goes on.
    """

    session: Session
    version: int = 0
    changes: int = 0
    saved: int = 0
    left: State | None = None

    @property
    def dirty(self) -> bool:
        """Whether it has been changed since it was stored."""
        return self.changes != self.saved

    def changed(self) -> None:
        """Note a change."""
        self.changes += 1

    def state(self) -> State:
        """Return the document as it is now or, if its session has ended, as that has left it.

        Raises:
            SessionDestroyed: the session has ended and left nothing.
        """
        return self.left or self.session.call(self.take)

    def take(self) -> State:
        """Return the document as it is now; call with its session's lock held."""
        document = self.session.document
        return document_json(document), document.title, self.changes
