"""What a REST request is about: an uploaded document, or a live session of an app.

Both are read and changed in the same way; only uploads are stored.
"""

import hashlib
from collections.abc import Callable
from typing import Protocol, TypeVar

from bokeh.document import Document

from hybridviz.core.documents import document_json
from hybridviz.errors import StoreConflict
from hybridviz.sessions import Session
from hybridviz.web.documents.uploads import Uploads

T = TypeVar("T")


class Target(Protocol):
    """A document that can be read and changed."""

    def read(self) -> tuple[bytes, str]:
        """Return it as JSON, and its entity tag."""

    def session(self) -> Session:
        """Return the session in which it is live, made if need be."""

    def change(self, tag: str | None, call: Callable[[Document], T]) -> tuple[T, str]:
        """Change it, if its entity tag is ``tag`` or that is None; return what ``call`` returned
        and the new tag.

        Raises:
            StoreConflict: its tag is another.
        """


class UploadedDocument:
    """An uploaded document.

    Args:
        uploads: all of them.
        ident: its id.
    """

    def __init__(self, uploads: Uploads, ident: str) -> None:
        self._uploads = uploads
        self._ident = ident

    def read(self) -> tuple[bytes, str]:
        """Return what is stored."""
        stored = self._uploads.read(self._ident)
        return stored.body, str(stored.entry.version)

    def session(self) -> Session:
        """Return its session in the document space."""
        return self._uploads.session(self._ident)

    def change(self, tag: str | None, call: Callable[[Document], T]) -> tuple[T, str]:
        """Change it; the change is durable when this returns."""
        expected = None if tag is None else version_of(tag)
        result, version = self._uploads.change(self._ident, expected, call)
        return result, str(version)


class AppSession:
    """A live session of an app, which ends as sessions do.

    Args:
        session: the session.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def read(self) -> tuple[bytes, str]:
        """Return the document as it is now."""
        body = self._session.call(document_json, self._session.document)
        return body, _tag(body)

    def session(self) -> Session:
        """Return the session."""
        return self._session

    def change(self, tag: str | None, call: Callable[[Document], T]) -> tuple[T, str]:
        """Change the document."""
        return self._session.call(self._change, tag, call)

    def _change(self, tag: str | None, call: Callable[[Document], T]) -> tuple[T, str]:
        document = self._session.document
        if tag is not None and tag != _tag(document_json(document)):
            raise StoreConflict(None)
        return call(document), _tag(document_json(document))


def version_of(tag: str) -> int:
    """Return the version that an entity tag names.

    Raises:
        StoreConflict: it is none of ours.
    """
    if not tag.isdecimal():
        raise StoreConflict(None)
    return int(tag)


def _tag(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]
