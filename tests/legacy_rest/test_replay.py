"""Recordings of real clients of Bokeh 0.10: our answers have the statuses and shapes of its own.

The recordings are not part of the project: where they are absent, there is nothing here to run.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.legacy_rest.conftest import RECORDINGS
from tests.legacy_rest.differences import APPLET, EMPTY, GONE, ROWS
from tests.legacy_rest.replay import Replay
from tests.legacy_rest.test_dialect import OldSocket
from tests.servers import ROOT, Server

CLIENTS = sorted(RECORDINGS.glob("*.json"))
USERS = ("probe__multi_user", "browser__multiuser_login", "publishing")
"""What was recorded with several users has one of these in its name."""


WEBSOCKETS = [
    path
    for path in sorted((RECORDINGS.parent / "0.11.1").glob("*.json"))
    if not path.name.startswith(("browser__", "probe", "pull__"))  # old browsers, and apps
]
MESSAGES = 60
"""Messages of a recording that are sent; animations go on for ever."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server("serve", [], tmp_path, options=["--store", "memory:"])
    yield server
    server.kill()


@pytest.mark.parametrize("path", CLIENTS, ids=lambda path: path.stem)
def test_clients_get_what_they_got(path: Path, tmp_path: Path) -> None:
    users = any(name in path.name for name in USERS)
    options = ["--store", "memory:", *(["--multi-user"] if users else [])]
    server = Server("serve", [], tmp_path, options=options)
    try:
        assert list(Replay(path, server.url).run()) == []
        assert "ERROR" not in server.log
    finally:
        server.kill()


def test_every_row_of_the_differences_is_documented() -> None:
    text = " ".join((ROOT / "docs/legacy.md").read_text().split())
    reasons = {EMPTY, GONE, *(row.reason for row in ROWS + APPLET)}
    assert sorted(reason for reason in reasons if reason not in text) == []


@pytest.mark.parametrize("path", WEBSOCKETS, ids=lambda path: path.stem)
def test_clients_of_0_11_are_answered_as_they_were(path: Path, server: Server) -> None:
    for exchange in json.loads(path.read_text())["exchanges"]:
        messages = exchange.get("websocket", {}).get("messages", [])
        heard = [m["header"] for m in messages if m["dir"] == "s2c" and "header" in m]
        expected = {header["reqid"]: header["msgtype"] for header in heard if "reqid" in header}
        ident = parse_qs(urlsplit(exchange["request"]["path"]).query)["bokeh-session-id"][0]
        client = OldSocket(server, ident)
        sent = [m for m in messages if m["dir"] == "c2s" and "header" in m][:MESSAGES]
        for message in sent:
            header = message["header"]
            kind, content = client.ask(header["msgtype"], message["content"])
            assert kind == expected.get(header["msgid"], kind), content
        client.socket.close()
        assert sent
