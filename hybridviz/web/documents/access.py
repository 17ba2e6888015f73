"""Who may write documents, and who may read what is not for everybody.

A document carries code that runs in its viewers' browsers. So writing needs the upload token, or a
program on this machine: a peer at a loopback address, without a proxy between, and no browser that
some other site's page has told to send the request.

Who views a document changes it too, over its websocket, as in Bokeh: see docs/documents.md.
"""

import hmac
import logging
from collections.abc import Callable
from ipaddress import ip_address, ip_network

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
from hybridviz.sessions import Session
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
        self.failures = Failures(clock, "tokens or passwords")
        self._open_to = [ip_network(text) for text in settings.legacy_open_to]
        self._space_rules: list[Callable[[str], None]] = []

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

    def check_old_write(self, request: Request) -> None:
        """Check the right of an old client to upload: it can send no token, but it may be at an
        address that is open to such.

        Raises:
            RightNeeded, TooManyFailures: as `check_write` does.
        """
        if not self._is_open_to(request):
            self.check_write(request)

    def may_old_write(self, request: Request) -> bool:
        """Return whether an old client may upload; see `check_old_write` and `may_write`."""
        return self._is_open_to(request) or self.may_write(request)

    def is_owner(self, request: Request) -> bool:
        """Return whether a request shows the upload token; a wrong one counts as a failure.

        Raises:
            RightNeeded, TooManyFailures: it shows a wrong one.
        """
        token = _bearer(request)
        if token is not None:
            self._check_token(token, request)
        return token is not None

    def add_space_rule(self, rule: Callable[[str], None]) -> None:
        """Have ``rule(ident)`` raise if the present request may not open that session of the
        document space.
        """
        self._space_rules.append(rule)

    def check_space(self, ident: str) -> None:
        """Check the right to open a session of the document space by its id.

        Raises:
            RightNeeded, TooManyFailures: the present request does not show it.
        """
        for rule in self._space_rules:
            rule(ident)

    def may_write(self, request: Request) -> bool:
        """Return whether a request shows the right to write; a wrong token counts as a failure."""
        try:
            self.check_write(request)
        except (RightNeeded, TooManyFailures):
            return False
        return True

    def shows_upload_token(self, request: Request) -> bool:
        """Return whether a request shows the upload token, which is more than to be local; a wrong
        one counts as a failure.
        """
        try:
            return self.is_owner(request)
        except (RightNeeded, TooManyFailures):
            return False

    def check_read(self, request: Request) -> None:
        """Check the right to read uploaded documents, which all have unless they are private.

        Raises:
            RightNeeded, TooManyFailures: as `check_write` does.
        """
        if self._settings.private_documents:
            self.check_write(request)

    def check_session(self, request: Request, session: Session) -> None:
        """Check the right to read and change an app's session: that of its own page, which has its
        token, or to write.

        Raises:
            RightNeeded, TooManyFailures: as `check_write` does.
        """
        token = _bearer(request) or ""
        if "." in token and self._opens(token, session):
            return
        self.check_write(request)

    def _opens(self, token: str, session: Session) -> bool:
        try:
            claims = read_token(token, self._key, self._clock())
        except TokenRefused:
            return False
        return (
            claims.signed
            and claims.session_id == session.id
            and claims.opens in ("", session.route)
        )

    def _check_token(self, token: str, request: Request) -> None:
        peer = request.remote_addr or ""
        self.failures.check(peer)
        wanted = self._settings.upload_token
        if wanted and hmac.compare_digest(token.encode(), wanted.encode()):
            return
        self.failures.note(peer)
        log.warning("! %s showed a wrong upload token for %s", peer, request.path)
        raise RightNeeded("the upload token is wrong" if wanted else "no upload token is set here")

    def _is_local(self, request: Request) -> bool:
        return (
            is_loopback(request.remote_addr)
            and not _is_forwarded(request)
            and self.is_own_page(request)
            and self._is_own_host(request)
        )

    def _is_open_to(self, request: Request) -> bool:
        """Return whether the peer itself, whatever headers say, is at an open address."""
        environ = request.environ.get("werkzeug.proxy_fix.orig", request.environ)
        try:
            peer = ip_address(environ["REMOTE_ADDR"])
        except (KeyError, ValueError):
            return False
        mapped = getattr(peer, "ipv4_mapped", None) or peer
        if _is_forwarded(request) or not any(mapped in network for network in self._open_to):
            return False
        is_browser = not {"Origin", "Sec-Fetch-Site"}.isdisjoint(request.headers.keys())
        return not is_browser or (self.is_own_page(request) and self._is_own_host(request))

    def is_own_page(self, request: Request) -> bool:
        """Return whether no page of another site has sent a request."""
        if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
            return False
        try:
            check_origin(request.headers.get("Origin"), self._hosts(), request.headers.get("Host"))
        except HandshakeRefused:
            return False
        return True

    def _is_own_host(self, request: Request) -> bool:
        host = request.headers.get("Host")
        own = parse_authority(host or "", request.scheme)
        try:
            if own is None or own[0] not in LOCAL_NAMES:
                check_host(host, self._hosts() or LOCAL_NAMES, request.scheme)
        except HandshakeRefused:
            return False
        return True

    def _hosts(self) -> tuple[str, ...]:
        return tuple(name for name in self._settings.hosts if name != ANY)


def _is_forwarded(request: Request) -> bool:
    return any(PROXY_HEADER.fullmatch(name) for name, _ in request.headers)


def _bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
