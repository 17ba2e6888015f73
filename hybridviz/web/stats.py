"""Lines in the log, from time to time, about sessions and memory."""

import logging
from collections.abc import Iterable
from pathlib import Path

from hybridviz.web.served import ServedApp

log = logging.getLogger("hybridviz.stats")

STATUS = Path("/proc/self/status")


def log_sessions(served: Iterable[ServedApp]) -> None:
    """Log for each app how many sessions it has, and how many viewers they have."""
    for app in served:
        sessions = list(app.registry)
        viewers = sum(len(session.viewers) for session in sessions)
        log.info("= app %s: %d sessions, %d viewers", app.route, len(sessions), viewers)


def log_memory() -> None:
    """Log the resident memory of this process, in MiB."""
    fields = dict(line.split(":", 1) for line in STATUS.read_text().splitlines())
    log.info("= memory: %.1f MiB", int(fields["VmRSS"].split()[0]) / 1024)
