"""Which user of Bokeh 0.10 a request is of: by a signed cookie, or by the headers of old clients.

Called by `rights` and by the views of users.
"""

from hashlib import sha256

from flask import Response, request
from itsdangerous import BadData, URLSafeTimedSerializer

from hybridviz.errors import LoginRefused
from hybridviz.legacy_rest.users import User, Users
from hybridviz.web.documents.access import Access

COOKIE = "hybridviz-user"
MAX_AGE = 30 * 86_400
"""Seconds after which a browser must log in again."""
NO_KEY = "nokey"
"""What clients send that have no key."""
SAFE = frozenset(("GET", "HEAD", "OPTIONS"))


class Identity:
    """The user of the present request.

    Args:
        users: all users.
        access: tells own pages from others, and counts failures.
        key: signs cookies.
    """

    def __init__(self, users: Users, access: Access, key: bytes) -> None:
        self._users = users
        self._access = access
        self._signer = URLSafeTimedSerializer(
            key, salt="hybridviz user", signer_kwargs={"digest_method": sha256}
        )

    def user(self) -> User | None:
        """Return the user, if there is one.

        Raises:
            TooManyFailures: the peer has shown too many wrong keys.
        """
        return self._by_cookie() or self._by_headers()

    def log_in(self, name: str, *, password: str = "", key: str = "") -> User:
        """Return the user of a name and a password or a key; failures are counted.

        Raises:
            LoginRefused: there is none.
            TooManyFailures: the peer has failed too often.
        """
        peer = request.remote_addr or ""
        self._access.failures.check(peer)
        try:
            return self._users.by_key(name, key) if key else self._users.by_password(name, password)
        except LoginRefused:
            self._access.failures.note(peer)
            raise

    def remember(self, response: Response, user: User) -> None:
        """Have the browser show from now on who its user is."""
        response.set_cookie(
            COOKIE,
            self._signer.dumps(user.name),
            httponly=True,
            secure=request.is_secure,
            samesite="Lax",
        )

    def forget(self, response: Response) -> None:
        """Have the browser forget its user."""
        response.delete_cookie(COOKIE, httponly=True, secure=request.is_secure, samesite="Lax")

    def _by_cookie(self) -> User | None:
        """Return whom the cookie names, unless another site's page has the browser do it."""
        signed = request.cookies.get(COOKIE)
        if signed is None or not (request.method in SAFE or self._access.is_own_page(request)):
            return None
        try:
            name = self._signer.loads(signed, max_age=MAX_AGE)
        except BadData:
            return None
        return self._users.find(name)

    def _by_headers(self) -> User | None:
        name = request.headers.get("BOKEHUSER", "")
        key = request.headers.get("BOKEHUSER-API-KEY", "")
        if not key or key == NO_KEY:
            return None
        try:
            return self.log_in(name, key=key)
        except LoginRefused:
            return None
