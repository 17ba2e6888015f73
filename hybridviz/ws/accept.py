"""From a WSGI environ to a transport: which server is this, and where is its socket?

gevent-websocket has made the handshake before the app is called. At all others (gunicorn gthread
and gevent, Werkzeug) simple-websocket makes it here. Either way the frames that follow are ours.
"""

from collections.abc import Callable
from typing import Any

from hybridviz.runtime.base import Runtime
from hybridviz.ws.sockets import SocketTransport
from hybridviz.ws.transport import Transport

Environ = dict[str, Any]

SUBPROTOCOL = "bokeh"

IN_PROCESS = "hybridviz.transport"
"""Where in the environ a client in this process, such as that of `hybridviz.testing`, lays the
server's end of a websocket. No request from outside can name it.
"""


def can_upgrade(environ: Environ) -> bool:
    """Return whether the server behind this request can do websockets."""
    if IN_PROCESS in environ:
        return True
    if "gunicorn.socket" in environ:
        return bool(environ.get("wsgi.multithread"))
    software = str(environ.get("SERVER_SOFTWARE", ""))
    return "werkzeug.socket" in environ or software.startswith("gevent")


def has_shaken_hands(environ: Environ) -> bool:
    """Return whether the server has answered the handshake already: only a close can refuse."""
    return environ.get("wsgi.websocket") is not None


def accept(
    environ: Environ, runtime: Runtime, *, max_message_size: int, keep_alive: float | None
) -> Transport:
    """Take over the socket of an upgrade request, making the handshake if nobody has.

    Args:
        environ: the request's.
        runtime: gives locks and the clock.
        max_message_size: largest incoming message in bytes.
        keep_alive: seconds of silence after which the peer is pinged; None for never.

    Raises:
        simple_websocket.ConnectionError: the request is no websocket handshake.
    """
    if IN_PROCESS in environ:
        transport: Transport = environ[IN_PROCESS]
        return transport
    websocket = environ.get("wsgi.websocket")
    sock = _take_over(websocket) if websocket is not None else _shake_hands(environ)
    return SocketTransport(sock, runtime, max_message_size=max_message_size, keep_alive=keep_alive)


def _take_over(websocket: Any) -> Any:
    """Take the raw socket of gevent-websocket and let that never write to it again."""
    websocket.closed = True
    return websocket.handler.socket


def _shake_hands(environ: Environ) -> Any:
    # 20 ms and 1 MB that `hybridviz serve`, where gevent-websocket shakes hands, does not need.
    import simple_websocket  # type: ignore[import-untyped]

    # Without its offer of extensions simple-websocket agrees to none; our frames know none.
    plain = {name: environ[name] for name in environ if name != "HTTP_SEC_WEBSOCKET_EXTENSIONS"}
    server = simple_websocket.Server(plain, subprotocols=[SUBPROTOCOL], thread_class=_NoThread)
    return server.sock


class _NoThread:
    """Stands in for the reader thread that simple-websocket would start."""

    name = ""

    def __init__(self, target: Callable[[], None]) -> None:
        self.target = target

    def start(self) -> None:
        """Start nothing: the frames are read by `SocketTransport`."""
