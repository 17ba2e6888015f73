"""Which process of a server has accepted a websocket: with several workers, anyone may have."""

import os
from pathlib import Path

from benchmarks.crowd import open_and_slide
from benchmarks.measure import Target, below
from benchmarks.visitor import Visitor, WrongAnswer

TRIES = 50  # visitors that all meet the same one of two workers by chance: never


async def open_elsewhere(target: Target, app: str, present: Visitor) -> Visitor:
    """Open a session in another process than that of a visitor who is there.

    Raises:
        WrongAnswer: all visitors come to the same process.
    """
    for _ in range(TRIES):
        [visitor] = await open_and_slide(target, app, 1)
        if worker(target, visitor) != worker(target, present):
            return visitor
        visitor.close()
    raise WrongAnswer(f"{TRIES} visitors were all served by one process")


def worker(target: Target, visitor: Visitor) -> int:
    """Return the id of the process that has a visitor's websocket.

    Source: proc(5): /proc/net/tcp names the inode of the server's end, /proc/pid/fd who holds it.

    Raises:
        WrongAnswer: nobody has it.
    """
    held = f"socket:[{_inode(target.port, visitor.websocket.port)}]"
    for pid in below(target.pid):
        if any(_link(path) == held for path in Path(f"/proc/{pid}/fd").iterdir()):
            return pid
    raise WrongAnswer("no process of the server has the websocket")


def _inode(local: int, remote: int) -> str:
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if (_port(fields[1]), _port(fields[2])) == (local, remote):
            return fields[9]
    raise WrongAnswer(f"there is no connection from port {remote} to port {local}")


def _port(address: str) -> int:
    return int(address.rpartition(":")[2], 16)


def _link(path: Path) -> str:
    try:
        return os.readlink(path)
    except FileNotFoundError:  # closed since the directory was listed
        return ""
