"""Rights in Bokeh 0.10's multi-user mode: documents are their users', who show cookies or keys.

A key of a document takes the place of the user's, as it did; the server's upload token, which is
its owner's, opens everything.
"""

from collections.abc import Callable

from flask import request

from hybridviz.errors import RightNeeded, UserRequired
from hybridviz.legacy_rest.identity import Identity
from hybridviz.legacy_rest.library import Library
from hybridviz.legacy_rest.raw import RawDocument
from hybridviz.legacy_rest.rights import Rights, shown_key, shows
from hybridviz.legacy_rest.windows import window_of
from hybridviz.web.documents.access import Access

LOG_IN = "You must be logged in"


class UserRights(Rights):
    """The rights of the present request.

    Args:
        access: who may upload.
        library: the documents.
        identity: whose the request is.
        log_in: returns the URL where people log in, to come back then.
    """

    def __init__(
        self, access: Access, library: Library, identity: Identity, log_in: Callable[[], str]
    ) -> None:
        super().__init__(access, library)
        self._identity = identity
        self._log_in = log_in

    def reader(self) -> str:
        """Return the user that is logged in; see `Rights`."""
        user = self._identity.user()
        if user is None:
            raise RightNeeded(LOG_IN)
        return user.name

    owner = reader

    def guest(self) -> str:
        """Return the user that is logged in; see `Rights`."""
        user = self._identity.user()
        if user is None:
            raise UserRequired(self._log_in())
        return user.name

    def visitor(self, raw: RawDocument) -> None:
        """Check the right to open the page of a document; see `Rights`."""
        if not (raw.published or shown_key()) and self._identity.user() is None:
            raise UserRequired(self._log_in())
        self.read(raw.id)

    def shares(self, raw: RawDocument) -> bool:
        """Return whether the request may change a document; see `Rights`."""
        return self.may_write(raw)

    def check_session(self, ident: str) -> None:
        """Check the right to open the session of a document otherwise than by its page.

        Raises:
            RightNeeded, TooManyFailures: it is a user's, and the request may not change it.
        """
        window = window_of(ident, self._library.has)
        if window is None:
            return
        raw = self._library.find(window.docid)
        if raw.owner:  # those of Bokeh 0.11 are nobody's
            self._check_write(raw)

    def _check_read(self, raw: RawDocument) -> None:
        if not shows(raw.readonlyapikey):
            self._check_write(raw)

    def _check_write(self, raw: RawDocument) -> None:
        if self._access.is_owner(request) or shows(raw.apikey):
            return
        if shown_key():
            raise RightNeeded("this key is not one to change the document")
        user = self._identity.user()
        if user is None:
            raise RightNeeded(LOG_IN)
        if user.name != raw.owner:
            raise RightNeeded(f"the document is not {user.name}'s")
