"""What an app sees of its session: ``curdoc().session_context``. Names are those of Bokeh's."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hybridviz.sessions.session import Session


@dataclass(frozen=True, slots=True)
class Request:
    """The request for which a session was made.

    Attributes:
        arguments: query arguments, each a list of bytes as in Bokeh.
        headers, cookies: as the server's settings let through.
        path: URL path of the app.
    """

    arguments: dict[str, list[bytes]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    path: str = ""


class SessionContext:
    """The session as its app sees it."""

    def __init__(self, session: "Session", request: Request) -> None:
        self._session = session
        self.request = request

    @property
    def id(self) -> str:
        """The session's id."""
        return self._session.id

    @property
    def destroyed(self) -> bool:
        """Whether the session has ended."""
        return self._session.destroyed

    @property
    def token_payload(self) -> dict[str, Any]:
        """What the page's token carried: the request's arguments."""
        return {"arguments": self.request.arguments}
