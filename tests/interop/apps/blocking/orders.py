"""Does what the value of its text input says: a word and, after a colon, what it works on."""

import asyncio
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from bokeh.document import without_document_lock
from bokeh.io import curdoc
from bokeh.models import Column, Div, TextInput
from gevent.monkey import get_original

import hybridviz

document = curdoc()
label = Div(name="label", text="")
order = TextInput(name="order", value="")


def say(text: str) -> None:
    label.text = text


def until(path: str, nap: Callable[[float], None] = time.sleep) -> None:
    while not Path(path).exists():
        nap(0.01)


def spin(path: str) -> None:
    """Compute, without ever giving way, until a file is there."""
    until(path, lambda seconds: None)


def waits(path: str) -> None:
    until(path)
    say("waited")


def offloads(path: str) -> None:
    hybridviz.offload(spin, path)
    say("offloaded")


async def sleeps(path: str) -> None:
    while not Path(path).exists():
        await asyncio.sleep(0.01)
    assert curdoc() is document
    say("slept")


def ticks(path: str) -> None:
    """Let an OS thread, which knows no event loop, ask for the next tick."""
    start = get_original("_thread", "start_new_thread")
    start(document.add_next_tick_callback, (partial(say, "ticked"),))


def unlocks(path: str) -> None:
    @without_document_lock
    async def aside() -> None:
        while not Path(path).exists():
            await asyncio.sleep(0.01)
        document.add_next_tick_callback(partial(say, "came back"))

    document.add_next_tick_callback(aside)


def raises(path: str) -> None:
    raise ValueError(f"raised for {path}")


def adds(path: str) -> None:
    document.add_root(Column(Div(name="added", text=path)))


ORDERS = (waits, offloads, sleeps, ticks, unlocks, raises, adds)


def obey(attr: str, old: Any, new: str) -> Any:
    word, _, path = new.partition(":")
    return next(order for order in ORDERS if order.__name__ == word)(path)


order.on_change("value", obey)
document.add_root(Column(order, label))
