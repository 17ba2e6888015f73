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
from hybridviz.web.auth.identity import Identity
from hybridviz.web.failures import Failures

log = logging.getLogger("hybridviz.auth")

CHALLENGE = 'Basic realm="hybridviz", charset="UTF-8"'


class BasicIdentity(Identity):
    """The users of a list.

    Args:
        hashes: by names, hashes of passwords.
        clock: seconds.
    """

    def __init__(self, hashes: Mapping[str, str], clock: Callable[[], float]) -> None:
        self._hashes = hashes
        self._failures = Failures(clock, "passwords")
        self._nobody = generate_password_hash(secrets.token_hex())
        self._key = secrets.token_bytes()
        self._seen: dict[str, bytes] = {}

    def user(self) -> Any:
        shown = request.authorization
        if shown is None or shown.type != "basic" or not shown.username:
            return None
        if self._fits(shown.username, shown.password or ""):
            return shown.username
        self._failures.note((request.remote_addr, shown.username))
        log.warning("! %s showed a wrong password for %r", request.remote_addr, shown.username)
        return None

    def required(self) -> UserRequired:
        return UserRequired(challenge=CHALLENGE)

    def _fits(self, name: str, password: str) -> bool:
        digest = hmac.digest(self._key, password.encode(), sha256)
        if hmac.compare_digest(self._seen.get(name, b""), digest):
            return True
        self._failures.check((request.remote_addr, name))
        # Also for names that nobody has: how long it takes must not tell whether one exists.
        fits = check_password_hash(self._hashes.get(name, self._nobody), password)
        if fits and name in self._hashes:
            self._seen[name] = digest
            return True
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
