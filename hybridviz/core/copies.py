"""Copies of arrays on their way out: an app may reuse its array, and a queued message must not
change.

The kernel clears new memory page by page when it is first written to, which takes longer than the
copying: the buffer of a large copy is used again as soon as nobody has the copy any more.
"""

import weakref
from typing import Any

import numpy as np

from hybridviz.core.fragments import Payload

LARGE = 1024 * 1024
"""Bytes from which a copy has a buffer that may be used again."""
KEPT = 32 * 1024 * 1024
"""Largest buffer that is kept while nobody needs it, in bytes; there is never more than one."""

Array = np.ndarray[Any, np.dtype[np.uint8]]


class Copies:
    """Makes copies; from any thread."""

    def __init__(self) -> None:
        self._spare: list[Array] = []

    def copy(self, data: memoryview) -> Payload:
        """Copy the contiguous bytes of an array of any type and shape."""
        if data.nbytes < LARGE:
            return data.tobytes()
        buffer = self._take(data.nbytes)
        copy = buffer[: data.nbytes]
        copy[:] = np.frombuffer(data, np.uint8)
        weakref.finalize(copy, self._give, buffer).atexit = False
        return copy.data.toreadonly()

    def _take(self, size: int) -> Array:
        """Return the spare buffer if it fits, else a new one."""
        try:
            buffer = self._spare.pop()
        except IndexError:
            return np.empty(size, np.uint8)
        return buffer if size <= buffer.nbytes <= 2 * size else np.empty(size, np.uint8)

    def _give(self, buffer: Array) -> None:
        if buffer.nbytes <= KEPT:
            self._spare[:] = [buffer]


copied = Copies().copy
"""For the whole process: its documents seldom have large arrays at the same time."""
