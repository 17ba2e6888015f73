"""One request and its answer, with the methods that code for Tornado calls on its RequestHandler.

An auth module's functions are handed one; its LoginHandler and LogoutHandler classes are derived
from it instead of from Tornado's class. Names and defaults are Tornado's, cookies are safer:
HttpOnly, SameSite=Lax, and Secure over HTTPS.
"""

import hmac
import json
import logging
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from typing import Any, NoReturn

from itsdangerous import BadData, TimestampSigner
from itsdangerous.encoding import base64_decode, base64_encode
from jinja2 import Environment
from markupsafe import Markup
from werkzeug.exceptions import BadRequest, Forbidden
from werkzeug.utils import redirect as redirect_response

from hybridviz.errors import ConfigError
from hybridviz.web.auth.answer import Answer, may_go_to
from hybridviz.web.auth.http_request import Arguments, HttpRequest

log = logging.getLogger("hybridviz.auth")

DAY = 86_400
XSRF = "_xsrf"
XSRF_HEADERS = ("X-XSRFToken", "X-CSRFToken")
REQUIRED: Any = object()
"""Stands for a default that is not given."""


@dataclass(frozen=True, slots=True)
class Site:
    """What all exchanges share.

    Attributes:
        templates: where `Exchange.render` finds them.
        cookie_secret: signs cookies; empty if there is none.
        redirect_hosts: where `Exchange.redirect` may lead besides this server.
    """

    templates: Environment
    cookie_secret: str = ""
    redirect_hosts: tuple[str, ...] = ()


def check_secret(secret: str) -> None:
    """Check whether cookies can be signed.

    Raises:
        ConfigError: they cannot.
    """
    if not secret:
        raise ConfigError(
            "signed cookies need a secret: give --cookie-secret or HYBRIDVIZ_COOKIE_SECRET"
        )


class Exchange:
    """A request with its answer.

    Args:
        site: what it shares with others.
        request: the request.
    """

    def __init__(self, site: Site, request: HttpRequest) -> None:
        self.request = request
        self._site = site
        self._answer = Answer()

    # -- for subclasses to fill

    def initialize(self) -> Any:
        """Called first."""

    def set_default_headers(self) -> Any:
        """Called after `initialize`."""

    def prepare(self) -> Any:
        """Called before the method for the request's verb; may be a coroutine."""

    def on_finish(self) -> Any:
        """Called when the answer is complete."""

    def get_current_user(self) -> Any:
        """Return what `current_user` shall be."""

    @property
    def current_user(self) -> Any:
        """What `get_current_user` has returned, or what was assigned."""
        if not hasattr(self, "_current_user"):
            self._current_user = self.get_current_user()
        return self._current_user

    @current_user.setter
    def current_user(self, user: Any) -> None:
        self._current_user = user

    # -- arguments

    def get_argument(self, name: str, default: Any = REQUIRED, strip: bool = True) -> Any:
        """Return the last value of an argument of the query or the form.

        Raises:
            tornado.web.MissingArgumentError: it is not there and no default is given.
        """
        return _last(self.request.arguments, name, default, strip)

    def get_query_argument(self, name: str, default: Any = REQUIRED, strip: bool = True) -> Any:
        """Return the last value of an argument of the query, as `get_argument` does."""
        return _last(self.request.query_arguments, name, default, strip)

    def get_body_argument(self, name: str, default: Any = REQUIRED, strip: bool = True) -> Any:
        """Return the last value of an argument of the form, as `get_argument` does."""
        return _last(self.request.body_arguments, name, default, strip)

    def get_arguments(self, name: str, strip: bool = True) -> list[str]:
        """Return all values of an argument of the query or the form."""
        return _values(self.request.arguments, name, strip)

    def get_query_arguments(self, name: str, strip: bool = True) -> list[str]:
        """Return all values of an argument of the query."""
        return _values(self.request.query_arguments, name, strip)

    def get_body_arguments(self, name: str, strip: bool = True) -> list[str]:
        """Return all values of an argument of the form."""
        return _values(self.request.body_arguments, name, strip)

    # -- cookies

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
            "value": _text(value),
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
        headers = (self.request.headers.get(name) for name in XSRF_HEADERS)
        given = self.get_argument(XSRF, None) or next(filter(None, headers), "")
        if not known or not hmac.compare_digest(known.encode(), given.encode()):
            raise Forbidden("The form lacks the argument _xsrf, or has not this browser's.")

    # -- the answer

    def set_status(self, status_code: int, reason: str | None = None) -> None:
        """Set the status; its reason is always the standard one."""
        self._answer.status = status_code

    def get_status(self) -> int:
        """Return the status."""
        return self._answer.status

    def set_header(self, name: str, value: Any) -> None:
        """Set a header."""
        self._answer.headers.set(name, _text(value))

    def add_header(self, name: str, value: Any) -> None:
        """Add a header of which there may be several."""
        self._answer.headers.add(name, _text(value))

    def clear_header(self, name: str) -> None:
        """Take a header back."""
        self._answer.headers.remove(name)

    def write(self, chunk: str | bytes | dict[str, Any]) -> None:
        """Add to the body; a dictionary is written as JSON."""
        if self._answer.finished:
            raise RuntimeError("nothing can be written after finish(), redirect() or render()")
        if isinstance(chunk, dict):
            self.set_header("Content-Type", "application/json; charset=UTF-8")
            chunk = json.dumps(chunk).replace("</", "<\\/")
        self._answer.body.append(chunk.encode() if isinstance(chunk, str) else bytes(chunk))

    def finish(self, chunk: str | bytes | dict[str, Any] | None = None) -> None:
        """Complete the answer."""
        if self._answer.finished:
            raise RuntimeError("finish() was called twice; redirect() and render() call it too")
        if chunk is not None:
            self.write(chunk)
        self._answer.finished = True

    def send_error(self, status_code: int = 500, **unused: Any) -> None:
        """Answer nothing but a status with its name."""
        self._answer.body.clear()
        self.set_status(status_code)
        self.finish(f"{status_code} {HTTPStatus(status_code).phrase}")

    def redirect(self, url: str, permanent: bool = False, status: int | None = None) -> None:
        """Send the browser to a URL of this server or of the module's ``redirect_hosts``; to ``/``
        instead of to any other, which a visitor may have been tricked into asking for.
        """
        if not may_go_to(url, self.request.host, self._site.redirect_hosts):
            log.warning("! no redirect to %r: its host is not one of redirect_hosts", url)
            url = "/"
        self.set_status(status or (301 if permanent else 302))
        self.set_header("Location", redirect_response(url).location)
        self.finish()

    def render(self, template_name: str, **names: Any) -> None:
        """Answer a template."""
        self.finish(self.render_string(template_name, **names))

    def render_string(self, template_name: str, **names: Any) -> bytes:
        """Return a template filled with names, the request and this object as ``handler``."""
        known = {
            "handler": self,
            "request": self.request,
            "current_user": self.current_user,
            "xsrf_form_html": self.xsrf_form_html,
        }
        template = self._site.templates.get_template(template_name)
        return template.render(**known | names).encode()


def answer_of(exchange: Exchange) -> Answer:
    """Return the answer as it is now. No method: those are for the module's code."""
    return exchange._answer


def _values(arguments: Arguments, name: str, strip: bool) -> list[str]:
    values = [value.decode("utf-8", "replace") for value in arguments.get(name, [])]
    return [value.strip() for value in values] if strip else values


def _last(arguments: Arguments, name: str, default: Any, strip: bool) -> Any:
    found = _values(arguments, name, strip)
    if not found and default is REQUIRED:
        _raise_missing(name)
    return found[-1] if found else default


def _raise_missing(name: str) -> NoReturn:
    # The exception that a module which uses Tornado's names would catch.
    web = sys.modules.get("tornado.web")
    raise (
        BadRequest(f"The argument {name} is missing.")
        if web is None
        else (web.MissingArgumentError(name))
    )


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
