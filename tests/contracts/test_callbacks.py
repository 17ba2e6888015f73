"""What becomes of callbacks of sessions and scripts whatever runs them: threads here, and greenlets
where `test_runtime` runs this.
"""

import sys
from collections.abc import Callable, Iterator
from contextvars import copy_context
from typing import Any

import pytest
from bokeh.document import Document

from hybridviz.client.replica import Replica
from hybridviz.runtime.base import Runtime, Task
from hybridviz.sessions import Session

WAIT = 5.0


class TimedOut(BaseException):
    """No Exception, as gevent's Timeout."""


@pytest.fixture
def session(runtime: Runtime) -> Iterator[Session]:
    session = Session("id", "/app", runtime)
    yield session
    session.destroy()


@pytest.fixture
def replica(runtime: Runtime) -> Iterator[Replica]:
    """The document of a script, without a server."""
    replica = Replica(runtime, runtime, lambda message: None, lambda reason: None)
    replica.attach(Document())
    yield replica
    replica.detach()


def assert_waits_its_turn(runtime: Runtime, start: Callable[[Any], Task]) -> None:
    """Fail unless the coroutine of a callback runs after one that blocks the loop, and before the
    task ends that has called it.

    Args:
        start: starts a task that calls a callback.
    """
    inside, called, go = runtime.event(), runtime.event(), runtime.event()
    order: list[str] = []

    async def block() -> None:
        inside.set()
        go.wait()  # without await: so do offload, requests and time.sleep
        order.append("blocked")

    async def follow() -> None:
        order.append("followed")

    def callback(*context: Any) -> Any:
        called.set()
        return follow()

    blocking = runtime.spawn(runtime.run_coroutine, block(), copy_context())
    assert inside.wait(WAIT)
    task = start(callback)
    assert called.wait(WAIT)
    go.set()
    assert task.join(WAIT) and order == ["blocked", "followed"]
    assert blocking.join(WAIT)


def test_an_async_callback_has_its_turn_after_one_that_blocks(
    runtime: Runtime, session: Session
) -> None:
    assert_waits_its_turn(runtime, lambda callback: runtime.spawn(session.run, callback))


def test_an_async_destroy_callback_has_its_turn_after_one_that_blocks(
    runtime: Runtime, session: Session
) -> None:
    def end(callback: Any) -> Task:
        session.document.on_session_destroyed(callback)
        return runtime.spawn(session.destroy)

    assert_waits_its_turn(runtime, end)


def test_an_async_callback_of_a_script_has_its_turn_after_one_that_blocks(
    runtime: Runtime, replica: Replica
) -> None:
    assert_waits_its_turn(runtime, lambda callback: runtime.spawn(replica.invoke, callback))


def test_sys_exit_in_an_async_callback_ends_nothing(runtime: Runtime, session: Session) -> None:
    heard: list[Any] = []

    async def leave() -> None:
        sys.exit("on purpose")

    async def go_on() -> None:
        heard.append("went on")

    session.context.on_exception(lambda error: heard.append(repr(error)))
    for callback in (leave, go_on):
        assert runtime.spawn(session.run, callback).join(WAIT)
    assert heard == ["SystemExit('on purpose')", "went on"]


def run_out(runtime: Runtime) -> None:
    """Wait in vain, under gevent for as long as a timeout of its own allows."""
    if runtime.name == "greenlets":
        import gevent

        with gevent.Timeout(0.01):
            runtime.event().wait()
    raise TimedOut


def test_a_timeout_is_a_failure_of_the_callback(runtime: Runtime, session: Session) -> None:
    heard: list[BaseException] = []

    async def run_out_in_a_coroutine() -> None:
        run_out(runtime)

    session.context.on_exception(heard.append)
    assert runtime.spawn(session.run, run_out, runtime).join(WAIT)
    assert runtime.spawn(session.run, run_out_in_a_coroutine).join(WAIT)
    name = "Timeout" if runtime.name == "greenlets" else "TimedOut"
    assert [type(error).__name__ for error in heard] == [name, name]


def test_an_interrupt_is_no_failure_of_the_callback(session: Session) -> None:
    heard: list[BaseException] = []

    def interrupt() -> None:
        raise KeyboardInterrupt

    session.context.on_exception(heard.append)
    with pytest.raises(KeyboardInterrupt):
        session.run(interrupt)
    assert not heard


def test_the_end_of_its_greenlet_is_no_failure_of_the_callback(
    runtime: Runtime, session: Session
) -> None:
    if runtime.name != "greenlets":
        return
    import gevent

    running: list[gevent.Greenlet] = []
    inside, heard = runtime.event(), list[BaseException]()

    def wait() -> None:
        running.append(gevent.getcurrent())
        inside.set()
        runtime.event().wait()

    session.context.on_exception(heard.append)
    task = runtime.spawn(session.run, wait)
    assert inside.wait(WAIT)
    running[0].kill()
    assert task.join(WAIT) and not heard
