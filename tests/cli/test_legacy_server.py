"""The flags of ``bokeh-server`` 0.10: each is mapped, or refused with a reason."""

import re
from pathlib import Path
from typing import Any

import click
import pytest
import requests
from click.testing import CliRunner

from hybridviz.cli import command, main
from hybridviz.cli.legacy_server import ALSO, legacy_server, settings_of
from hybridviz.cli.refused import REFUSED_OLD
from hybridviz.config import Settings
from hybridviz.errors import ConfigError
from tests.servers import COMMANDS, ROOT, Server

OLD = {
    *("--ip", "--port", "--bokeh-port", "--url-prefix", "--https", "--https-certfile"),
    *("--https-keyfile", "-m", "--multi-user", "--script", "--backend", "--redis-port"),
    *("--start-redis", "--no-start-redis", "--ws-conn-string", "-d", "--debug", "--dev"),
    *("--filter-logs", "-j", "--debugjs", "--robust-reload", "-v", "--verbose"),
}
"""All flags in bokeh/server/__init__.py of 0.10.0."""


def own_flags() -> set[str]:
    options = [option for option in legacy_server.params if isinstance(option, click.Option)]
    return {name for option in options for name in option.opts} - set(ALSO)


def read(*args: str) -> Settings:
    """Return the settings that flags give."""
    context = legacy_server.make_context("legacy-server", list(args))
    return settings_of(context.params, Settings())


def test_every_flag_is_mapped_or_refused() -> None:
    assert own_flags() | set(REFUSED_OLD) == OLD
    assert not own_flags() & set(REFUSED_OLD)


def test_the_docs_hold_them_all() -> None:
    text = (ROOT / "docs/options.md").read_text()
    rows = dict(re.findall(r"^\| `(--?[\w-]+)` \| (maps|refused) \|[^|]+\|$", text, re.M))
    assert {name for name, state in rows.items() if state == "maps"} == own_flags()
    assert {name for name, state in rows.items() if state == "refused"} == set(REFUSED_OLD)


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ("", {}),
        ("--ip 0.0.0.0 --port 80 --url-prefix /x", {"address": "0.0.0.0", "prefix": "/x"}),
        ("--bokeh-port 81", {"port": 81}),
        ("--https --https-certfile a", {"ssl_certfile": "a"}),
        ("--https --https-certfile a --https-keyfile b", {"ssl_keyfile": "b"}),
        ("-m", {"multi_user": True}),
        ("--multi-user", {"multi_user": True}),
        ("--backend memory", {"store": "memory:"}),
        ("--backend shelve", {"store": "sqlite:"}),
        ("--backend redis", {"store": "redis://127.0.0.1:7001"}),
        ("--backend redis --redis-port 1 --no-start-redis", {"store": "redis://127.0.0.1:1"}),
        ("--dev", {"store": "memory:", "log_level": "debug"}),
        ("-d", {"log_level": "debug"}),
        ("-v --log-level error", {"log_level": "error"}),
        ("--legacy-open-to 192.0.2.0/24 --host a --host b", {"hosts": ("a", "b")}),
    ],
)
def test_what_flags_mean_today(args: str, expected: dict[str, Any]) -> None:
    settings = read(*args.split())
    assert {name: getattr(settings, name) for name in expected} == expected


@pytest.mark.parametrize(
    "args",
    [
        "--https",
        "--https-certfile a",
        "--redis-port 1",
        "--no-start-redis --backend memory",
        "--dev --backend redis",
        "-m --legacy-open-to 192.0.2.0/24",
    ],
)
def test_flags_that_do_not_go_together(args: str) -> None:
    with pytest.raises(ConfigError):
        read(*args.split())


@pytest.mark.parametrize("name", REFUSED_OLD)
def test_a_refused_flag_says_why(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["legacy-server", name, "x"]) == 2
    assert capsys.readouterr().err.startswith(f"hybridviz: {name} is refused: ")


def test_help_names_every_flag() -> None:
    shown = CliRunner().invoke(command, ["legacy-server", "--help"]).output
    assert {name for name in own_flags() if name not in shown} == set()


def test_it_serves_old_clients(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        COMMANDS,
        "legacy-server",
        ("hybridviz", "legacy-server", "--port", "{port}", "--url-prefix", "old", "-m"),
    )
    server = Server("legacy-server", [], tmp_path)
    try:
        assert requests.get(f"{server.url}/old/bokeh/ping", timeout=30).text == "pong"
        assert requests.get(f"{server.url}/old/bokeh/userinfo/", timeout=30).status_code == 401
        index = requests.get(f"{server.url}/old/bokeh/", timeout=30)
        assert index.url.startswith(f"{server.url}/old/bokeh/login")
    finally:
        server.kill()
