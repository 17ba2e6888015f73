"""Users whom a proxy in front has authenticated: it names them in a header.

Anybody can send a header, so it counts only from the proxies that the settings name, by the address
of the socket's peer, whatever X-Forwarded-For says.
"""

import logging
from collections.abc import Sequence
from ipaddress import ip_address, ip_network
from typing import Any

from flask import request

from hybridviz.errors import ConfigError, UserRequired
from hybridviz.web.auth.identity import Identity

log = logging.getLogger("hybridviz.auth")

UNIX = "unix"
"""Stands for whoever connects by a Unix socket."""


class ProxyIdentity(Identity):
    """The users that trusted proxies name.

    Args:
        header: name of the header, such as ``X-Remote-User``.
        proxies: addresses or networks such as ``10.0.0.0/8``, or ``unix``.

    Raises:
        ConfigError: no proxy is named, or one is none of these.
    """

    def __init__(self, header: str, proxies: Sequence[str]) -> None:
        if not proxies:
            raise ConfigError(
                "user_header is believed only from trusted_proxies: name their addresses, such as"
                " 127.0.0.1 or 10.0.0.0/8"
            )
        self._header = header
        self._unix = UNIX in proxies
        self._networks = [_network(text) for text in proxies if text != UNIX]

    def user(self) -> Any:
        named = request.headers.get(self._header, "").strip()
        if not named:
            return None
        if self._trusts(peer := _peer()):
            return named
        log.warning("! %s is no trusted proxy; its %s is not believed", peer, self._header)
        return None

    def required(self) -> UserRequired:
        return UserRequired()

    def _trusts(self, peer: str) -> bool:
        if not peer:
            return self._unix
        try:
            address = ip_address(peer.partition("%")[0])
        except ValueError:
            return False
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address in network for network in self._networks)


def _peer() -> str:
    """Return the address of the socket's peer: ProxyFix may have put another in its place."""
    original = request.environ.get("werkzeug.proxy_fix.orig") or {}
    return str(original.get("REMOTE_ADDR", request.environ.get("REMOTE_ADDR")) or "")


def _network(text: str) -> Any:
    try:
        return ip_network(text)
    except ValueError:
        raise ConfigError(
            f"trusted_proxies has {text!r}: give addresses or networks, such as 10.0.0.0/8, or unix"
        ) from None
