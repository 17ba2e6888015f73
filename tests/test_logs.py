"""The two forms of the log."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from bokeh.command.subcommands.serve import LOGLEVELS
from bokeh.settings import convert_logging

from hybridviz.config import Settings
from hybridviz.logs import configure_logging


@contextmanager
def bare_root() -> Iterator[None]:
    """Take pytest's own outputs off the root logger for a while."""
    root = logging.root
    before, level = root.handlers, root.level
    root.handlers = []
    try:
        yield
    finally:
        root.handlers = before
        root.setLevel(level)


def log_an_error() -> None:
    try:
        raise ValueError("odd")
    except ValueError:
        logging.getLogger("hybridviz.test").exception("first\nsecond")


def test_json_is_one_object_a_line() -> None:
    stream = io.StringIO()
    with bare_root():
        configure_logging("warning", "json", stream)
        logging.getLogger("hybridviz.test").info("too quiet")
        log_an_error()
    (line,) = stream.getvalue().splitlines()
    entry = json.loads(line)
    assert entry["time"].endswith("+00:00")
    assert entry["level"] == "error"
    assert entry["logger"] == "hybridviz.test"
    assert entry["message"] == "first\nsecond"
    assert entry["exception"].endswith("ValueError: odd")


def test_text_names_level_and_logger() -> None:
    stream = io.StringIO()
    with bare_root():
        configure_logging("debug", "text", stream)
        logging.getLogger("hybridviz.test").debug("hello %d", 5)
    assert stream.getvalue().endswith(" DEBUG hybridviz.test: hello 5\n")


def test_every_level_of_bokehs_command_is_one_here() -> None:
    for name in (*LOGLEVELS, "None"):
        with bare_root():
            configure_logging(Settings(log_level=name).log_level, "text", io.StringIO())
            assert logging.root.level == (convert_logging(name) or logging.INFO), name


def test_a_log_that_is_set_up_already_is_left_alone() -> None:
    mine = logging.NullHandler()
    with bare_root():
        logging.root.addHandler(mine)
        configure_logging("debug", "json", io.StringIO())
        assert logging.root.handlers == [mine]
