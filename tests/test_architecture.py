"""The table in docs/architecture.md is the way that a real PATCH-DOC takes, each file once."""

import re
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from bokeh.models import Slider

from hybridviz.core.messages import MessageWriter
from hybridviz.runtime.threads import ThreadRuntime
from hybridviz.sessions import Session
from hybridviz.ws.connection import Connection
from hybridviz.ws.frames import encode_message
from hybridviz.ws.sockets import SocketTransport

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "hybridviz"
LIMIT = 1024 * 1024
APART = ("curdoc_of", "append", "pop")
"""Functions that are not handed the message, in a file that is entered for another reason later."""


def documented_way() -> list[str]:
    text = (ROOT / "docs" / "architecture.md").read_text()
    return re.findall(r"^\| \d \| `([\w/.]+)`", text, re.MULTILINE)


@pytest.fixture
def runtime() -> Iterator[ThreadRuntime]:
    runtime = ThreadRuntime()
    yield runtime
    runtime.close()


def test_a_patch_takes_the_documented_way(runtime: ThreadRuntime) -> None:
    slider = Slider(start=0, end=9, value=0)
    session = Session("id", "/app", runtime)
    session.build(lambda session: session.document.add_root(slider))
    event = f'{{"kind":"ModelChanged","model":{{"id":"{slider.id}"}},"attr":"value","new":5}}'
    message = MessageWriter(lambda: "1").write("PATCH-DOC", f'{{"events":[{event}]}}'.encode())
    ours, theirs = socket.socketpair()
    with ours, theirs:
        transport = SocketTransport(ours, runtime, max_message_size=LIMIT, keep_alive=None)
        theirs.sendall(b"".join(encode_message(message, masked=True)))
        theirs.shutdown(socket.SHUT_WR)
        entered = files_entered(
            Connection(transport, session, runtime, max_message_size=LIMIT).run,
            until=lambda: slider.value == 5,
        )
    way = documented_way()
    assert [name for name in entered if name in way] == way
    assert len(way) <= 7
    # What else is entered serves it on its way, and is not handed the message.
    beside = {name.split("/")[0] for name in entered if name not in way}
    assert beside <= {"accel", "bokeh_internals", "runtime", "sessions", "core", "errors.py"}, (
        entered
    )


def files_entered(call: Any, until: Any) -> list[str]:
    """Call and list the files of the package that are entered or returned to, each where it is
    first: from the first bytes that were read until a condition holds.
    """
    found: list[str] = []

    def note(frame: FrameType | None, event: str, argument: Any) -> None:
        if event == "return" and frame is not None:
            frame = frame.f_back
        if frame is None or frame.f_code.co_name in APART:
            return
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(PACKAGE) and (found or frame.f_code.co_name == "_take"):
            name = path.relative_to(PACKAGE).as_posix()
            if name not in found and not until():
                found.append(name)

    sys.setprofile(note)
    try:
        call()
    finally:
        sys.setprofile(None)
    return found
