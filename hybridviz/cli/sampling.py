"""Where a server spends its time, for ``hybridviz serve --profile``: looked at many times a second
by a thread of the operating system, as one that is a greenlet would only ever see itself.

Knows no server and no gevent. Format of the file: that of speedscope.app.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from hybridviz import __version__
from hybridviz.errors import ConfigError

PERIOD = 0.005
"""Seconds between two looks; each costs some 20 microseconds."""
MAX_STACKS = 100_000
"""Most stacks that are told apart; what comes then counts as other."""
SCHEMA = "https://www.speedscope.app/file-format-schema.json"

Call = tuple[str, str, int]
"""A function: its name, its file, its first line."""
Stack = tuple[Call, ...]
"""Functions that have called each other, the outermost first."""

OTHER: Stack = (("other", "", 0),)
IDLE = ("hub.py", "run")
"""End of the file's name, and name, of the function in which gevent waits."""


class Sampler:
    """Counts what one thread is doing.

    Args:
        path: where the profile is written; checked at once.
        thread: identifier of the thread, as ``threading.get_ident`` gives it.
        clock: seconds.
        sleep: waits, without letting greenlets run.

    Raises:
        ConfigError: the file cannot be written.
    """

    def __init__(
        self,
        path: str,
        thread: int,
        clock: Callable[[], float],
        sleep: Callable[[float], object],
    ) -> None:
        self._path = Path(path)
        self._thread = thread
        self._clock = clock
        self._sleep = sleep
        self._seconds: Counter[Stack] = Counter()
        self._stopped = False
        self.write()

    def run(self) -> None:
        """Look until `stop`; what a look finds counts for the time since the one before."""
        last = self._clock()
        while not self._stopped:
            self._sleep(PERIOD)
            now = self._clock()
            stack = stack_of(sys._current_frames().get(self._thread))
            if stack and not is_idle(stack):
                full = len(self._seconds) >= MAX_STACKS and stack not in self._seconds
                self._seconds[OTHER if full else stack] += now - last  # type: ignore[assignment]
            last = now

    def stop(self) -> None:
        """End `run`, and write the file."""
        self._stopped = True
        self.write()

    def write(self) -> None:
        """Write what is known so far.

        Raises:
            ConfigError: that is not possible.
        """
        try:
            self._path.write_text(json.dumps(speedscope(dict(self._seconds))))
        except OSError as error:
            raise ConfigError(
                f"the profile {self._path} cannot be written: {error.strerror}"
            ) from None


def stack_of(frame: FrameType | None) -> Stack:
    """Return the functions that are running, the outermost first."""
    calls: list[Call] = []
    while frame is not None:
        code = frame.f_code
        calls.append((code.co_qualname, code.co_filename, code.co_firstlineno))
        frame = frame.f_back
    return tuple(reversed(calls))


def is_idle(stack: Stack) -> bool:
    """Return whether the thread only waits."""
    name, file, _ = stack[-1]
    return file.endswith(IDLE[0]) and name.rpartition(".")[2] == IDLE[1]


def speedscope(seconds: dict[Stack, float]) -> dict[str, Any]:
    """Return a profile as speedscope.app reads it.

    Args:
        seconds: how long each stack was seen.
    """
    numbers: dict[Call, int] = {}
    samples = [[numbers.setdefault(call, len(numbers)) for call in stack] for stack in seconds]
    frames = [{"name": name, "file": file, "line": line} for name, file, line in numbers]
    profile = {
        "type": "sampled",
        "name": "hybridviz serve",
        "unit": "seconds",
        "startValue": 0,
        "endValue": sum(seconds.values()),
        "samples": samples,
        "weights": list(seconds.values()),
    }
    return {
        "$schema": SCHEMA,
        "exporter": f"hybridviz {__version__}",
        "shared": {"frames": frames},
        "profiles": [profile],
    }
