"""Calls whose exceptions nobody waits for: they are logged."""

import logging
from collections.abc import Callable

log = logging.getLogger("hybridviz.runtime")


def logged(call: Callable[..., object], *args: object) -> None:
    """Call; log what it raises, with its traceback."""
    try:
        call(*args)
    except Exception:
        log.exception("! a task failed")
