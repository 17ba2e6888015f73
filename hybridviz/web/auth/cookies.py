"""The part of an exchange that is about cookies: plain, signed, and those that tell our own forms
from those of other sites.

Names and defaults are Tornado's, but cookies are HttpOnly, SameSite=Lax, and Secure over HTTPS,
unless the call says otherwise.
"""

import hmac
import secrets
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from itsdangerous import BadData, TimestampSigner
from itsdangerous.encoding import base64_decode, base64_encode
from markupsafe import Markup
from werkzeug.exceptions import Forbidden

from hybridviz.web.auth.answer import Answer, as_text
from hybridviz.web.auth.http_request import HttpRequest
from hybridviz.web.auth.site import Site, check_secret

DAY = 86_400
XSRF = "_xsrf"
XSRF_HEADERS = ("X-XSRFToken", "X-CSRFToken")


class Cookies:
    """A request's cookies, and those of its answer.

    Args:
        site: what signs them.
        request: the request.
    """

    def __init__(self, site: Site, request: HttpRequest) -> None:
        self.request = request
        self._site = site
        self._answer = Answer()

    @property
    def cookies(self) -> Mapping[str, Any]:
        """The request's cookies; each has its text in ``value``."""
        return self.request.cookies

    def get_cookie(self, name: str, default: str | None = None) -> str | None:
        """Return the value of a cookie of the request."""
        found = self.request.cookies.get(name)
        return default if found is None else found.value

    def set_cookie(
        self,
        name: str,
        value: str | bytes,
        domain: str | None = None,
        expires: Any = None,
        path: str = "/",
        expires_days: float | None = None,
        *,
        max_age: int | None = None,
        httponly: bool = True,
        secure: bool | None = None,
        samesite: str | None = "Lax",
    ) -> None:
        """Set a cookie. Times to live are in days or, ``max_age``, in seconds; without one it ends
        with the browser.
        """
        if max_age is None and expires is None and expires_days is not None:
            max_age = int(expires_days * DAY)
        self._answer.cookies[name] = {
            "value": as_text(value),
            "domain": domain,
            "expires": expires,
            "path": path,
            "max_age": max_age,
            "httponly": httponly,
            "secure": self.request.protocol == "https" if secure is None else secure,
            "samesite": samesite,
        }

    def clear_cookie(self, name: str, path: str = "/", domain: str | None = None) -> None:
        """Have the browser forget a cookie, which must have been set for the same path."""
        self.set_cookie(name, "", domain, 0, path, max_age=0)

    def clear_all_cookies(self, path: str = "/", domain: str | None = None) -> None:
        """Have the browser forget all cookies it has sent."""
        for name in self.request.cookies:
            self.clear_cookie(name, path, domain)

    def set_signed_cookie(
        self, name: str, value: str | bytes, expires_days: float | None = 30, **options: Any
    ) -> None:
        """Set a cookie that nobody else can make; its value can be read by its owner.

        Raises:
            ConfigError: the server has no cookie secret.
        """
        signed = self._signer(name).sign(base64_encode(value))
        self.set_cookie(name, signed, expires_days=expires_days, **options)

    def get_signed_cookie(
        self, name: str, value: str | None = None, max_age_days: float = 31
    ) -> bytes | None:
        """Return the value of a signed cookie; None if it is not there, forged or too old.

        Args:
            name: the cookie's name, which is signed too.
            value: what to look at in place of the request's cookie.
            max_age_days: greatest age.

        Raises:
            ConfigError: the server has no cookie secret.
        """
        signer = self._signer(name)
        signed = self.get_cookie(name) if value is None else value
        try:
            return base64_decode(signer.unsign(signed or "", max_age=int(max_age_days * DAY)))
        except BadData:
            return None

    set_secure_cookie = set_signed_cookie
    get_secure_cookie = get_signed_cookie

    def _signer(self, name: str) -> TimestampSigner:
        check_secret(self._site.cookie_secret)
        return TimestampSigner(
            self._site.cookie_secret,
            salt=f"hybridviz cookie {name}",
            key_derivation="hmac",
            digest_method=sha256,
        )

    # -- forms of other sites

    @property
    def xsrf_token(self) -> str:
        """What a form must send back as ``_xsrf``; set as a cookie with the answer."""
        token = self.get_cookie(XSRF) or self._answer.cookies.get(XSRF, {}).get("value")
        if not token:
            token = secrets.token_urlsafe(32)
            # Scripts may read it, to send it as a header: it lets nobody in.
            self.set_cookie(XSRF, token, httponly=False)
        return str(token)

    def xsrf_form_html(self) -> str:
        """Return the hidden field that a form must have."""
        field = Markup('<input type="hidden" name="{}" value="{}">')
        return field.format(XSRF, self.xsrf_token)

    def check_xsrf_cookie(self) -> None:
        """Check whether the request comes from a page of this server's.

        Raises:
            Forbidden: it has not the value of the cookie ``_xsrf`` as argument or header.
        """
        known = self.get_cookie(XSRF) or ""
        sent = self.request.arguments.get(XSRF, [])
        headers = (self.request.headers.get(name, "").encode() for name in XSRF_HEADERS)
        given = next(filter(None, (*sent, *headers)), b"")
        if not known or not hmac.compare_digest(known.encode(), given):
            raise Forbidden("The form lacks the argument _xsrf, or has not this browser's.")
