"""What keeps the asyncio loop of a runtime going, whatever its coroutines do."""

import asyncio
import logging
from collections.abc import Callable

log = logging.getLogger("hybridviz.runtime")


def run_lasting(loop: asyncio.AbstractEventLoop, ended: Callable[[], bool]) -> None:
    """Run a loop until it stops and ``ended()`` holds.

    A coroutine may stop it too, or raise SystemExit or KeyboardInterrupt, which asyncio lets out of
    the loop: all other coroutines would wait for ever. What is raised reaches who waits for that
    coroutine, as anything else does. There KeyboardInterrupt goes on as it does without asyncio.
    """
    while not ended():
        try:
            loop.run_forever()
        except (SystemExit, KeyboardInterrupt) as error:
            log.debug("= the asyncio loop goes on after %r", error)
