"""The profile of a server: what is looked at, what it tells, and the file it is written to."""

import json
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from hybridviz.cli.sampling import IDLE, Sampler, is_idle, speedscope, stack_of
from hybridviz.errors import ConfigError
from tests.servers import Server

APP = """
import time
from bokeh.io import curdoc
from bokeh.models import Div

def busy_in_the_app():
    end = time.process_time() + 0.5
    while time.process_time() < end:
        pass

busy_in_the_app()
curdoc().add_root(Div())
"""


def samples(profile: dict[str, Any]) -> dict[tuple[str, ...], float]:
    """Return the seconds of each stack of a speedscope file, functions by their names."""
    frames = profile["shared"]["frames"]
    (found,) = profile["profiles"]
    stacks = [tuple(frames[number]["name"] for number in stack) for stack in found["samples"]]
    assert found["endValue"] == pytest.approx(sum(found["weights"]))
    return dict(zip(stacks, found["weights"], strict=True))


def watched(path: Path, work: Callable[[], object], looks: int) -> dict[tuple[str, ...], float]:
    """Sample this thread while it works; a look is taken each time the clock is asked to wait."""
    times = iter(range(1000))
    taken: list[float] = []
    sampler: Sampler

    def sleep(seconds: float) -> None:
        taken.append(seconds)
        if len(taken) > looks:
            sampler.stop()

    sampler = Sampler(str(path), threading.get_ident(), lambda: float(next(times)), sleep)
    thread = threading.Thread(target=sampler.run)
    thread.start()
    while thread.is_alive():
        work()
    thread.join()
    return samples(json.loads(path.read_text()))


def test_each_look_counts_for_the_time_since_the_one_before(tmp_path: Path) -> None:
    def inner() -> None:
        sum(range(10_000))

    found = watched(tmp_path / "profile.json", inner, looks=50)
    assert sum(found.values()) == pytest.approx(50)
    assert all(any("watched" in name for name in stack) for stack in found)


def test_a_stack_begins_outside() -> None:
    def inner() -> Any:
        return stack_of(sys._getframe())

    names = [name for name, _, _ in inner()]
    assert names[-2:] == [
        "test_a_stack_begins_outside",
        "test_a_stack_begins_outside.<locals>.inner",
    ]
    assert stack_of(None) == ()


def test_waiting_is_not_counted() -> None:
    file, name = IDLE
    assert is_idle((("main", "a.py", 1), (f"Hub.{name}", f"/x/gevent/{file}", 2)))
    assert not is_idle(((f"Hub.{name}", f"/x/gevent/{file}", 2), ("call", "a.py", 1)))


def test_functions_are_listed_once() -> None:
    outer, inner = ("outer", "a.py", 1), ("inner", "b.py", 2)
    profile = speedscope({(outer, inner): 0.5, (outer,): 0.25})
    assert profile["shared"]["frames"] == [
        {"name": "outer", "file": "a.py", "line": 1},
        {"name": "inner", "file": "b.py", "line": 2},
    ]
    assert profile["profiles"][0]["samples"] == [[0, 1], [0]]
    assert profile["profiles"][0]["weights"] == [0.5, 0.25]


def test_a_file_that_cannot_be_written_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="profile .* cannot be written: No such file"):
        Sampler(str(tmp_path / "none" / "profile.json"), 0, float, print)


def test_a_server_tells_at_its_end_where_its_time_went(tmp_path: Path) -> None:
    app, profile = tmp_path / "app.py", tmp_path / "profile.json"
    app.write_text(APP)
    server = Server("serve", [app], tmp_path, options=["--profile", str(profile)])
    try:
        assert requests.get(f"{server.url}/app", timeout=30).ok
    finally:
        server.stop()
    found = samples(json.loads(profile.read_text()))
    assert any("ScriptApp.run" in stack for stack in found if "busy_in_the_app" in stack)
    assert not any(stack[-1] == "Hub.run" for stack in found)
