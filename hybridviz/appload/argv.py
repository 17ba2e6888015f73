"""``sys.argv`` with a content of its own for each running app.

Runs of apps overlap, so it cannot be set before a run and set back after it: one object stays in
place and looks up, at each use, who asks.
"""

import sys
from collections.abc import Iterable, Iterator, MutableSequence
from contextlib import contextmanager
from typing import Any, cast

from hybridviz.appload.running import running


class Argv(MutableSequence[str]):
    """The arguments of the app that asks, or of the process outside of apps.

    Not a ``list``: C code would read a list's own storage past these methods.

    Args:
        own: the arguments of the process.
    """

    def __init__(self, own: list[str]) -> None:
        self._own = own

    @property
    def _now(self) -> list[str]:
        run = running.get()
        return self._own if run is None else run.argv

    def __getitem__(self, index: Any) -> Any:
        return self._now[index]

    def __setitem__(self, index: Any, value: Any) -> None:
        self._now[index] = value

    def __delitem__(self, index: Any) -> None:
        del self._now[index]

    def __len__(self) -> int:
        return len(self._now)

    def insert(self, index: int, value: str) -> None:
        self._now.insert(index, value)

    def copy(self) -> list[str]:
        return self._now.copy()

    def __add__(self, other: Iterable[str]) -> list[str]:
        return [*self._now, *other]

    def __radd__(self, other: Iterable[str]) -> list[str]:
        return [*other, *self._now]

    def __eq__(self, other: object) -> bool:
        return self._now == (other._now if isinstance(other, Argv) else other)

    __hash__ = None  # type: ignore[assignment]  # like a list

    def __repr__(self) -> str:
        return repr(self._now)

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (tuple(self._now),)


@contextmanager
def argv_in_place() -> Iterator[None]:
    """Have an `Argv` as ``sys.argv``, also after code that has assigned another list to it."""
    if not isinstance(sys.argv, Argv):
        sys.argv = cast(Any, Argv(sys.argv))
    before = sys.argv
    try:
        yield
    finally:
        sys.argv = before
