"""The end of the process when greenlets cannot bring it about.

A callback that computes without pause keeps every other greenlet from running, and with them an
orderly end; only a thread of the operating system still gets its turn.
"""

import os

from gevent import monkey


def exit_after(seconds: float, status: int = 0) -> None:
    """End the process after that time if it has not ended by itself."""
    sleep = monkey.get_original("time", "sleep")

    def end() -> None:
        sleep(seconds)
        os.write(2, b"hybridviz: ended while callbacks were still running\n")
        os._exit(status)

    monkey.get_original("_thread", "start_new_thread")(end, ())
