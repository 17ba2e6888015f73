"""A request as code written for Tornado reads it: the ``request`` of its handlers.

Reads Flask's request object, never its context, so that it can be used in coroutines.
"""

import re
from collections.abc import Iterable
from functools import cached_property
from http.cookies import CookieError, Morsel

from flask import Request
from werkzeug.datastructures import Headers

Arguments = dict[str, list[bytes]]


class HttpRequest:
    """The attributes of Tornado's ``HTTPServerRequest`` that code for users needs.

    Args:
        request: Flask's, itself and not its proxy.
        root: URL path under which clients see the application.
    """

    def __init__(self, request: Request, root: str) -> None:
        self._request = request
        self._root = root

    @property
    def method(self) -> str:
        """Such as ``GET``."""
        return self._request.method

    @property
    def headers(self) -> Headers:
        """The headers, by names in any case."""
        return self._request.headers

    @property
    def path(self) -> str:
        """URL path without the query."""
        return f"{self._root}{self._request.path}"

    @property
    def query(self) -> str:
        """What follows the question mark."""
        return self._request.query_string.decode("latin-1")

    @property
    def uri(self) -> str:
        """Path and query."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def protocol(self) -> str:
        """``http`` or ``https``."""
        return self._request.scheme

    @property
    def host(self) -> str:
        """The Host header."""
        return self._request.host

    @property
    def host_name(self) -> str:
        """The Host header without a port."""
        return re.sub(r":\d+$", "", self.host)

    @property
    def remote_ip(self) -> str | None:
        """IP address of the client."""
        return self._request.remote_addr

    def full_url(self) -> str:
        """Return the URL with scheme and host."""
        return f"{self.protocol}://{self.host}{self.uri}"

    @cached_property
    def body(self) -> bytes:
        """The body as it was sent."""
        return self._request.get_data()

    @cached_property
    def query_arguments(self) -> Arguments:
        """The query's arguments, each a list of bytes."""
        return _encoded(self._request.args.lists())

    @cached_property
    def body_arguments(self) -> Arguments:
        """The arguments of a form that was sent, each a list of bytes."""
        _ = self.body  # first: reading the form would leave nothing of it
        return _encoded(self._request.form.lists())

    @cached_property
    def arguments(self) -> Arguments:
        """All arguments, each a list of bytes, the query's first."""
        query, body = self.query_arguments, self.body_arguments
        names = query.keys() | body.keys()
        return {name: query.get(name, []) + body.get(name, []) for name in names}

    @cached_property
    def cookies(self) -> dict[str, Morsel[str]]:
        """The cookies; each has its text in ``value``."""
        found = {}
        for name, value in self._request.cookies.items():
            morsel: Morsel[str] = Morsel()
            try:
                morsel.set(name, value, value)
            except CookieError:
                continue  # a name that Python does not allow
            found[name] = morsel
        return found


def _encoded(items: Iterable[tuple[str, list[str]]]) -> Arguments:
    return {name: [value.encode() for value in values] for name, values in items}
