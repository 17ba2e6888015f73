"""Who may open a page or a websocket: rules on Host, Origin, subprotocols and the peer's address.

Pure functions over header values. All matches are exact: a suffix, another port or another scheme's
default port is somebody else. Called by the views in ``web``.
"""

import re
from collections.abc import Iterable, Sequence
from ipaddress import IPv6Address, ip_address

from hybridviz.errors import HostRefused, OriginRefused, SubprotocolRefused, TokenRefused

ANY = "*"
DEFAULT_PORTS = {"http": 80, "https": 443}
PROXY_HEADER = re.compile(r"forwarded|via|x-real-ip|x-forwarded-.*", re.IGNORECASE)
"""Names of headers that tell that a proxy stands between us and the client."""

_AUTHORITY = re.compile(r"(\[[0-9a-f:.]+\]|[^\s:/?#@\[\]\\]+)(?::([0-9]{1,5}))?", re.IGNORECASE)
_ORIGIN = re.compile(r"(https?)://(.+)", re.IGNORECASE)

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
        allowed: ``HOST[:PORT]`` or ``SCHEME://HOST[:PORT]`` each, or ``*``; empty: ``host`` only.
        host: the request's own Host header.

    Raises:
        OriginRefused: it is not allowed.
    """
    if origin is None or ANY in allowed:
        return
    if match := _ORIGIN.fullmatch(origin):
        scheme = match[1].lower()
        found = parse_authority(match[2], scheme)
        entries = allowed or (host or "",)
        if found is not None and any(_allows(entry, scheme, found) for entry in entries):
            return
    raise OriginRefused(
        f"the origin {origin!r} is not allowed here; the option --allow-websocket-origin allows it"
    )


def _allows(entry: str, scheme: str, found: Authority) -> bool:
    if match := _ORIGIN.fullmatch(entry):
        return match[1].lower() == scheme and parse_authority(match[2], scheme) == found
    return parse_authority(entry, scheme) == found


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
