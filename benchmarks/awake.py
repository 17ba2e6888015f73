"""Keeps the processors awake: one that sleeps wakes up late and with cold caches, and how late
hangs on other tenants of a virtual machine's host, not on the server.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DEVICE = Path("/dev/cpu_dma_latency")
"""Who holds this open says how many microseconds a processor may take to wake up."""


def can_keep_awake() -> bool:
    """Return whether this process may; that is root's, and no container's."""
    return os.access(DEVICE, os.W_OK)


@contextmanager
def awake() -> Iterator[None]:
    """Let idle processors poll, not sleep, while this is entered, if one may.

    Source: Linux's admin guide, "PM Quality Of Service Interface", cpu_dma_latency.
    """
    if not can_keep_awake():
        yield
        return
    with DEVICE.open("wb", buffering=0) as held:
        held.write((0).to_bytes(4, "little"))
        yield
