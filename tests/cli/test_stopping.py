"""Signals are heard at once, also by a hub that nothing else would wake."""

import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

WAITING = """
from gevent import monkey
monkey.patch_all()
import signal
import gevent
from hybridviz.cli.stopping import stop_event
stop = stop_event()
gevent.spawn(gevent.sleep, 600)  # what a server waits for may come much later
sleep = monkey.get_original("time", "sleep")
monkey.get_original("_thread", "start_new_thread")(sleep, (60,))
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGINT])  # of this thread only
print("waiting", flush=True)
stop.wait()
print("stopped", flush=True)
"""
"""A process whose other thread is given the signals: they interrupt no wait of the hub's thread."""


@pytest.fixture
def waiting() -> "Iterator[subprocess.Popen[str]]":
    process = subprocess.Popen([sys.executable, "-c", WAITING], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "waiting\n"
    yield process
    process.kill()
    process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_wakes_the_hub(waiting: "subprocess.Popen[str]", number: signal.Signals) -> None:
    waiting.send_signal(number)
    assert waiting.communicate(timeout=30) == ("stopped\n", None)
    assert waiting.returncode == 0
