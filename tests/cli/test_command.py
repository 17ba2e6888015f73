"""The command line itself: help, version, keys, and one line for everything that is wrong."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

import hybridviz
from hybridviz.cli import main
from hybridviz.cli.serve import serve, settings_of
from hybridviz.config import Settings
from hybridviz.errors import ConfigError

COMMANDS = ("serve", "run", "migrate", "json", "html", "static", "info", "secret")
ROOT = Path(__file__).parent.parent.parent


def parsed(*args: str, environment: Settings | None = None) -> Settings:
    """Return the settings that ``hybridviz serve`` with these arguments has."""
    given = dict(serve.make_context("serve", list(args)).params)
    given.pop("show")
    return settings_of(given.pop("files"), given, environment or Settings())


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"hybridviz, version {hybridviz.__version__}\n"


@pytest.mark.parametrize("args", [[], ["--help"], *([name, "--help"] for name in COMMANDS)])
def test_help(args: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(args) == 0
    assert capsys.readouterr().out.startswith("Usage: hybridviz")


def test_secret(capsys: pytest.CaptureFixture[str]) -> None:
    keys = []
    for _ in range(2):
        assert main(["secret"]) == 0
        keys.append(capsys.readouterr().out.strip())
    assert len(keys[0]) >= 43
    assert keys[0] != keys[1]


def test_python_m_runs_the_same_command() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "hybridviz", "--version"], capture_output=True, text=True, cwd=ROOT
    )
    assert (result.returncode, result.stderr) == (0, "")


def test_every_flag_sets_its_setting() -> None:
    settings = parsed(
        *("a.py", "--port", "0", "--address", "::1", "--host", "a:80", "--host", "b"),
        *("--allow-websocket-origin", "https://c", "--data-dir", "/d", "--dev"),
        *("--log-level", "debug", "--log-format", "json", "--keep-alive", "0", "b.py"),
        *("--unused-session-lifetime", "5", "--websocket-max-message-size", "6"),
        *("--args", "--port", "x", "y"),
    )
    assert settings == Settings(
        apps=("a.py", "b.py"),
        args=("--port", "x", "y"),
        address="::1",
        port=0,
        hosts=("a:80", "b"),
        allow_websocket_origin=("https://c",),
        data_dir="/d",
        dev=True,
        log_level="debug",
        log_format="json",
        keep_alive_ms=0,
        unused_session_lifetime_ms=5,
        websocket_max_message_size=6,
    )


def test_what_is_not_given_is_left_to_the_environment() -> None:
    environment = Settings(apps=("e.py",), args=("e",), port=1, dev=True, hosts=("e",))
    assert parsed(environment=environment) == environment
    assert parsed("--port", "2", environment=environment).port == 2
    assert parsed("--args", environment=environment).args == ()


def test_a_bad_value_is_named_by_its_flag() -> None:
    with pytest.raises(ConfigError, match="^--port must be a whole number, not 'x'$"):
        parsed("--port", "x")


def run(*args: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the command until it fails."""
    return subprocess.run(
        [sys.executable, "-m", "tests.cli.server_process", *args],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **environ},
        timeout=60,
    )


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (
            ["serve", "none.py"],
            "there is no file none.py: give the path of a script, a notebook or a directory",
        ),
        (["serve", "--prot", "1"], "No such option '--prot'"),
        (["serve", "--port"], "Option '--port' requires an argument"),
        (["serve", "--port", "99999"], "--port must be 0 to 65535, not 99999"),
        (["serve", "--log-level", "loud"], "--log-level must be one of trace, debug, info"),
        (["server"], "No such command 'server'"),
    ],
)
def test_a_wrong_command_is_one_line_and_status_2(args: list[str], complaint: str) -> None:
    result = run(*args)
    assert result.returncode == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("hybridviz: ")
    assert complaint in line


def test_a_wrong_variable_is_one_line_and_status_2() -> None:
    result = run("serve", HYBRIDVIZ_KEEP_ALIVE="long")
    assert result.returncode == 2
    expected = "hybridviz: HYBRIDVIZ_KEEP_ALIVE must be a whole number, not 'long'\n"
    assert result.stderr == expected


def test_a_port_in_use_is_one_line_and_status_1() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("serve", "--port", str(port))
    assert result.returncode == 1
    assert result.stderr == (
        f"hybridviz: port {port} is in use: stop what uses it, or choose another with --port\n"
    )


def test_an_address_of_another_machine_is_one_line_and_status_1() -> None:
    result = run("serve", "--port", "0", "--address", "192.0.2.1")
    assert result.returncode == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith("hybridviz: cannot listen on 192.0.2.1 port 0: ")
