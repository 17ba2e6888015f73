"""Who may write documents, and who may read what is not for everybody.

A document carries code that runs in its viewers' browsers. So writing needs the upload token, or a
program on this machine: a peer at a loopback address, without a proxy between, and no browser that
some other site's page has told to send the request.
"""

import hmac
import logging
from collections.abc import Callable

from flask import Request

from hybridviz.config import Settings
from hybridviz.core.handshake import (
    ANY,
    PROXY_HEADER,
    check_host,
    check_origin,
    is_loopback,
    parse_authority,
)
from hybridviz.core.tokens import read_token
from hybridviz.errors import HandshakeRefused, RightNeeded, TokenRefused, TooManyFailures
from hybridviz.web.failures import Failures

log = logging.getLogger("hybridviz.audit")

LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")


class Access:
    """The rights of requests.

    Args:
        settings: the upload token, and which hosts are ours.
        key: the secret that signs session tokens.
        clock: Unix time in seconds.
    """

    def __init__(self, settings: Settings, key: bytes, clock: Callable[[], float]) -> None:
        self._settings = settings
        self._key = key
        self._clock = clock
        self._failures = Failures(clock, "tokens")

    def check_write(self, request: Request) -> None:
        """Check the right to write documents, and to read and change any session.

        Raises:
            RightNeeded: the request does not show it.
            TooManyFailures: its sender has shown too many wrong tokens.
        """
        token = _bearer(request)
        if token is not None:
            self._check_token(token, request)
        elif not self._is_local(request):
            raise RightNeeded(
                "this needs the upload token of the server, as Authorization: Bearer TOKEN"
            )

    def may_write(self, request: Request) -> bool:
        """Return whether a request shows the right to write; a wrong token counts as a failure."""
        try:
            self.check_write(request)
        except (RightNeeded, TooManyFailures):
            return False
        return True

    def shows_upload_token(self, request: Request) -> bool:
        """Return whether a request shows the upload token, which is more than to be local."""
        return "Authorization" in request.headers and self.may_write(request)

    def check_read(self, request: Request) -> None:
        """Check the right to read uploaded documents, which all have unless they are private.

        Raises:
            RightNeeded, TooManyFailures: as `check_write` does.
        """
        if self._settings.private_documents:
            self.check_write(request)

    def check_session(self, request: Request, ident: str) -> None:
        """Check the right to read and change an app's session: that of its own page, which has its
        token, or to write.

        Raises:
            RightNeeded, TooManyFailures: as `check_write` does.
        """
        token = _bearer(request) or ""
        if "." in token and self._opens(token, ident):
            return
        self.check_write(request)

    def _opens(self, token: str, ident: str) -> bool:
        try:
            claims = read_token(token, self._key, self._clock())
        except TokenRefused:
            return False
        return claims.signed and claims.session_id == ident

    def _check_token(self, token: str, request: Request) -> None:
        peer = request.remote_addr or ""
        self._failures.check(peer)
        wanted = self._settings.upload_token
        if wanted and hmac.compare_digest(token.encode(), wanted.encode()):
            return
        self._failures.note(peer)
        log.warning("! %s showed a wrong upload token for %s", peer, request.path)
        raise RightNeeded("the upload token is wrong" if wanted else "no upload token is set here")

    def _is_local(self, request: Request) -> bool:
        forwarded = any(PROXY_HEADER.fullmatch(name) for name, _ in request.headers)
        return not forwarded and is_loopback(request.remote_addr) and self._is_ours(request)

    def _is_ours(self, request: Request) -> bool:
        """Return whether no page of another site has sent the request."""
        if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
            return False
        host = request.headers.get("Host")
        hosts = tuple(name for name in self._settings.hosts if name != ANY)
        own = parse_authority(host or "", request.scheme)
        try:
            if own is None or own[0] not in LOCAL_NAMES:
                check_host(host, hosts or LOCAL_NAMES, request.scheme)
            check_origin(request.headers.get("Origin"), hosts, host)
        except HandshakeRefused:
            return False
        return True


def _bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
