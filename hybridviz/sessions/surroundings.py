"""What surrounds sessions: within what their app's code runs, and who hears what becomes of them.

Handed down by web/, which runs that code in an application context of Flask's and sends signals.
Sessions know only these names; a session that stands alone has surroundings that do nothing.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from bokeh.document.events import DocumentPatchedEvent

if TYPE_CHECKING:
    from hybridviz.sessions.session import Session

T = TypeVar("T")


class Surroundings:
    """Surroundings that do nothing. None of what they are told may raise."""

    def within(self, call: Callable[..., T], *args: Any) -> T:
        """Call code of an app, within what it shall find around itself; one call for each callback,
        also if it waits for a coroutine. What the code raises is raised here.
        """
        return call(*args)

    def outside(self, call: Callable[..., T], *args: Any) -> T:
        """Call what begins something that goes on without the code that asked for it, and without
        what that found around itself.
        """
        return call(*args)

    def session_created(self, session: "Session") -> None:
        """Hear that an app has filled a new session's document."""

    def session_destroyed(self, session: "Session") -> None:
        """Hear that a session has ended; its destroy callbacks have run."""

    def connection_opened(self, session: "Session") -> None:
        """Hear that somebody views a session."""

    def connection_lost(self, session: "Session") -> None:
        """Hear that somebody does so no more."""

    def document_changed(self, session: "Session", event: DocumentPatchedEvent) -> None:
        """Hear of a change, with the session's lock held."""

    def callback_failed(self, session: "Session", error: BaseException) -> None:
        """Hear what a callback has raised; it is in the log."""


NOTHING = Surroundings()
