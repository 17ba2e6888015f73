"""What apps print and log, told apart by the app whose code is running. For ``--dev`` only: it
stands in for ``sys.stdout`` and ``sys.stderr`` of the process while it is installed.
"""

import logging
import sys
from collections.abc import Callable
from typing import Any, TextIO

from bokeh.io import curdoc

from hybridviz.sessions.context import SessionContext

Show = Callable[[str, str, str], object]
"""Takes an app's route, a level such as ``error``, and a line of text."""


def running_route() -> str | None:
    """Return the route of the app whose code is running; None if none is."""
    context = curdoc().session_context
    return context.route if isinstance(context, SessionContext) else None


class _Stream:
    """A text stream that shows what apps write to it besides writing it.

    Args:
        stream: where all is written.
        level: of the lines.
        show: told each whole line of an app.
    """

    def __init__(self, stream: TextIO, level: str, show: Show) -> None:
        self._stream = stream
        self._level = level
        self._show = show
        self._begun: dict[str, str] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write to the stream; show what is a line now."""
        count = self._stream.write(text)
        route = running_route()
        if route is not None:
            *lines, rest = (self._begun.pop(route, "") + text).split("\n")
            self._begun[route] = rest
            for line in lines:
                self._show(route, self._level, line)
        return count


class _Records(logging.Handler):
    """Shows log records of apps: their own, and ours about them."""

    def __init__(self, show: Show) -> None:
        super().__init__(logging.INFO)
        self._show = show

    def emit(self, record: logging.LogRecord) -> None:
        route = running_route()
        ours = record.name.startswith("hybridviz.")
        if route is not None and (not ours or record.levelno >= logging.WARNING):
            self._show(route, record.levelname.lower(), self.format(record))


class AppOutput:
    """Shows the output of all apps.

    Args:
        show: told each line.
    """

    def __init__(self, show: Show) -> None:
        self._records = _Records(show)
        self._show = show
        self._before: tuple[TextIO, TextIO] | None = None

    def install(self) -> None:
        """Take the place of the process's streams."""
        out, err = self._before = sys.stdout, sys.stderr
        sys.stdout = _Stream(out, "print", self._show)
        sys.stderr = _Stream(err, "print", self._show)
        logging.root.addHandler(self._records)

    def remove(self) -> None:
        """Give the streams back. Idempotent."""
        if self._before is not None:
            sys.stdout, sys.stderr = self._before
            self._before = None
            logging.root.removeHandler(self._records)
