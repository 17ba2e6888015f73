"""What pages knew of their visitors, until the websockets come for which sessions are made.

Kept here and not in the token, which travels in a header that servers limit. Knows no request of
Flask.
"""

from collections import OrderedDict

from hybridviz.sessions import Request

LIMIT = 512
"""Most visits that are kept, a few kB each; a websocket follows its page at once. For one that was
dropped the websocket's own request must do: it comes from the same browser.
"""


class Visits:
    """The requests of pages by the ids of sessions that are not made yet."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Request] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def keep(self, ident: str, request: Request) -> None:
        """Remember the request of a page."""
        self._kept[ident] = request
        if len(self._kept) > LIMIT:
            self._kept.popitem(last=False)

    def take(self, ident: str) -> Request | None:
        """Return the request of the page of a session, once."""
        return self._kept.pop(ident, None)
