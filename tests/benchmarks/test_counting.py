"""Deliveries count when every viewer has every update, and only then; CPU is the whole tree's."""

import asyncio
import os
from collections import deque

import pytest

from benchmarks.measure import tree_cpu, tree_rss
from benchmarks.scenarios.viewers import drag
from benchmarks.visitor import Visitor, WrongAnswer
from benchmarks.websocket import Websocket


class Room:
    """Viewers of one session without a server; ``lose`` takes one update from the last of them."""

    def __init__(self, count: int, lose: int = 0) -> None:
        self.viewers = [Member(self) for _ in range(count)]
        self.lose = lose

    def tell(self, value: int) -> None:
        for viewer in self.viewers:
            if value != self.lose or viewer is not self.viewers[-1]:
                viewer.inbox.put_nowait(value)


class Member(Visitor):
    def __init__(self, room: Room) -> None:
        super().__init__(Websocket(), "", {})
        self.room = room
        self.inbox: asyncio.Queue[int] = asyncio.Queue()

    def drag(self) -> str:
        self.value += 1
        self.room.tell(self.value)
        return ""

    async def update(self) -> int:
        return await self.inbox.get()


def test_every_update_of_every_viewer_counts_once() -> None:
    async def run() -> tuple[int, int]:
        room = Room(5)
        return await drag([*room.viewers], 0.05), room.viewers[0].value

    counted, dragged = asyncio.run(run())
    assert counted == dragged > 4


def test_a_lost_update_is_an_error() -> None:
    async def run() -> None:
        await drag([*Room(5, lose=3).viewers], 0.05)

    with pytest.raises(ExceptionGroup) as caught:
        asyncio.run(run())
    assert isinstance(caught.value.exceptions[0], WrongAnswer)


def test_cpu_and_memory_are_those_of_the_tree() -> None:
    before = tree_rss(os.getpid())
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.read(read, 1)
        os._exit(0)
    both = tree_rss(os.getpid())
    os.write(write, b".")
    os.waitpid(child, 0)
    assert both > before + 1
    spent = tree_cpu(os.getpid())
    sum(deque(range(3_000_000)))
    assert tree_cpu(os.getpid()) > spent
