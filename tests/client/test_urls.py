"""URLs of servers: all forms that users write."""

import pytest

from hybridviz.client.urls import parse_address


@pytest.mark.parametrize(
    ("given", "page", "websocket"),
    [
        ("default", "http://localhost:5006/?bokeh-session-id=a+b", "ws://localhost:5006/ws"),
        ("http://h:1", "http://h:1/?bokeh-session-id=a+b", "ws://h:1/ws"),
        ("http://h:1/app/", "http://h:1/app?bokeh-session-id=a+b", "ws://h:1/app/ws"),
        ("wss://h/p/app/ws", "https://h/p/app?bokeh-session-id=a+b", "wss://h/p/app/ws"),
        ("https://[::1]:8/x", "https://[::1]:8/x?bokeh-session-id=a+b", "wss://[::1]:8/x/ws"),
    ],
)
def test_forms(given: str, page: str, websocket: str) -> None:
    address = parse_address(given)
    assert (address.page("a b"), address.websocket_url) == (page, websocket)


def test_ports_and_arguments() -> None:
    address = parse_address("https://h/app?x=1", {"y": "2 3"})
    assert (address.port, address.secure, address.target) == (443, True, "/app/ws?x=1&y=2+3")


@pytest.mark.parametrize("url", ["localhost:5006", "", "ftp://h/", "http:///x"])
def test_what_is_no_url_is_named(url: str) -> None:
    with pytest.raises(ValueError, match="no URL of a server"):
        parse_address(url)
