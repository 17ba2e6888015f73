"""The rules on Host, Origin, subprotocols and unsigned tokens, case by case."""

import pytest

from hybridviz.core.handshake import (
    check_host,
    check_origin,
    check_unsigned,
    token_of,
)
from hybridviz.errors import HostRefused, OriginRefused, SubprotocolRefused, TokenRefused

SERVE = ("localhost:5006", "127.0.0.1:5006", "[::1]:5006")


@pytest.mark.parametrize(
    ("header", "allowed", "scheme"),
    [
        ("localhost:5006", SERVE, "http"),
        ("LocalHost:5006", SERVE, "http"),
        ("[::1]:5006", SERVE, "http"),
        ("127.0.0.1", ("127.0.0.1:80",), "http"),
        ("127.0.0.1:80", ("127.0.0.1",), "http"),
        ("example.com", ("example.com",), "https"),
        ("example.com", ("EXAMPLE.com:443",), "https"),
        ("anything", ("*",), "http"),
        ("anything", (), "http"),
        (None, (), "http"),
    ],
)
def test_hosts_that_may(header: str | None, allowed: tuple[str, ...], scheme: str) -> None:
    check_host(header, allowed, scheme)


@pytest.mark.parametrize(
    ("header", "allowed"),
    [
        ("evil.com", SERVE),
        ("localhost:5006.evil.com", SERVE),
        ("localhost.evil.com:5006", SERVE),
        ("evil-localhost:5006", SERVE),
        ("user@localhost:5006", SERVE),
        ("localhost:5006/", SERVE),
        ("localhost:5006 ", SERVE),
        ("localhost:5007", SERVE),
        ("localhost", SERVE),
        ("localhost:", SERVE),
        ("", SERVE),
        (None, SERVE),
        ("127.0.0.1:443", ("127.0.0.1",)),
        ("", ("",)),
    ],
)
def test_hosts_that_may_not(header: str | None, allowed: tuple[str, ...]) -> None:
    with pytest.raises(HostRefused):
        check_host(header, allowed)


@pytest.mark.parametrize(
    ("origin", "allowed", "host"),
    [
        (None, SERVE, "localhost:5006"),
        ("http://localhost:5006", SERVE, "localhost:5006"),
        ("HTTP://LOCALHOST:5006", SERVE, "localhost:5006"),
        ("http://[::1]:5006", SERVE, "[::1]:5006"),
        ("http://127.0.0.1", ("127.0.0.1:80",), "127.0.0.1"),
        ("https://example.com", ("example.com",), "backend"),
        ("https://example.com", ("example.com:443",), "backend"),
        ("https://example.com", ("https://example.com",), "backend"),
        ("null", ("*",), "backend"),
        ("http://anything", ("*",), "backend"),
        ("http://127.0.0.1", (), "127.0.0.1:80"),
        ("https://example.com", (), "example.com"),
        ("http://localhost:5006", (), "LOCALHOST:5006"),
    ],
)
def test_origins_that_may(origin: str | None, allowed: tuple[str, ...], host: str) -> None:
    check_origin(origin, allowed, host)


@pytest.mark.parametrize(
    ("origin", "allowed", "host"),
    [
        ("null", SERVE, "localhost:5006"),
        ("", SERVE, "localhost:5006"),
        ("localhost:5006", SERVE, "localhost:5006"),
        ("http://localhost:5006.evil.com", SERVE, "localhost:5006"),
        ("http://localhost.evil.com:5006", SERVE, "localhost:5006"),
        ("http://localhost:5007", SERVE, "localhost:5006"),
        ("http://localhost", SERVE, "localhost:5006"),
        ("https://localhost:5006/", SERVE, "localhost:5006"),
        ("http://evil.com@localhost:5006", SERVE, "localhost:5006"),
        ("ftp://localhost:5006", SERVE, "localhost:5006"),
        ("http://evil.com", SERVE, "evil.com"),
        ("http://example.com", ("https://example.com",), "backend"),
        ("https://example.com", ("example.com:80",), "backend"),
        ("http://evil.com", (), "localhost:5006"),
        ("http://localhost", (), "localhost:5006"),
        ("http://localhost", (), None),
        ("http://", (), ""),
    ],
)
def test_origins_that_may_not(origin: str, allowed: tuple[str, ...], host: str | None) -> None:
    with pytest.raises(OriginRefused):
        check_origin(origin, allowed, host)


@pytest.mark.parametrize("header", ["bokeh,abc.def", "bokeh, abc.def", " bokeh , abc.def "])
def test_the_token_is_the_second_subprotocol(header: str) -> None:
    assert token_of(header) == "abc.def"


@pytest.mark.parametrize(
    ("header", "error"),
    [
        (None, SubprotocolRefused),
        ("", SubprotocolRefused),
        ("chat, abc", SubprotocolRefused),
        ("Bokeh, abc", SubprotocolRefused),
        ("bokeh", TokenRefused),
        ("bokeh,", TokenRefused),
        ("bokeh, abc, def", TokenRefused),
    ],
)
def test_other_subprotocols_are_refused(header: str | None, error: type[Exception]) -> None:
    with pytest.raises(error):
        token_of(header)


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_unsigned_tokens_that_may(peer: str) -> None:
    check_unsigned(peer, ["Host", "Upgrade"])


@pytest.mark.parametrize(
    ("peer", "headers"),
    [
        ("10.0.0.5", []),
        ("::ffff:10.0.0.5", []),
        ("", []),
        (None, []),
        ("localhost", []),
        ("127.0.0.1", ["Origin"]),
        ("127.0.0.1", ["X-Forwarded-For"]),
        ("127.0.0.1", ["x-forwarded-client-cert"]),
        ("127.0.0.1", ["FORWARDED"]),
        ("127.0.0.1", ["X-Real-IP"]),
        ("127.0.0.1", ["Via"]),
    ],
)
def test_unsigned_tokens_that_may_not(peer: str | None, headers: list[str]) -> None:
    with pytest.raises(TokenRefused):
        check_unsigned(peer, headers)
