"""Names of a server and its banner."""

import socket

import pytest

from hybridviz.cli.addresses import banner, own_hosts, public_url
from hybridviz.cli.listening import listen
from hybridviz.config import Settings


@pytest.mark.parametrize(
    ("address", "more"),
    [
        ("127.0.0.1", []),
        ("0.0.0.0", []),
        ("10.0.0.5", ["10.0.0.5:80"]),
        ("fe80::1", ["[fe80::1]:80"]),
    ],
)
def test_own_hosts(address: str, more: list[str]) -> None:
    assert list(own_hosts(address, 80)) == ["localhost:80", "127.0.0.1:80", "[::1]:80", *more]


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        (Settings(), "http://localhost:5006/a%20b"),
        (Settings(address="0.0.0.0", hosts=("*",)), "http://localhost:5006/a%20b"),
        (Settings(address="10.0.0.5"), "http://10.0.0.5:5006/a%20b"),
        (Settings(address="::1"), "http://[::1]:5006/a%20b"),
        (Settings(hosts=("foo.com:80", "b")), "http://foo.com/a%20b"),
        (Settings(hosts=("foo.com:80", "localhost:5006")), "http://localhost:5006/a%20b"),
    ],
)
def test_the_url_passes_the_servers_own_check(settings: Settings, url: str) -> None:
    assert public_url(settings, "/a b") == url


def test_the_banner_names_each_app() -> None:
    lines = banner(Settings(), ["/a", "/b"]).splitlines()
    assert "  http://localhost:5006/a" in lines
    assert "  http://localhost:5006/b" in lines
    assert lines[-1] == "Press Ctrl-C to stop."


def test_answers_are_not_held_back_for_acknowledgements() -> None:
    with listen(Settings(port=0)) as listener:
        assert listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
