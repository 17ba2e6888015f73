"""Looks after live documents twice a second, so that each and what is stored of it stay the same.

What is in the way of one document harms no other, and is told in the log once, not each time.
"""

import logging
from collections.abc import Callable, Collection

from hybridviz.errors import SessionDestroyed, StoreConflict, StoreFull, StoreUnavailable
from hybridviz.runtime.base import Runtime
from hybridviz.web.documents.live import Live

log = logging.getLogger("hybridviz.web")

TEND_EVERY = 0.5
"""Seconds between two looks at the documents that are live."""
WAITING = "documents cannot be stored, changes wait in memory"


class Tending:
    """Looks after documents for as long as there are any.

    Args:
        runtime: the clock.
        found: returns the documents.
        follow: stores one that has changed, or shows what is stored.
    """

    def __init__(
        self,
        runtime: Runtime,
        found: Callable[[], Collection[Live]],
        follow: Callable[[Live], None],
    ) -> None:
        self._runtime = runtime
        self._found = found
        self._follow = follow
        self._round = runtime.lock()  # held while one is arranged or goes on
        self._told: set[str] = set()
        self._troubles: set[str] = set()

    def begin(self) -> None:
        """Look after all documents from now on, until there is none."""
        if self._round.acquire(0):
            self._runtime.call_later(TEND_EVERY, self._tend)

    def _tend(self) -> None:
        try:
            for live in self._found():
                self.tend(live)
        finally:
            self._told, self._troubles = self._troubles, set()
            self._round.release()
            if self._found():
                self.begin()

    def tend(self, live: Live) -> None:
        """Look after one document; what is in the way is told in the log."""
        try:
            self._follow(live)
        except (StoreConflict, SessionDestroyed):
            return  # told in the log, or over
        except StoreFull as error:
            self._tell(f"{WAITING}: {error}; remove documents or raise --store-quota")
        except StoreUnavailable as error:
            self._tell(f"{WAITING} until that is mended: {error}")
        except Exception as error:
            ident = live.session.id
            self._tell(f"document {ident} is not the same as what is stored: {error!r}", error)

    def _tell(self, trouble: str, error: Exception | None = None) -> None:
        """Log what is in the way, unless it has been so in the last round already."""
        if trouble not in self._told | self._troubles:
            log.error("! %s", trouble, exc_info=error)
        self._troubles.add(trouble)
