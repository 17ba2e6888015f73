"""Run the command line with a stand-in for web/: what the server does is tested, not the pages.

The stand-in answers every request with the settings' hosts and the apps' routes; ``/hold`` answers
once all sessions are being closed, ``/spin`` computes for ever.
"""

import sys
import types
from collections.abc import Callable, Iterable
from typing import Any


class StandIn:
    """A WSGI application that is also its own HybridViz."""

    def __init__(self, settings: Any, apps: Any) -> None:
        from gevent.event import Event

        self.extensions = {"hybridviz": self}
        self._text = f"{','.join(settings.hosts)} {','.join(app.route for app in apps)}"
        self._closing = Event()

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/spin":
            print("spinning", file=sys.stderr, flush=True)
            while True:
                pass
        if environ["PATH_INFO"] == "/hold":
            print("holding", file=sys.stderr, flush=True)
            self._closing.wait()
        start("200 OK", [("Content-Type", "text/plain"), ("Connection", "close")])
        return [self._text.encode()]

    def close(self, reason: str) -> None:
        print(f"closed: {reason}", file=sys.stderr, flush=True)
        self._closing.set()


def main() -> int:
    extension = types.ModuleType("hybridviz.web.extension")
    vars(extension)["create_app"] = StandIn
    sys.modules[extension.__name__] = extension

    from hybridviz.cli import main

    return main()


if __name__ == "__main__":
    sys.exit(main())
