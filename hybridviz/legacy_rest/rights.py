"""Who may read and change a document of Bokeh 0.10: by a key of it, or by what `Access` knows.

`Rights` are those of one user for all; `UserRights` of the multi-user mode. Called by the views.
"""

import hmac

from flask import request

from hybridviz.errors import NotTheirs, RightNeeded
from hybridviz.legacy_rest.library import Library
from hybridviz.legacy_rest.raw import RawDocument
from hybridviz.legacy_rest.users import NOBODY
from hybridviz.web.documents.access import Access


class Rights:
    """The rights of the present request.

    Args:
        access: who may upload.
        library: the documents.
    """

    def __init__(self, access: Access, library: Library) -> None:
        self._access = access
        self._library = library

    def reader(self) -> str:
        """Return the user whose documents the request may list.

        Raises:
            RightNeeded: it may not.
        """
        self._access.check_read(request)
        return NOBODY

    def guest(self) -> str:
        """Return the user whose documents the page shows that lists them.

        Raises:
            UserRequired: somebody must log in; it says where.
            RightNeeded: the request may not list them.
        """
        return self.reader()

    def owner(self) -> str:
        """Return the user for whom the request may make and remove documents.

        Raises:
            RightNeeded, TooManyFailures: it may not.
        """
        self._access.check_old_write(request)
        return NOBODY

    def removable(self, docid: str) -> RawDocument:
        """Return a document that the request may remove: one of its user's or, if it may upload,
        one that a client of 0.11 has pushed, which is nobody's.

        Raises:
            NotTheirs: the user has none of that id.
            RightNeeded, TooManyFailures: it may not.
        """
        raw = self._library.find(docid) if self._library.has(docid) else None
        if raw is not None and not raw.owner:
            self._access.check_old_write(request)
            return raw
        user = self.owner()
        if raw is None or raw.owner != user:
            raise NotTheirs(f"{user} has no document {docid!r}")
        return raw

    def visitor(self, raw: RawDocument) -> None:
        """Check the right to open the page of a document.

        Raises:
            UserRequired: somebody must log in; it says where.
            RightNeeded, TooManyFailures: it may not.
        """
        self.read(raw.id)

    def read(self, docid: str) -> RawDocument:
        """Return a document that the request may read.

        Raises:
            DocumentNotFound: there is none.
            RightNeeded, TooManyFailures: it may not.
        """
        raw = self._library.find(docid)
        if not raw.published:
            self._check_read(raw)
        return raw

    def check_write(self, docid: str) -> None:
        """Check the right to change a document.

        Raises:
            DocumentNotFound: there is none.
            RightNeeded, TooManyFailures: the request does not show it.
        """
        self._check_write(self._library.find(docid))

    def may_write(self, raw: RawDocument) -> bool:
        """Return whether the request may change a document."""
        try:
            self._check_write(raw)
        except RightNeeded:
            return False
        return True

    def shares(self, raw: RawDocument) -> bool:
        """Return whether who opens the page of a document sees and changes the document itself, as
        all do where there are no users.
        """
        return True

    def _check_read(self, raw: RawDocument) -> None:
        if not (shows(raw.apikey) or shows(raw.readonlyapikey)):
            self._access.check_read(request)

    def _check_write(self, raw: RawDocument) -> None:
        if shows(raw.readonlyapikey):
            raise RightNeeded("this key of the document is for reading")
        if not shows(raw.apikey):
            self._access.check_old_write(request)


def shows(key: str) -> bool:
    """Return whether the request shows a key of a document."""
    return bool(key) and hmac.compare_digest(shown_key().encode(), key.encode())


def shown_key() -> str:
    """Return the key of a document that the request shows, or nothing."""
    return request.headers.get("BOKEH-API-KEY", "")
