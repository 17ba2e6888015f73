"""The pump: work in order, taken over while it runs, ended from outside."""

import threading

from hybridviz.client.pump import Pump
from hybridviz.runtime.threads import ThreadRuntime


def test_whoever_takes_it_over_does_the_work() -> None:
    pump = Pump(ThreadRuntime(), lambda why: None)
    threads: list[threading.Thread] = []
    first = threading.Event()

    def note() -> None:
        threads.append(threading.current_thread())
        first.set()

    pump.start()
    pump.spawn(note)
    assert first.wait(10)
    pump.call_later(0.05, note)
    pump.call_later(0.06, pump.close)
    pump.call_later(0.01, note).cancel()
    pump.run()
    assert len(threads) == 2
    assert threads[0] is not threading.main_thread() and threads[1] is threading.main_thread()


def test_system_exit_in_the_background_is_told() -> None:
    told = threading.Event()
    pump = Pump(ThreadRuntime(), lambda why: told.set())

    def leave() -> None:
        raise SystemExit(1)

    pump.start()
    pump.spawn(leave)
    assert told.wait(10)
    pump.close()
