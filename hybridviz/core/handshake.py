"""Who may open a page or a websocket: rules on Host, Origin, subprotocols and the peer's address.

Pure functions over header values. Matches are exact: a suffix, another port or another scheme's
default port is somebody else; only what is allowed as origin may have ``*`` in it. Called by the
views in ``web``.
"""

import re
from collections.abc import Iterable, Sequence
from ipaddress import IPv6Address, ip_address

from hybridviz.errors import (
    ConfigError,
    HostRefused,
    OriginRefused,
    SubprotocolRefused,
    TokenRefused,
)

ANY = "*"
DEFAULT_PORTS = {"http": 80, "https": 443}
PROXY_HEADER = re.compile(r"forwarded|via|x-real-ip|x-forwarded-.*", re.IGNORECASE)
"""Names of headers that tell that a proxy stands between us and the client."""

_AUTHORITY = re.compile(r"(\[[0-9a-f:.]+\]|[^\s:/?#@\[\]\\]+)(?::([0-9]{1,5}))?", re.IGNORECASE)
_ORIGIN = re.compile(r"(https?)://(.+)", re.IGNORECASE)
_PART = r"(\*|[a-z0-9_-]+)"
_ENTRY = re.compile(
    rf"(https?://)?(\[[0-9a-f:.]+\]|{_PART}(\.{_PART})*\.?)(:([0-9]{{1,5}}|\*))?", re.IGNORECASE
)

Authority = tuple[str, int]
"""A host in lower case and a port."""


def check_host(header: str | None, allowed: Sequence[str], scheme: str = "http") -> None:
    """Check a Host header.

    Args:
        header: its value, or None if there is none.
        allowed: ``HOST[:PORT]`` each, or ``*``; empty: no check. A missing port is the scheme's.
        scheme: ``http`` or ``https``, of the request.

    Raises:
        HostRefused: it is not allowed.
    """
    if not allowed or ANY in allowed:
        return
    found = parse_authority(header or "", scheme)
    if found is None or found not in {parse_authority(entry, scheme) for entry in allowed}:
        raise HostRefused(f"the host {header!r} is not allowed here; the option --host allows it")


def check_origin(origin: str | None, allowed: Sequence[str], host: str | None) -> None:
    """Check the Origin header of a websocket. A client without one is no browser, and may pass.

    Args:
        origin: its value, or None.
        allowed: entries that `check_entries` has let pass, or ``*``; empty: ``host`` only.
        host: the request's own Host header.

    Raises:
        OriginRefused: it is not allowed.
    """
    if origin is None or ANY in allowed:
        return
    if match := _ORIGIN.fullmatch(origin):
        scheme = match[1].lower()
        found = parse_authority(match[2], scheme)
        if found is not None and _may(found, scheme, allowed, host):
            return
    raise OriginRefused(
        f"the origin {origin!r} is not allowed here; the option --allow-websocket-origin allows it"
    )


def check_entries(allowed: Iterable[str]) -> None:
    """Check what is allowed as origin: ``HOST[:PORT]`` or ``SCHEME://HOST[:PORT]`` each. As in
    Bokeh ``*`` stands for one part of a name, alone for any name, and also for any port.

    Raises:
        ConfigError: an entry is none, so that no origin could match it.
    """
    for entry in allowed:
        if not _ENTRY.fullmatch(entry):
            raise ConfigError(
                f"allow_websocket_origin cannot be {entry!r}: write what the addresses of the"
                " site's pages begin with, without a path, such as https://viz.example.com,"
                " viz.example.com:8080 or *.example.com"
            )


def _may(found: Authority, scheme: str, allowed: Sequence[str], host: str | None) -> bool:
    if not allowed:
        return found == parse_authority(host or "", scheme)
    return any(_allows(entry, scheme, found) for entry in allowed)


def _allows(entry: str, scheme: str, found: Authority) -> bool:
    named, _, text = entry.rpartition("://")
    wanted = parse_authority(text.removesuffix(":*"), scheme)
    if wanted is None or named.lower() not in ("", scheme):
        return False
    return _matches(wanted[0], found[0]) and (text.endswith(":*") or wanted[1] == found[1])


def _matches(pattern: str, name: str) -> bool:
    wanted, parts = pattern.split("."), name.split(".")
    if pattern == ANY:
        return True
    return len(wanted) == len(parts) and all(
        one in (ANY, part) for one, part in zip(wanted, parts, strict=True)
    )


def parse_authority(text: str, scheme: str) -> Authority | None:
    """Split ``HOST[:PORT]``; None if it is none. A missing port is the scheme's."""
    match = _AUTHORITY.fullmatch(text)
    if match is None:
        return None
    return match[1].lower(), int(match[2]) if match[2] else DEFAULT_PORTS.get(scheme, 80)


def token_of(header: str | None) -> str:
    """Return the token from a Sec-WebSocket-Protocol header: ``bokeh, TOKEN``.

    Raises:
        SubprotocolRefused: the client offers something else.
        TokenRefused: it offers no token.
    """
    offered = [part.strip() for part in (header or "").split(",")]
    if offered[0] != "bokeh":
        raise SubprotocolRefused("the websocket subprotocol must be bokeh")
    if len(offered) != 2 or not offered[1]:
        raise TokenRefused("the websocket subprotocols must be bokeh and a token")
    return offered[1]


def check_unsigned(peer: str | None, headers: Iterable[str]) -> None:
    """Check who sends a token without signature, as ``bokeh.client`` does: only a program on this
    machine may.

    Args:
        peer: IP address at the other end of the TCP connection.
        headers: names of the request's headers.

    Raises:
        TokenRefused: a browser, a proxy or another machine sends it.
    """
    foreign = any(name.lower() == "origin" or PROXY_HEADER.fullmatch(name) for name in headers)
    if foreign or not is_loopback(peer):
        raise TokenRefused("a token without signature is accepted only from this machine")


def is_loopback(peer: str | None) -> bool:
    """Return whether an IP address is that of this machine."""
    try:
        address = ip_address(peer or "")
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.is_loopback
