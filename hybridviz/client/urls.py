"""Where a server is: the forms of URL that users give, and those that are made of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote_plus, urlencode, urlsplit

DEFAULT = "default"
DEFAULT_URL = "http://localhost:5006/"
DEFAULT_PORT = 5006

_SECURE = {"http": False, "ws": False, "https": True, "wss": True}


@dataclass(frozen=True, slots=True)
class Address:
    """An app of a server, or its document space.

    Attributes:
        secure: whether it is reached by TLS.
        host: name or IP address.
        port: TCP port.
        netloc: host and port as the user has written them, for the Host header.
        path: path of the app without a slash at its end; empty for the document space.
        query: arguments for the app, encoded.
    """

    secure: bool
    host: str
    port: int
    netloc: str
    path: str
    query: str

    @property
    def url(self) -> str:
        """The URL of its pages."""
        return f"http{'s' * self.secure}://{self.netloc}{self.path or '/'}"

    @property
    def target(self) -> str:
        """Path and query of its websocket."""
        return f"{self.path}/ws" + (f"?{self.query}" if self.query else "")

    @property
    def websocket_url(self) -> str:
        """The URL of its websocket."""
        return f"ws{'s' * self.secure}://{self.netloc}{self.path}/ws"

    def page(self, session_id: str) -> str:
        """Return the URL of the page that shows a session."""
        return f"{self.url}?bokeh-session-id={quote_plus(session_id)}"


def parse_address(url: str, arguments: Mapping[str, str] | None = None) -> Address:
    """Read a server's URL.

    Args:
        url: ``default``, or one of the schemes http, https, ws and wss, with the path of an app or
            without.
        arguments: what the app shall see as the arguments of its request.

    Raises:
        ValueError: it is no such URL.
    """
    parts = urlsplit(DEFAULT_URL if url == DEFAULT else url)
    if parts.scheme not in _SECURE or not parts.hostname:
        raise ValueError(f"{url!r} is no URL of a server: one is {DEFAULT_URL}")
    secure = _SECURE[parts.scheme]
    path = parts.path.rstrip("/")
    if parts.scheme.startswith("ws"):
        path = path.removesuffix("/ws")
    return Address(
        secure,
        parts.hostname,
        parts.port or (443 if secure else 80),
        parts.netloc.rpartition("@")[2],
        path,
        urlencode([*parse_qsl(parts.query), *(arguments or {}).items()]),
    )
