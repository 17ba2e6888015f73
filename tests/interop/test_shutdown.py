"""A server that is told to end says so on every socket, and every session hears of its end."""

import re
from pathlib import Path

import pytest

from tests.interop.wire import Wire
from tests.servers import Server

APP = """
from pathlib import Path
from bokeh.io import curdoc
from bokeh.models import Div

def ended(context):
    Path({folder!r}, context.id).write_text("ended")

curdoc().on_session_destroyed(ended)
curdoc().add_root(Div(text="hello"))
"""


@pytest.mark.parametrize("kind", ["serve", "gunicorn-gevent", "gunicorn-gthread"])
def test_sockets_are_closed_and_sessions_told(tmp_path: Path, kind: str) -> None:
    ended = tmp_path / "ended"
    ended.mkdir()
    app = tmp_path / "app.py"
    app.write_text(APP.format(folder=str(ended)))
    server = Server(kind, [app], tmp_path)
    wires = [Wire(f"{server.url}/app?bokeh-session-id=s{index}") for index in range(3)]
    try:
        for wire in wires:
            wire.reply()
        server.stop()  # fails unless the process has gone within 5 s
        for wire in wires:
            closed = wire.close_frame()
            assert (closed.code, closed.reason) == (1001, "the server is shutting down")
    finally:
        server.kill()
        for wire in wires:
            wire.socket.close()
    assert {path.name for path in ended.iterdir()} >= {"s0", "s1", "s2"}
    assert not re.search(r"Traceback", server.log), server.log
