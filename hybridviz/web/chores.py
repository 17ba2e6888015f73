"""What a server does from time to time, whoever visits: it logs, and removes old documents."""

import time
from collections.abc import Collection

from hybridviz.config import Settings
from hybridviz.sessions.server_context import ServerContext
from hybridviz.web.documents.uploads import Uploads
from hybridviz.web.served import ServedApp
from hybridviz.web.stats import log_memory, log_sessions

DAY = 24 * 3600.0
HOUR_MS = 3600 * 1000


def start_chores(
    settings: Settings, context: ServerContext, served: Collection[ServedApp], uploads: Uploads
) -> None:
    """Begin what the settings ask for; it ends with the context.

    Args:
        settings: what, and how often.
        context: runs it.
        served: all apps, also those that are added later.
        uploads: the documents.
    """
    if period := settings.stats_log_frequency_ms:
        context.add_periodic_callback(lambda: log_sessions(served), period)
    if period := settings.mem_log_frequency_ms:
        context.add_periodic_callback(log_memory, period)
    if days := settings.document_lifetime:

        def expire() -> None:
            uploads.expire(time.time() - days * DAY)

        context.add_next_tick_callback(expire)
        context.add_periodic_callback(expire, HOUR_MS)
