"""The users of Bokeh 0.10's multi-user mode, kept in the store: names, hashes of passwords, keys.

Knows no request. Called by `identity` and by the views of users.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from hmac import compare_digest
from typing import TypeVar
from uuid import uuid4

import orjson
from werkzeug.security import check_password_hash, generate_password_hash

from hybridviz.errors import BadRequest, LoginRefused, StoreConflict, UserTaken
from hybridviz.runtime.base import Runtime
from hybridviz.stores import Store

T = TypeVar("T")

KIND = "legacy-user"
"""What the store calls them."""
PREFIX = "legacy-user:"
"""What stands before their names in the store."""
NOBODY = "defaultuser"
"""The user of servers without users, whose documents nobody shall get by taking the name."""
MAX_NAME = 100
"""Longest name, in characters."""
MAX_PASSWORD = 1000
"""Longest password, in characters: hashing takes time."""


@dataclass(frozen=True, slots=True)
class User:
    """One user.

    Attributes:
        name: by which they log in.
        passhash: hash of their password, with its method and salt.
        apikey: by which their scripts show who they are.
    """

    name: str
    passhash: str
    apikey: str


class Users:
    """All users.

    Args:
        store: where they survive.
        runtime: keeps the store, and the hashing, off the hub.
    """

    def __init__(self, store: Store, runtime: Runtime) -> None:
        self._store = store
        self._runtime = runtime

    def find(self, name: str) -> User | None:
        """Return the user of a name."""
        if not _is_name(name):
            return None
        stored = self._offload(lambda: self._store.get(PREFIX + name))
        return User(**orjson.loads(stored.body)) if stored is not None else None

    def register(self, name: str, password: str) -> User:
        """Make a user; it is durable when this returns.

        Raises:
            BadRequest: the name or the password is no good.
            UserTaken: there is one of that name.
        """
        if not _is_name(name):
            raise BadRequest(f"a name has 1 to {MAX_NAME} printable characters")
        if not 0 < len(password) <= MAX_PASSWORD:
            raise BadRequest(f"a password has 1 to {MAX_PASSWORD} characters")
        if name == NOBODY or self.find(name) is not None:
            raise UserTaken("user already exists")
        user = User(name, self._offload(lambda: generate_password_hash(password)), str(uuid4()))
        body = orjson.dumps(asdict(user))
        try:
            self._offload(lambda: self._store.put(PREFIX + name, body, kind=KIND, expected=0))
        except StoreConflict:
            raise UserTaken("user already exists") from None
        return user

    def by_password(self, name: str, password: str) -> User:
        """Return the user of a name, who has shown a password.

        Raises:
            LoginRefused: there is none, or the password is another.
        """
        user = self.find(name)
        if user is None or not 0 < len(password) <= MAX_PASSWORD:
            raise LoginRefused("incorrect login ")
        passhash = user.passhash
        if not self._offload(lambda: check_password_hash(passhash, password)):
            raise LoginRefused("incorrect login ")
        return user

    def by_key(self, name: str, key: str) -> User:
        """Return the user of a name, whose script has shown a key.

        Raises:
            LoginRefused: there is none, or the key is another.
        """
        user = self.find(name)
        if user is None or not compare_digest(user.apikey.encode(), key.encode()):
            raise LoginRefused("incorrect login ")
        return user

    def _offload(self, call: Callable[[], T]) -> T:
        return self._runtime.offload(call)


def _is_name(name: str) -> bool:
    return 0 < len(name) <= MAX_NAME and name.isprintable() and name == name.strip()
