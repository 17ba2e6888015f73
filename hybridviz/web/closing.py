"""The orderly end of a server: sessions first, so that destroy callbacks run, then its sockets, and
the store when nothing is left to be written.
"""

import os
from collections.abc import Callable, Collection

from hybridviz.runtime.base import Runtime
from hybridviz.web.served import ServedApp
from hybridviz.web.sockets import Sockets

SESSIONS_WITHIN = 2.5
"""Seconds for destroy callbacks."""
GOODBYE_WITHIN = 0.5
"""Seconds for close frames and for views to return."""
REQUESTS_WITHIN = 1.0
"""Seconds for requests that are still being answered, before the process ends."""
GOING_AWAY = 1001


class Closing:
    """Ends a server once, however many ask for it.

    Args:
        runtime: of the server; it is closed too.
        served: its apps, whose sessions end and which are then told.
        sockets: its websockets.
        close_store: stores what the sessions have left, and closes the store.
    """

    def __init__(
        self,
        runtime: Runtime,
        served: Collection[ServedApp],
        sockets: Sockets,
        close_store: Callable[[], object],
    ) -> None:
        self._runtime = runtime
        self._served = served
        self._sockets = sockets
        self._close_store = close_store
        self.begun = False
        self._turn = runtime.lock()
        self._done = runtime.event()
        self.undo: Callable[[], object] = lambda: None

    def close(self, reason: str) -> None:
        """Close all with 1001; return within 3 seconds, whatever callbacks do.

        The first caller does it, the others wait for that.
        """
        if not self._turn.acquire(0):  # never given back
            self._done.wait(SESSIONS_WITHIN + GOODBYE_WITHIN)
            return
        self.begun = True
        try:
            self._end_sessions(reason)
            self._end_sockets(reason)
            self._close_store()
            self._runtime.close()
        finally:
            self._done.set()
            self.undo()

    def leave(self) -> None:
        """End the process: its server would wait for connections that browsers keep idle, under
        gunicorn greenlets for half a minute and threads for 5 seconds.
        """
        self._runtime.sleep(REQUESTS_WITHIN)
        if self._runtime.name == "greenlets":
            raise SystemExit(0)  # a greenlet hands it on to the main one
        os._exit(0)

    def _end_sessions(self, reason: str) -> None:
        end = self._runtime.now() + SESSIONS_WITHIN
        self._sockets.refuse()
        tasks = [self._runtime.spawn(self._end, served, reason) for served in self._served]
        for task in tasks:
            task.join(max(0.0, end - self._runtime.now()))

    def _end(self, served: ServedApp, reason: str) -> None:
        served.registry.close(GOING_AWAY, reason)
        served.unload()

    def _end_sockets(self, reason: str) -> None:
        end = self._runtime.now() + GOODBYE_WITHIN
        self._sockets.close(GOING_AWAY, reason)
        while len(self._sockets) and self._runtime.now() < end:
            self._runtime.sleep(0.01)
