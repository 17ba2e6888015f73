"""Which servers can do websockets, by what they put into the environ of a request."""

from typing import Any

import pytest

from hybridviz.ws.accept import can_upgrade, has_shaken_hands

SOCKET = object()


@pytest.mark.parametrize(
    ("environ", "can"),
    [
        ({"gunicorn.socket": SOCKET, "wsgi.multithread": True}, True),
        ({"gunicorn.socket": SOCKET, "wsgi.multithread": False}, False),
        ({"werkzeug.socket": SOCKET}, True),
        ({"SERVER_SOFTWARE": "gevent/26.9 Python/3.11"}, True),
        ({"SERVER_SOFTWARE": "WSGIServer/0.2 CPython/3.11"}, False),
        ({}, False),
    ],
)
def test_server_is_recognised(environ: dict[str, Any], can: bool) -> None:
    assert can_upgrade(environ) is can


def test_handshake_of_gevent_websocket_is_recognised() -> None:
    assert has_shaken_hands({"wsgi.websocket": SOCKET})
    assert not has_shaken_hands({"wsgi.websocket": None})
    assert not has_shaken_hands({})
