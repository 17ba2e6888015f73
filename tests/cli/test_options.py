"""Options of ``hybridviz serve`` against those of ``bokeh serve``, and what the newer ones do."""

import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import requests
import websocket
from bokeh.command.subcommands.serve import Serve
from bokeh.util.token import generate_jwt_token, generate_session_id

from hybridviz.cli.refused import REFUSED
from hybridviz.cli.serve import serve
from hybridviz.config import Settings
from hybridviz.core.tokens import is_signed_id, sign_id
from tests.interop.wire import TIMEOUT, Wire
from tests.servers import ROOT, Server

APP = """
from bokeh.io import curdoc
from bokeh.models import Div
curdoc().add_root(Div(name="label", text="hello"))
"""


def table() -> dict[str, str]:
    """Return what docs/options.md says about each option: yes, same, other, env or refused."""
    rows = re.findall(
        r"^\| `(--[\w-]+)` \|[^|]*\| (\w+) \|[^|]*\|$",
        (ROOT / "docs/options.md").read_text(),
        re.M,
    )
    return dict(rows)


def bokeh_options() -> set[str]:
    named = [names for names, _ in Serve.args]
    flat = [name for names in named for name in ((names,) if isinstance(names, str) else names)]
    return {name for name in flat if name.startswith("--")}


def own_options() -> set[str]:
    return {
        name for option in serve.params if isinstance(option, click.Option) for name in option.opts
    }


def test_table_is_complete_and_true() -> None:
    assert bokeh_options() <= table().keys()
    assert {
        name for name, state in table().items() if state in ("yes", "same", "other")
    } == own_options()
    assert {name for name, state in table().items() if state in ("refused", "env")} == set(REFUSED)


def run(*options: str, status: int = 2) -> str:
    """Run the command and return its complaint."""
    command = [sys.executable, "-m", "hybridviz", "serve", "--port", "0", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == status and "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.parametrize("option", sorted(REFUSED))
def test_options_without_meaning_are_refused_with_the_reason(option: str) -> None:
    for text in (option, f"{option}=3"):
        with pytest.raises(click.UsageError, match=re.escape(f"{option} is refused: ")):
            serve.make_context("serve", [text, "3"])


def given(*args: str) -> dict[str, Any]:
    return dict(serve.make_context("serve", list(args)).params)


def test_lists_of_names_take_all_that_follows() -> None:
    params = given("app.py", "--include-headers", "A", "B", "--exclude-cookies", "c", "--dev")
    assert params["include_headers"] == ("A", "B") and params["exclude_cookies"] == ("c",)
    assert params["files"] == ("app.py",) and params["dev"]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--glob", "nothing-*.py"], "the pattern nothing-*.py matches nothing"),
        (["--use-config", "none.yaml"], "the file of settings none.yaml cannot be used"),
        (["--log-file", "/none/x.log"], "the log file /none/x.log cannot be written: No such"),
        (["--setup", "none.py"], "the setup script none.py cannot be read: No such file"),
        (["--ico-path", "none.ico"], "there is no icon none.ico"),
        (["--static-dirs", "files"], "static_dirs must be ROUTE=PATH with the path of a folder"),
        (["--ssl-certfile", "none.pem"], "the certificate none.pem cannot be used"),
        (["--ssl-keyfile", "none.pem"], "--ssl-keyfile needs --ssl-certfile"),
        (["--auth-module", "none.py"], "there is no auth module"),
        (["--include-headers", "A", "--exclude-headers", "B"], "cannot both be given"),
        (
            ["--allow-websocket-origin", "https://viz.example.com/"],
            "allow_websocket_origin cannot be 'https://viz.example.com/': write what",
        ),
    ],
)
def test_what_is_wrong_is_one_line(options: list[str], complaint: str) -> None:
    assert complaint in run(*options)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("1 / 0", "failed: ZeroDivisionError: division by zero"),
        ("open('none.txt')", "failed: FileNotFoundError: [Errno 2] No such file or directory"),
    ],
)
def test_setup_that_raises_is_one_line(tmp_path: Path, code: str, told: str) -> None:
    (tmp_path / "setup_it.py").write_text(code)
    assert told in run("--setup", str(tmp_path / "setup_it.py"))


@pytest.fixture
def app(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(APP)
    return tmp_path / "app.py"


def test_files_and_logs(app: Path, tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "x.txt").write_text("a file")
    (tmp_path / "icon.png").write_bytes(b"icon")
    (tmp_path / "first.py").write_text("import builtins\nbuiltins.was_set_up = 'set up'")
    app.write_text(APP + "curdoc().title = was_set_up")
    options = {
        "--static-dirs": f"files={tmp_path / 'files'}",
        "--ico-path": str(tmp_path / "icon.png"),
        "--setup": str(tmp_path / "first.py"),
        "--log-file": str(tmp_path / "own.log"),
        "--stats-log-frequency": "50",
        "--mem-log-frequency": "50",
    }
    flat = [text for pair in options.items() for text in pair]
    server = Server(
        "serve", [tmp_path / "a*.py"], tmp_path, options=[*flat, "--liveness", "--glob"]
    )
    try:
        assert requests.get(f"{server.url}/files/x.txt", timeout=TIMEOUT).text == "a file"
        assert requests.get(f"{server.url}/favicon.ico", timeout=TIMEOUT).content == b"icon"
        assert requests.get(f"{server.url}/liveness", timeout=TIMEOUT).json() == {"status": "ok"}
        assert "<title>set up</title>" in requests.get(f"{server.url}/app", timeout=TIMEOUT).text
        with Wire(f"{server.url}/app") as wire:
            assert "label" in wire.pull()
            log = tmp_path / "own.log"
            while not re.search("app /app: 2 sessions, 1 viewers", log.read_text()):
                assert wire.reply_to(wire.message("SERVER-INFO-REQ"))
        assert re.search(r"memory: \d+\.\d MiB", log.read_text())
    finally:
        server.stop()


def test_unix_socket(app: Path, tmp_path: Path) -> None:
    path = tmp_path / "it.sock"
    command = [sys.executable, "-m", "hybridviz", "serve", "--unix-socket", str(path), str(app)]
    for _ in range(2):  # a socket that a killed process has left behind is replaced
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert str(path) in process.stdout.readline()
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(TIMEOUT)
                client.connect(str(path))
                client.sendall(b"GET /app HTTP/1.1\r\nHost: any\r\nConnection: close\r\n\r\n")
                assert client.recv(100).startswith(b"HTTP/1.1 200")
            assert f"cannot listen on {path}: Address already in use" in run(
                "--unix-socket", str(path), status=1
            )
            process.kill()


def test_https(app: Path, tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    names = [
        "-addext",
        "subjectAltName=IP:127.0.0.1",
        "-keyout",
        str(key),
        "-out",
        str(certificate),
    ]
    subprocess.run([*command.split(), *names], check=True, capture_output=True)
    serve = [sys.executable, "-m", "hybridviz", "serve", "--port", "0", str(app)]
    tls = ["--ssl-certfile", str(certificate), "--ssl-keyfile", str(key)]
    with subprocess.Popen([*serve, *tls], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(3)]
        url = lines[2].strip().replace("localhost", "127.0.0.1")
        assert url.startswith("https://")
        page = requests.get(url, verify=str(certificate), timeout=TIMEOUT)
        (token,) = re.findall(r'"token":"([^"]+)"', page.text)
        socket_of = websocket.create_connection(
            url.replace("https", "wss") + "/ws",
            subprotocols=["bokeh", token],
            sslopt={"ca_certs": str(certificate)},
            timeout=TIMEOUT,
        )
        assert '"ACK"' in socket_of.recv()
        socket_of.close()
        process.terminate()


def test_signed_ids_are_those_of_bokeh() -> None:
    key = "a key of ours"
    made = generate_session_id(secret_key=key.encode(), signed=True)
    assert is_signed_id(made, key.encode())
    assert is_signed_id(sign_id("mine", key.encode()), key.encode())
    for bad in ("mine", "mine.", ".", "", made[:-1], made + "x"):
        assert not is_signed_id(bad, key.encode())


@pytest.mark.parametrize("mode", ["unsigned", "signed", "external-signed"])
def test_session_ids(app: Path, tmp_path: Path, mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYBRIDVIZ_SECRET_KEY", "k" * 40)
    server = Server("serve", [app], tmp_path, options=["--session-ids", mode])
    own, signed = (
        f"{server.url}/app?bokeh-session-id={i}" for i in ("mine", sign_id("mine", b"k" * 40))
    )
    try:
        statuses = [
            requests.get(u, timeout=TIMEOUT).status_code for u in (own, signed, f"{server.url}/app")
        ]
        assert (
            statuses
            == {
                "unsigned": [200, 200, 200],
                "signed": [403, 200, 200],
                "external-signed": [403, 200, 403],
            }[mode]
        )
        with Wire(signed, path="/app/ws") as wire:
            assert "label" in wire.pull()
        token = generate_jwt_token("theirs")
        with Wire(f"{server.url}/app", token, {"Origin": None}) as wire:
            if mode == "unsigned":
                assert "label" in wire.pull()
            else:  # gevent-websocket has answered the handshake before we are asked
                closed = wire.close_frame()
                assert closed.code == 1008 and "not signed" in closed.reason
    finally:
        server.kill()


def test_settings_hide_secrets() -> None:
    shown = repr(Settings(ssl_password="hush", cookie_secret="hush"))
    assert "hush" not in shown
