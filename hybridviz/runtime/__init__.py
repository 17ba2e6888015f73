"""Runtimes: what runs sessions. `choose_runtime` picks the one that fits the process."""

import sys

from hybridviz.runtime.base import Runtime

__all__ = ("Runtime", "choose_runtime")


def choose_runtime() -> Runtime:
    """Make the runtime of this process: greenlets if it was monkey-patched, else threads.

    Called once, by the composition root, when the app is created.
    """
    monkey = sys.modules.get("gevent.monkey")
    if monkey is not None and monkey.is_module_patched("threading"):
        from hybridviz.runtime.greenlets import GreenletRuntime

        return GreenletRuntime()
    from hybridviz.runtime.threads import ThreadRuntime

    return ThreadRuntime()
