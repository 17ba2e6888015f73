"""What an app sees of its session: ``curdoc().session_context``. Names are those of Bokeh's."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from bokeh.document import Document

if TYPE_CHECKING:
    from hybridviz.sessions.server_context import ServerContext
    from hybridviz.sessions.session import Session


@dataclass(frozen=True, slots=True)
class Request:
    """The request for which a session was made.

    Attributes:
        arguments: query arguments, each a list of bytes as in Bokeh.
        headers, cookies: as the server's settings let through.
        path: URL path of the page, such as ``/report/7``.
        payload: what the app's ``process_request`` has returned.
        user: who asked, as the auth module says; None without one.
        logout_url: where that user logs out.
    """

    arguments: dict[str, list[bytes]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    path: str = ""
    payload: dict[str, Any] = field(default_factory=dict)
    user: Any = None
    logout_url: str | None = None


class SessionContext:
    """The session as its app sees it.

    Args:
        session: the session.
        request: the request it was made for.
        server: what the app sees of all its sessions; None for a session that stands alone.

    Attributes:
        visited: whether the app has looked at the request, so that it depends on its visitor.
    """

    def __init__(
        self, session: "Session", request: Request, server: "ServerContext | None" = None
    ) -> None:
        self._session = session
        self._request = request
        self.visited = False
        self.server_context = server
        self.exception_callbacks: list[Callable[[BaseException], Any]] = []

    def own_session(self) -> "Session":
        """Return the session itself. Not ``session``, as in Bokeh: Panel takes what it finds under
        that name for one of Bokeh's and reaches for its Tornado connections.
        """
        return self._session

    @property
    def id(self) -> str:
        """The session's id."""
        return self._session.id

    @property
    def destroyed(self) -> bool:
        """Whether the session has ended."""
        return self._session.destroyed

    @property
    def route(self) -> str:
        """URL path of the app."""
        return self._session.route

    @property
    def request(self) -> Request:
        """The request it was made for."""
        self.visited = True
        return self._request

    @property
    def owner(self) -> Any:
        """Whose session it is, for the server; apps ask for `user`."""
        return self._request.user

    def belongs_to(self, user: Any) -> bool:
        """Return whether it was made for that user; equality decides."""
        return bool(self._request.user == user)

    def adopt(self, request: Request) -> None:
        """Give a session that was made before its visitor came that visitor's request."""
        self._request = request

    @property
    def user(self) -> Any:
        """Whose session it is, as the auth module's ``get_user`` says; None without one."""
        return self.request.user

    @property
    def logout_url(self) -> str | None:
        """Where its user logs out; None if the auth module does not say."""
        return self.request.logout_url

    @property
    def token_payload(self) -> dict[str, Any]:
        """What is known of the visitor: arguments, headers and cookies of the page's request, and
        what ``process_request`` has added.
        """
        request = self.request
        known = {"arguments": request.arguments, "headers": request.headers}
        return {**known, "cookies": request.cookies, **request.payload}

    def on_exception(self, callback: Callable[[BaseException], Any]) -> None:
        """Have ``callback(exception)`` called for each exception that a callback of this session
        raises. It is logged in any case.
        """
        self.exception_callbacks.append(callback)

    async def with_locked_document(self, function: Callable[[Document], Any]) -> Any:
        """Call ``function(document)`` with the document locked; return what it returns or, of a
        coroutine function, what that returns. For hooks, which run outside of any session.

        Raises:
            SessionDestroyed: the session has ended.
        """
        loop = asyncio.get_running_loop()
        result: asyncio.Future[Any] = loop.create_future()

        def settle(call: Callable[[Any], None], value: Any) -> None:
            loop.call_soon_threadsafe(_unless_done, result, call, value)

        self._session.run_aside(
            function, partial(settle, result.set_result), partial(settle, result.set_exception)
        )
        return await result


def _unless_done(result: asyncio.Future[Any], call: Callable[[Any], None], value: Any) -> None:
    if not result.done():
        call(value)
