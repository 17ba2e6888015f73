"""Calls an app's code. What a callback raises is logged and told to the session's `on_exception`
callbacks; the session lives on.
"""

import logging
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import TYPE_CHECKING, Any

from hybridviz.bokeh_internals import curdoc_of
from hybridviz.runtime.active import active
from hybridviz.runtime.awaiting import settled, wait_for
from hybridviz.runtime.base import Runtime
from hybridviz.runtime.lock import apart
from hybridviz.runtime.stages import CALLBACK
from hybridviz.sessions.snapshot import Snapshot
from hybridviz.sessions.surroundings import Surroundings

if TYPE_CHECKING:
    from hybridviz.sessions.session import Session

log = logging.getLogger("hybridviz.sessions")


class Invoker:
    """Calls the code of the app that one session belongs to.

    Args:
        session: the session.
        runtime: runs coroutines, and what must not wait for the lock.
        surroundings: within what the code runs.
        snapshot: forgotten before and after: the code may write into arrays, which nobody tells.
    """

    def __init__(
        self, session: "Session", runtime: Runtime, surroundings: Surroundings, snapshot: Snapshot
    ) -> None:
        self._session = session
        self._runtime = runtime
        self._surroundings = surroundings
        self._snapshot = snapshot
        self._inside = False

    def build(self, call: Callable[["Session"], object]) -> None:
        """Let the app fill the document, with the lock held; what it raises is raised here."""
        self._inside = True
        try:
            self._surroundings.within(call, self._session)
        finally:
            self._inside = False

    def invoke(self, callback: Callable[..., Any], *args: Any) -> None:
        """Call one callback, with the lock held. Only what one raises that another one has led to
        is raised here: the outermost deals with it.
        """
        if getattr(callback, "nolock", False):
            apart(self._runtime.spawn, self.invoke_unlocked, callback, *args)
        elif self._inside:
            self._call(callback, *args)
        else:
            self._inside = True
            try:
                self._outermost(callback, *args)
            finally:
                self._inside = False

    def invoke_unlocked(self, callback: Callable[..., Any], *args: Any) -> None:
        """Call one that `without_document_lock` has marked, without the lock."""
        token = active.set(self._runtime)
        try:
            with curdoc_of(self._session.document, callback):
                self._outermost(callback, *args)
        finally:
            active.reset(token)

    def begin_anew(self) -> None:
        """Take the next callback for an outermost one, although another may still run: it shall not
        be in the way of those that end the session.
        """
        self._inside = False

    def result_of(self, call: Callable[..., Any], *args: Any) -> Any:
        """Call what is no callback and return its result, awaited if need be; raise what it
        raises.
        """
        try:
            return self._surroundings.within(self._settled, call, *args)
        finally:
            self._snapshot.forget()

    def _settled(self, call: Callable[..., Any], *args: Any) -> Any:
        return settled(self._runtime, call(*args))

    def _outermost(self, callback: Callable[..., Any], *args: Any) -> None:
        began = perf_counter()
        try:
            self._surroundings.within(self._call, callback, *args)
        except self._runtime.endings:
            raise
        except BaseException as error:
            self._report(error)
        finally:
            CALLBACK.add(perf_counter() - began)

    def _call(self, callback: Callable[..., Any], *args: Any) -> None:
        self._snapshot.forget()
        try:
            result = callback(*args)
            if isinstance(result, Awaitable):
                self._await(result)
        finally:
            self._snapshot.forget()

    def _await(self, result: Awaitable[Any]) -> None:
        if self._runtime.in_coroutine():
            # A coroutine changed what another one listens to: that has its turn afterwards.
            apart(self._runtime.spawn, self._session.run, wait_for, result)
        else:
            settled(self._runtime, result)

    def _report(self, error: BaseException) -> None:
        log.error("! %s: a callback raised %r", self._session, error, exc_info=error)
        self._surroundings.callback_failed(self._session, error)
        for callback in tuple(self._session.context.exception_callbacks):
            try:
                self._surroundings.within(self._call, callback, error)
            except self._runtime.endings:
                raise
            except BaseException as second:
                log.error("! %s: on_exception raised %r", self._session, second, exc_info=second)
