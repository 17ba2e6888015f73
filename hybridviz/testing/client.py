"""The client: a visitor of an application, who opens pages in tabs.

What tests use. It makes requests by Flask's own test client; pages find their documents as BokehJS
does.
"""

import html
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from hybridviz.config import Settings
from hybridviz.errors import AppLoadError, PageRefused
from hybridviz.testing.embedded import find_embedded
from hybridviz.testing.page import Page
from hybridviz.testing.site import Site
from hybridviz.web.auth.admission import KNOWN_USER
from hybridviz.ws.accept import IN_PROCESS

LONGEST = 300
"""Characters of a refusing page that an error repeats."""


class VizClient:
    """One visitor.

    Args:
        app: a Flask application that `HybridViz` serves apps from, or an app alone: the path of a
            script, notebook or directory, a function, a Bokeh application, or several of them.
        user: whom the visitor is logged in as; what apps see as ``session_context.user``. With
            Flask-Login, one of its users or the id of one.
        headers: of all requests.
        cookies: that the visitor has.
        settings: of the server of an app alone.

    Attributes:
        app: the Flask application.
        http: Flask's test client, with this visitor's cookies; for pages without live documents,
            such as a form to log in.
    """

    def __init__(
        self,
        app: Any,
        *,
        user: Any = None,
        headers: Mapping[str, str] | None = None,
        cookies: Mapping[str, str] | None = None,
        settings: Settings | None = None,
    ) -> None:
        self._site = Site.of(app, settings)
        self._left = False
        self.app = self._site.app
        self.http = self.app.test_client()
        self.http.environ_base[IN_PROCESS] = None
        for name, value in (headers or {}).items():
            self.http.environ_base[f"HTTP_{name.upper().replace('-', '_')}"] = value
        for name, value in (cookies or {}).items():
            self.http.set_cookie(name, value)
        if user is not None:
            self._log_in(user)

    def _log_in(self, user: Any) -> None:
        if hasattr(self.app, "login_manager"):
            ident = user.get_id() if hasattr(user, "get_id") else str(user)
            with self.http.session_transaction() as session:
                session["_user_id"], session["_fresh"] = ident, True
        else:
            self.http.environ_base[KNOWN_USER] = user

    def __enter__(self) -> "VizClient":
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def visitor(
        self,
        user: Any = None,
        headers: Mapping[str, str] | None = None,
        cookies: Mapping[str, str] | None = None,
    ) -> "VizClient":
        """Return another visitor of the same application, with cookies and pages of their own."""
        return VizClient(self.app, user=user, headers=headers, cookies=cookies)

    # -- pages

    def open(
        self,
        url: str = "/",
        arguments: Mapping[str, Any] | None = None,
        session_id: str | None = None,
    ) -> Page:
        """Open a page with one live document.

        Args:
            url: path of the page, or an absolute URL. ``/`` leads to the only app.
            arguments: of its query; as in ``?n=3``.
            session_id: of a session to join instead of a new one.

        Raises:
            PageRefused: it is not answered by 200, or has no live document, or several.
            AppLoadError: the app's code raised; the traceback is a note of the error.
        """
        pages = self.open_all(url, arguments, session_id)
        if len(pages) != 1:
            for page in pages:
                page.close()
            raise PageRefused(url, 200, f"{len(pages)} live documents; open_all returns them all")
        return pages[0]

    def open_all(
        self,
        url: str = "/",
        arguments: Mapping[str, Any] | None = None,
        session_id: str | None = None,
    ) -> list[Page]:
        """Open a page and return all its live documents, in their order; see `open`."""
        named = {} if session_id is None else {"bokeh-session-id": session_id}
        query = urlencode({**(arguments or {}), **named}, doseq=True)
        known = self._site.load_failures()
        with self._site.acting():
            response = self.http.get(_with(url, query), follow_redirects=True)
            self._check_loaded(known)
            place = response.request.url
            if response.status_code != 200:
                raise PageRefused(place, response.status_code, _text(response))
            found = find_embedded(response.text, place, self._load)
            self._check_loaded(known)
            pages = [Page(self._site, self.http, place, response.text, item) for item in found]
            self._check_loaded(known)
        if not pages:
            raise PageRefused(place, response.status_code, "it has no live document")
        return pages

    def _load(self, url: str) -> str:
        return str(self.http.get(url).text)

    def _check_loaded(self, known: Mapping[str, AppLoadError]) -> None:
        """Raise what an app has raised just now."""
        for route, failure in self._site.load_failures().items():
            if failure is not known.get(route):
                failure.add_note(failure.traceback)
                raise failure

    # -- time

    def advance(self, seconds: float) -> None:
        """Let time pass: timeouts and periodic callbacks run, each at its own time, and all pages
        hear of it. The clock of ``time`` and ``datetime`` stays as it is.
        """
        with self._site.acting():
            self._site.advance(seconds)

    def settle(self) -> None:
        """Let all that is ready run, such as next-tick callbacks; no time passes."""
        with self._site.acting():
            return

    @property
    def now(self) -> float:
        """The virtual time in seconds, from an arbitrary start."""
        return self._site.clock.now()

    @property
    def raise_errors(self) -> bool:
        """Whether what callbacks raise is raised where the test has caused it, as it is unless this
        is set to False; `errors` has it in any case.
        """
        return self._site.raise_errors

    @raise_errors.setter
    def raise_errors(self, wanted: bool) -> None:
        self._site.raise_errors = wanted

    @property
    def errors(self) -> list[BaseException]:
        """What callbacks have raised, also what was raised in the test then."""
        return self._site.errors

    def close(self) -> None:
        """Go away; with the last visitor all pages are closed and all sessions end. Idempotent."""
        if not self._left:
            self._left = True
            self._site.leave()


def _with(url: str, query: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{query}" if query else url


def _text(response: Any) -> str:
    """Return what a page says, in a few words."""
    words = re.sub(r"<(style|script).*?</\1>|<[^>]+>", " ", response.text, flags=re.DOTALL)
    return " ".join(html.unescape(words).split())[:LONGEST]
