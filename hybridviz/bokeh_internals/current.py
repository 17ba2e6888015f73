"""The current document: ``curdoc()`` in every greenlet, thread and task."""

import contextvars
import weakref
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, cast

import bokeh.io.doc
from bokeh.document import Document
from bokeh.document.locking import UnlockedDocumentProxy


class _ContextStack:
    """A stack whose content belongs to the running greenlet, thread or task; stands in for a global
    list.
    """

    def __init__(self) -> None:
        self._items: contextvars.ContextVar[tuple[Any, ...]] = contextvars.ContextVar(
            "curdocs", default=()
        )

    def append(self, item: Any) -> None:
        self._items.set((*self._items.get(), item))

    def pop(self) -> Any:
        *rest, last = self._items.get()
        self._items.set(tuple(rest))
        return last

    def __len__(self) -> int:
        return len(self._items.get())

    def __getitem__(self, index: int) -> Any:
        return self._items.get()[index]


def make_curdoc_local() -> None:
    """Let ``curdoc()`` be right in every greenlet, thread and task; Bokeh 3.9 keeps one list for
    the process.
    """
    if isinstance(bokeh.io.doc._PATCHED_CURDOCS, list):
        bokeh.io.doc._PATCHED_CURDOCS = cast(Any, _ContextStack())


def curdoc_of(
    document: Document, callback: Callable[..., Any] | None = None
) -> AbstractContextManager[None]:
    """Let ``curdoc()`` return ``document``, or Bokeh's unlocked proxy of it for a callback that
    asks for no lock.

    Call `make_curdoc_local` first, once.
    """
    nolock = getattr(callback, "nolock", False)
    return _Current(UnlockedDocumentProxy(document) if nolock else document)


class _Current:
    """What ``curdoc()`` returns while it is entered; each callback of an app is within one."""

    __slots__ = ("_document", "_token")

    def __init__(self, document: Any) -> None:
        self._document = document
        self._token: Any = None

    def __enter__(self) -> None:
        stack = bokeh.io.doc._PATCHED_CURDOCS
        if isinstance(stack, contextvars.ContextVar):
            self._token = stack.set((*stack.get(), weakref.ref(self._document)))
        else:
            stack.append(weakref.ref(self._document))

    def __exit__(self, *exc: object) -> None:
        stack = bokeh.io.doc._PATCHED_CURDOCS
        if isinstance(stack, contextvars.ContextVar):
            stack.reset(self._token)
        else:
            stack.pop()
