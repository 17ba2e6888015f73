"""What an exchange answers: status, headers, cookies and body, until Flask takes it over; and
where it may send a browser.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from flask import Response
from werkzeug.datastructures import Headers


@dataclass(slots=True)
class Answer:
    """An answer in the making.

    Attributes:
        cookies: by their names, arguments of ``Response.set_cookie``.
        finished: whether nothing may be added any more.
    """

    status: int = 200
    headers: Headers = field(default_factory=Headers)
    cookies: dict[str, dict[str, Any]] = field(default_factory=dict)
    body: list[bytes] = field(default_factory=list)
    finished: bool = False

    def response(self) -> Response:
        """Return the answer as Flask's."""
        response = Response(b"".join(self.body), self.status, mimetype="text/html")
        response.headers["Cache-Control"] = "no-store"  # it is for one visitor
        names = dict.fromkeys(name for name, _ in self.headers)
        for name in names:
            response.headers.setlist(name, self.headers.getlist(name))
        return self.give_cookies(response)

    def give_cookies(self, response: Response) -> Response:
        """Add the cookies to a response, and return it."""
        for name, options in self.cookies.items():
            response.set_cookie(name, **options)
        return response


def may_go_to(url: str, own_host: str, hosts: Iterable[str]) -> bool:
    """Return whether a browser may be sent to a URL: below this server, or to hosts that are known.

    Args:
        url: absolute or relative; a visitor may have chosen it.
        own_host: the Host header of the request.
        hosts: ``HOST[:PORT]`` each.
    """
    # Browsers drop white space around a URL and control characters in it, and read \ as /.
    if url != url.strip() or "\\" in url or any(ord(char) < 32 or char == "\x7f" for char in url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if parts.scheme in ("http", "https") and parts.netloc:
        return parts.netloc in (own_host, *hosts)
    return not parts.scheme and not parts.netloc and not url.startswith("//")


def as_text(value: Any) -> str:
    """Return a value as a header or a cookie has it."""
    return value.decode() if isinstance(value, bytes) else str(value)
