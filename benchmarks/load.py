"""The load generator's process: starts one server, runs one scenario on it, prints figures as JSON.

A process of its own, so that its CPU does not count as the server's, nor the server's as its own:
`python -m benchmarks.load SCENARIO SERVER SECONDS`.
"""

import asyncio
import gc
import json
import resource
import signal
import sys
from dataclasses import replace

from benchmarks.processes import ServerFailed, running
from benchmarks.scenarios import SCENARIOS
from benchmarks.turns import PASSED_ON
from benchmarks.visitor import WrongAnswer
from benchmarks.websocket import WireError


def main(name: str, server: str, seconds: str) -> None:
    scenario = SCENARIOS[name]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("it did not come to an end"))
    allow_many_connections()
    gc.disable()  # its pauses would show up as the server's latency
    try:
        with running(server, scenario.apps, scenario.settings, float(seconds)) as started:
            target = replace(started, pass_on=pass_on)
            print(json.dumps(asyncio.run(scenario.run(target))))
    except (ServerFailed, WrongAnswer, WireError, OSError, ExceptionGroup) as error:
        sys.exit(reason(error))


def pass_on() -> None:
    """Let other servers have their turn, and wait for the next one; nothing goes on meanwhile."""
    print(PASSED_ON, end="", flush=True)
    sys.stdin.readline()


def reason(error: BaseException) -> str:
    """Return what went wrong, in one line."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {' '.join(str(error).split())}"


def allow_many_connections() -> None:
    """Raise the limit of open files as far as one may; the server inherits it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    main(*sys.argv[1:])
