"""Who may see the apps: asks the auth module for the user of each page and websocket, and answers
where people log in and out.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, after_this_request, request
from werkzeug.exceptions import HTTPException

from hybridviz.config import Settings
from hybridviz.errors import AuthModuleFailed, ConfigError, UserRefused, UserRequired
from hybridviz.web.auth.adapted import VERBS
from hybridviz.web.auth.exchange import Exchange, answer_of
from hybridviz.web.auth.http_request import HttpRequest
from hybridviz.web.auth.identity import Identity
from hybridviz.web.auth.module import AuthModule, is_relative, load_module

log = logging.getLogger("hybridviz.auth")

MAX_BODY = 1024 * 1024
"""Longest form that is read, in bytes: anybody may send one."""
SAFE = frozenset(("GET", "HEAD", "OPTIONS"))


@dataclass(frozen=True, slots=True)
class Gate(Identity):
    """The auth module at work.

    Attributes:
        module: what it defines.
        settings: the prefixes, and whether forms must prove where they come from.
        call: calls a function of the module, or awaits a coroutine function.
    """

    module: AuthModule
    settings: Settings
    call: Callable[..., Any]

    def user(self) -> Any:
        """Return the user of the request that is being answered, None for nobody; cookies that the
        module sets go with the answer.

        Raises:
            UserRefused: the module's code raised an HTTP error.
            AuthModuleFailed: it raised something else.
        """
        exchange = Exchange(self.module.site, self._http_request())
        try:
            user = self._run(self.module.get_user, exchange)
        except HTTPException as error:
            raise UserRefused(f"the auth module refuses this visitor: {error.name}") from None
        if _is_page() and answer_of(exchange).cookies:
            after_this_request(answer_of(exchange).give_cookies)
        return user or None

    def required(self) -> UserRequired:
        """Return the error that leads to where people log in."""
        if not _is_page():
            return UserRequired()
        exchange = Exchange(self.module.site, self._http_request())
        return UserRequired(self._where_to_log_in(exchange))

    def logout_url(self) -> str | None:
        """Return the URL at which a user of this request's logs out, if there is one."""
        url = self.module.logout_url
        return None if url is None else self._mounted(url)

    def add_routes(self, routes: Blueprint, taken: set[str]) -> None:
        """Add what answers at the module's URLs.

        Args:
            taken: routes of apps.

        Raises:
            ConfigError: an app is served there.
        """
        for name, url, kind in self._answering():
            path = f"/{url.strip('/')}"
            if path in taken or path == "/":
                raise ConfigError(
                    f"{path} would answer both an app and the auth module's {name}: change one"
                )
            if kind is not None:
                self._add_route(routes, name, path, kind)

    def _answering(self) -> Iterator[tuple[str, str, type[Exchange] | None]]:
        module = self.module
        pairs = {
            "login_url": (module.login_url, module.login),
            "logout_url": (module.logout_url, module.logout),
        }
        for name, (url, kind) in pairs.items():
            if url is not None and is_relative(url):
                yield name, url, kind

    def _add_route(self, routes: Blueprint, name: str, path: str, kind: type[Exchange]) -> None:
        methods = [verb.upper() for verb in VERBS if hasattr(kind, verb)]

        def view() -> Response:
            return self._answer(kind)

        routes.add_url_rule(
            path, name, view, methods=methods, provide_automatic_options=False, strict_slashes=False
        )

    def _answer(self, kind: type[Exchange]) -> Response:
        _check_size()
        exchange = self._run(kind, self.module.site, self._http_request())
        try:
            for step in self._steps(exchange):
                if not answer_of(exchange).finished:
                    self._run(step)
        except _Finished:
            pass
        self._run(exchange.on_finish)
        return answer_of(exchange).response()

    def _steps(self, exchange: Exchange) -> Iterator[Callable[[], Any]]:
        yield exchange.initialize
        yield exchange.set_default_headers
        if self.settings.enable_xsrf_cookies and request.method not in SAFE:
            yield exchange.check_xsrf_cookie
        yield exchange.prepare
        verb = request.method.lower()
        yield getattr(exchange, verb if hasattr(exchange, verb) else "get")  # GET answers HEAD too

    def _run(self, function: Callable[..., Any], *args: Any) -> Any:
        try:
            return self.call(function, *args)
        except HTTPException:
            raise
        except (Exception, SystemExit) as error:
            _fail(error)

    def _where_to_log_in(self, exchange: Exchange) -> str:
        """Return the URL with the page's own as its argument ``next``."""
        if self.module.get_login_url is None:
            url = self._mounted(self.module.login_url or "")
        else:
            url = str(self._run(self.module.get_login_url, exchange))
        if "?" in url:
            return url
        page = exchange.request
        return f"{url}?{urlencode({'next': page.uri if is_relative(url) else page.full_url()})}"

    def _mounted(self, url: str) -> str:
        if not is_relative(url):
            return url
        return f"{self._root()}{self.settings.prefix}/{url.lstrip('/')}"

    def _http_request(self) -> HttpRequest:
        return HttpRequest(request._get_current_object(), self._root())  # type: ignore[attr-defined]

    def _root(self) -> str:
        return f"{self.settings.root_path}{request.script_root}"


def _is_page() -> bool:
    return request.url_rule is None or not request.url_rule.websocket


class _Finished(Exception):
    """The module's code wants to do no more."""


def _check_size() -> None:
    if "Transfer-Encoding" in request.headers:
        abort(411)
    if (request.content_length or 0) > MAX_BODY:
        abort(413)


def _fail(error: BaseException) -> NoReturn:
    """Raise what tells the visitor of an exception in the module's code."""
    if type(error).__module__ == "tornado.web":
        if type(error).__name__ == "Finish":
            raise _Finished
        if status := getattr(error, "status_code", None):
            abort(status)
    log.error("! the auth module raised %r", error, exc_info=error)
    raise AuthModuleFailed("the auth module failed; the log says why") from error


def open_gate(settings: Settings, call: Callable[..., Any]) -> Gate:
    """Load the auth module that the settings name.

    Args:
        settings: all settings.
        call: calls a function of the module, or awaits a coroutine function.

    Raises:
        ConfigError: something is wrong with it.
    """
    return Gate(load_module(settings.auth_module, settings.cookie_secret), settings, call)
