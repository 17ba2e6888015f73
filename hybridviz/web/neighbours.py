"""What a server does for the other extensions of its application, and for hostile requests: first
of all that happens to a request of its own.
"""

from typing import Any

from flask import Blueprint, current_app, request
from werkzeug.exceptions import RequestHeaderFieldsTooLarge, ServiceUnavailable

from hybridviz.config import Settings
from hybridviz.core.handshake import check_host
from hybridviz.web.closing import Closing

MAX_HEADERS = 32 * 1024
"""Most bytes of a request's headers; not every server around us has a limit of its own."""


class Neighbours:
    """What goes before each request for one of the server's own URLs.

    Args:
        settings: which hosts are ours.
        closing: tells whether the server shuts down.
    """

    def __init__(self, settings: Settings, closing: Closing) -> None:
        self._settings = settings
        self._closing = closing

    def meet(self, routes: Blueprint) -> None:
        """Take part in the requests of a blueprint."""

        # Comes before all functions of the application that wait for requests.
        def first(endpoint: str | None, values: dict[str, Any] | None) -> None:
            csrf = current_app.extensions.get("csrf")
            if csrf is not None:
                # Flask-WTF guards against requests that a browser sends with somebody's cookies.
                # No write of ours is let in by a cookie: see ``documents.access``.
                csrf.exempt(routes)

        routes.url_value_preprocessor(first)
        routes.before_request(self._check)

    def _check(self) -> None:
        """Check a request for a page or a file; websockets are refused in a way of their own."""
        if request.url_rule is not None and request.url_rule.websocket:
            return
        if self._closing.begun:
            raise ServiceUnavailable("The server is shutting down.")
        if sum(len(name) + len(value) for name, value in request.headers) > MAX_HEADERS:
            raise RequestHeaderFieldsTooLarge("The request has too many or too long cookies.")
        check_host(request.headers.get("Host"), self._settings.hosts, request.scheme)
