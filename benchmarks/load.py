"""The load generator's process: runs one scenario against one server, prints its figures as JSON.

A process of its own, so that its CPU does not count as the server's:
`python -m benchmarks.load NAME PORT PID SECONDS`.
"""

import asyncio
import gc
import json
import sys

from benchmarks.measure import Target
from benchmarks.scenarios import SCENARIOS


def main(name: str, port: str, pid: str, seconds: str) -> None:
    gc.disable()  # its pauses would show up as the server's latency
    target = Target("127.0.0.1", int(port), int(pid), float(seconds))
    print(json.dumps(asyncio.run(SCENARIOS[name].run(target))))


if __name__ == "__main__":
    main(*sys.argv[1:])
