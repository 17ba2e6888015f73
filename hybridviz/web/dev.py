"""What ``--dev`` adds to pages: they are loaded again when their app has changed, and show what it
prints and logs.

A page listens to a stream of server-sent events. Each event ``edition`` names the app's code that
would be run now; a page that was made by another one loads itself again.
"""

import json
import secrets
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from html import escape

from flask import Response, abort, request

from hybridviz.runtime.base import Runtime
from hybridviz.web.app_output import AppOutput
from hybridviz.web.document_page import PageLinks
from hybridviz.web.served import ServedApp

LOOK_EVERY = 0.5
"""Seconds between two looks at the files of all apps."""
SILENCE = 10.0
"""Longest silence of a stream, in seconds: only a write tells that the page has gone."""
BACKLOG = 500
"""Most events that wait for one page; older ones are dropped."""


class Listener:
    """The stream of one page.

    Args:
        runtime: gives the flag by which its writer sleeps.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._events: deque[bytes] = deque(maxlen=BACKLOG)
        self._ready = runtime.event()
        self._closed = False

    def tell(self, name: str, data: str) -> None:
        """Send an event, soon."""
        self._events.append(f"event: {name}\ndata: {data}\n\n".encode())
        self._ready.set()

    def close(self) -> None:
        """End the stream."""
        self._closed = True
        self._ready.set()

    def stream(self) -> Iterator[bytes]:
        """Yield what is to be sent, until the stream is closed."""
        while not self._closed:
            while self._events:
                yield self._events.popleft()
            self._ready.clear()
            if not self._events and not self._closed and not self._ready.wait(SILENCE):
                yield b": still here\n\n"


class DevChannel:
    """All streams of one server.

    Args:
        served: apps by their routes.
        runtime: what looks at files from time to time.
    """

    def __init__(self, served: Mapping[str, ServedApp], runtime: Runtime) -> None:
        self._served = served
        self._runtime = runtime
        self._start = secrets.token_hex(4)
        self._listeners: defaultdict[str, set[Listener]] = defaultdict(set)
        self._closed = False
        self._output = AppOutput(self._show)

    def start(self) -> None:
        """Begin to watch the apps' files and output."""
        self._output.install()
        self._runtime.spawn(self._watch)

    def close(self) -> None:
        """End all streams. Idempotent."""
        self._closed = True
        self._output.remove()
        for listener in self._all():
            listener.close()

    def head(self, route: str, links: PageLinks) -> str:
        """Return the HTML by which a page of an app takes part."""
        if route not in self._served:
            return ""
        return (
            f'<link rel="stylesheet" href="{links.own_url("dev.css")}">\n'
            f'<script src="{links.own_url("dev.js")}" data-edition="{self._edition(route)}"'
            f' data-route="{escape(route)}"></script>\n'
        )

    def view(self) -> Response:
        """Answer the stream of one app's events."""
        route = request.args.get("route", "")
        if route not in self._served or self._closed:
            abort(404)
        listener = Listener(self._runtime)
        listener.tell("edition", self._edition(route))
        response = Response(self._stream(route, listener), mimetype="text/event-stream")
        response.headers["Cache-Control"] = "no-store"
        return response

    def _stream(self, route: str, listener: Listener) -> Iterator[bytes]:
        self._listeners[route].add(listener)
        try:
            yield from listener.stream()
        finally:
            self._listeners[route].discard(listener)

    def _edition(self, route: str) -> str:
        return f"{self._start}-{self._served[route].edition}"

    def _watch(self) -> None:
        told = {route: served.edition for route, served in self._served.items()}
        while not self._closed:
            for route, served in tuple(self._served.items()):
                served.refresh()
                if served.edition != told.setdefault(route, served.edition):
                    told[route] = served.edition
                    self._tell(route, "edition", self._edition(route))
            self._runtime.sleep(LOOK_EVERY)

    def _show(self, route: str, level: str, text: str) -> None:
        self._tell(route, "log", json.dumps({"level": level, "text": text}))

    def _tell(self, route: str, name: str, data: str) -> None:
        for listener in tuple(self._listeners.get(route, ())):
            listener.tell(name, data)

    def _all(self) -> list[Listener]:
        return [listener for listeners in self._listeners.values() for listener in listeners]
