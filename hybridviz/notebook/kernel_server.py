"""The server of a kernel: one port on the loopback interface, behind which each app that a cell
shows has a path that nobody can guess.

Knows WSGI applications and their keys. Knows no cell and no notebook.
"""

import logging
import re
import secrets
import threading
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.exceptions import NotFound
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

log = logging.getLogger("hybridviz.notebook")

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

KEY = re.compile(r"/(?P<key>[\w-]{43})(?P<rest>/.*|)")
"""A key somewhere in a path: proxies put their own parts before it, or not."""
GONE = "This app has ended: its cell was run again, or its kernel was. Run the cell to see it."


class _Quiet(WSGIRequestHandler):
    """Writes no line per request into the output of cells."""

    def log_request(self, *args: Any) -> None:
        log.debug("< %s", self.requestline)


class KernelServer:
    """A server in threads, with one application per key."""

    def __init__(self) -> None:
        self._apps: dict[str, Wsgi] = {}
        self._server: BaseWSGIServer = make_server(
            "127.0.0.1", 0, self._answer, threaded=True, request_handler=_Quiet
        )
        # Websockets never end by themselves.
        self._server.daemon_threads = True  # type: ignore[attr-defined]
        self._server.block_on_close = False  # type: ignore[attr-defined]
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="hybridviz-notebook", daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.port)

    def new_key(self) -> str:
        """Return a key for one more application."""
        return secrets.token_urlsafe(32)

    def add(self, key: str, app: Wsgi) -> None:
        """Answer all paths with that key by an application."""
        self._apps[key] = app

    def remove(self, key: str) -> None:
        """Forget an application."""
        self._apps.pop(key, None)

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _answer(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        found = KEY.search(environ.get("PATH_INFO", ""))
        app = self._apps.get(found["key"]) if found else None
        if found is None or app is None:
            return NotFound(GONE)(environ, start_response)
        environ["SCRIPT_NAME"], environ["PATH_INFO"] = f"/{found['key']}", found["rest"] or "/"
        return app(environ, start_response)
