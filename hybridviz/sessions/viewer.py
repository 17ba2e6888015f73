"""A viewer: what a session knows of one connection. Its identity is the origin of the changes it
makes.
"""

from collections.abc import Callable

from hybridviz.core.fragments import Outgoing
from hybridviz.sessions.outbox import Outbox


class Viewer:
    """One client of a session.

    Args:
        outbox: what waits to be sent to it.
        close: ends its connection with a close code and a reason; must not block.
        page: identifies the page it belongs to, across its reconnects.
        may_push: whether it may replace the whole document.
    """

    def __init__(
        self,
        outbox: Outbox,
        close: Callable[[int, str], None],
        page: str = "",
        may_push: bool = True,
    ) -> None:
        self.outbox = outbox
        self.close = close
        self.page = page
        self.may_push = may_push
        self.synced = False
        self.author = False
        """Whether it has pushed the document: its callbacks are there, so it hears of events."""

    def send(self, message: Outgoing) -> None:
        """Queue a reply; give the viewer up if it is too slow."""
        if not self.outbox.put(message):
            self.give_up()

    def give_up(self) -> None:
        """End the connection of a viewer that does not read; its page pulls the document anew."""
        self.synced = False
        self.close(1013, "too slow: over the limit of what may wait to be sent")
