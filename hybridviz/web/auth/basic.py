"""Users by name and password, which browsers ask for: HTTP's Basic scheme (RFC 7617).

Passwords are kept as hashes of werkzeug.security's. These are slow on purpose, so a password that
was right is remembered by a fast one with a key that is nowhere else.
"""

import hmac
import logging
import secrets
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import request
from werkzeug.security import check_password_hash, generate_password_hash

from hybridviz.errors import ConfigError, UserRequired
from hybridviz.runtime.base import Runtime
from hybridviz.web.auth.identity import Identity
from hybridviz.web.failures import Failures

log = logging.getLogger("hybridviz.auth")

CHALLENGE = 'Basic realm="hybridviz", charset="UTF-8"'

MAX_FROM_ADDRESS = 100
"""Wrong passwords of one address within a minute, for whatever names."""
TURNS = 8
"""Locks by which each address has one password checked at a time; fewer than `offload` has threads,
for the store wants some too.
"""


class BasicIdentity(Identity):
    """The users of a list.

    Args:
        hashes: by names, hashes of passwords.
        clock: seconds.
        runtime: keeps checks of passwords off the hub.
    """

    def __init__(
        self, hashes: Mapping[str, str], clock: Callable[[], float], runtime: Runtime
    ) -> None:
        self._hashes = hashes
        self._runtime = runtime
        self._failures = Failures(clock, "passwords")
        self._failures_from = Failures(clock, "passwords", MAX_FROM_ADDRESS)
        self._turns = [runtime.lock() for _ in range(TURNS)]
        self._nobody = generate_password_hash(secrets.token_hex())
        self._key = secrets.token_bytes()
        self._seen: dict[str, bytes] = {}

    def user(self) -> Any:
        shown = request.authorization
        if shown is None or shown.type != "basic" or not shown.username:
            return None
        return shown.username if self._fits(shown.username, shown.password or "") else None

    def required(self) -> UserRequired:
        return UserRequired(challenge=CHALLENGE)

    def _fits(self, name: str, password: str) -> bool:
        digest = hmac.digest(self._key, password.encode(), sha256)
        if self._was_right(name, digest):
            return True
        turn = self._turns[hash(request.remote_addr) % TURNS]
        turn.acquire()
        try:
            return self._was_right(name, digest) or self._check(name, password, digest)
        finally:
            turn.release()

    def _was_right(self, name: str, digest: bytes) -> bool:
        return hmac.compare_digest(self._seen.get(name, b""), digest)

    def _check(self, name: str, password: str, digest: bytes) -> bool:
        """Check a password; only in its address's turn, so that no guess is left uncounted."""
        address = request.remote_addr
        self._failures.check((address, name))
        self._failures_from.check(address)
        # Also for names that nobody has: how long it takes must not tell whether one exists.
        hashed = self._hashes.get(name, self._nobody)
        fits = self._runtime.offload(check_password_hash, hashed, password)
        if fits and name in self._hashes:
            self._seen[name] = digest
            return True
        self._failures.note((address, name))
        self._failures_from.note(address)
        log.warning("! %s showed a wrong password for %r", address, name)
        return False


def read_passwords(text: str) -> dict[str, str]:
    """Return hashes by names.

    Args:
        text: path of a file with a line ``USER:HASH`` for each, or ``USER:PASSWORD``.

    Raises:
        ConfigError: it is neither.
    """
    path = Path(text)
    if path.is_file():
        lines = [line.strip() for line in path.read_text().splitlines()]
        return dict(_entry(line, text) for line in lines if line and not line.startswith("#"))
    name, colon, password = text.partition(":")
    if not (name and colon and password):
        raise ConfigError(
            "basic_auth must be the path of a file with lines USER:HASH, or USER:PASSWORD"
        )
    return {name: generate_password_hash(password)}


def _entry(line: str, path: str) -> tuple[str, str]:
    name, colon, hashed = line.partition(":")
    if not (name and colon) or hashed.count("$") != 2:
        raise ConfigError(
            f"{path} has a line that is not USER:HASH, of {name!r}; make a hash by"
            " werkzeug.security.generate_password_hash"
        )
    return name, hashed
