"""Who may read and change a document of Bokeh 0.10: by a key of it, or by the right to upload.

Stands on `Access`, which knows the right to upload. Called by the views.
"""

import hmac

from flask import request

from hybridviz.errors import RightNeeded
from hybridviz.legacy_rest.library import Library
from hybridviz.legacy_rest.raw import RawDocument
from hybridviz.web.documents.access import Access

USER = "defaultuser"
"""The one user of the single-user mode."""


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
        return USER

    def owner(self) -> str:
        """Return the user for whom the request may make and remove documents.

        Raises:
            RightNeeded, TooManyFailures: it may not.
        """
        self._access.check_write(request)
        return USER

    def read(self, docid: str) -> RawDocument:
        """Return a document that the request may read.

        Raises:
            DocumentNotFound: there is none.
            RightNeeded: it may not.
        """
        raw = self._library.find(docid)
        if not (raw.published or _shows(raw.apikey) or _shows(raw.readonlyapikey)):
            self._access.check_read(request)
        return raw

    def check_write(self, docid: str) -> None:
        """Check the right to change a document.

        Raises:
            DocumentNotFound: there is none.
            RightNeeded, TooManyFailures: the request does not show it.
        """
        raw = self._library.find(docid)
        if _shows(raw.readonlyapikey):
            raise RightNeeded("this key of the document is for reading")
        if not _shows(raw.apikey):
            self._access.check_write(request)

    def may_write(self, raw: RawDocument) -> bool:
        """Return whether the request may change a document."""
        return _shows(raw.apikey) or (
            not _shows(raw.readonlyapikey) and self._access.may_write(request)
        )


def _shows(key: str) -> bool:
    """Return whether the request shows a key of a document."""
    shown = request.headers.get("BOKEH-API-KEY", "")
    return bool(key) and hmac.compare_digest(shown.encode(), key.encode())
