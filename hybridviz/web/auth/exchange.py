"""One request and its answer, with the methods that code for Tornado calls on its RequestHandler.

An auth module's functions are handed one; its LoginHandler and LogoutHandler classes are derived
from it instead of from Tornado's class. Names and defaults are Tornado's.
"""

import json
import logging
import sys
from http import HTTPStatus
from typing import Any, NoReturn

from werkzeug.exceptions import BadRequest
from werkzeug.utils import redirect as redirect_response

from hybridviz.web.auth.answer import Answer, as_text, may_go_to
from hybridviz.web.auth.cookies import Cookies
from hybridviz.web.auth.http_request import Arguments

log = logging.getLogger("hybridviz.auth")

REQUIRED: Any = object()
"""Stands for a default that is not given."""


class Exchange(Cookies):
    """A request with its answer."""

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

    # -- the answer

    def set_status(self, status_code: int, reason: str | None = None) -> None:
        """Set the status; its reason is always the standard one."""
        self._answer.status = status_code

    def get_status(self) -> int:
        """Return the status."""
        return self._answer.status

    def set_header(self, name: str, value: Any) -> None:
        """Set a header."""
        self._answer.headers.set(name, as_text(value))

    def add_header(self, name: str, value: Any) -> None:
        """Add a header of which there may be several."""
        self._answer.headers.add(name, as_text(value))

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
