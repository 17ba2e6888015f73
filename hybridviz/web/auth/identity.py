"""The seam between the server and whatever knows the users of an application.

Adapters lie beside this module: the auth module (``gate``), Flask-Login, Flask-HTTPAuth, a function
of the application's, a proxy's header, a list of passwords. Called by ``admission``.
"""

from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import urlencode

from flask import request, url_for
from werkzeug.routing import BuildError

from hybridviz.errors import ConfigError, UserRequired

GetUser = Callable[[], Any]


class Identity(Protocol):
    """What tells who sends the request that is being answered."""

    def user(self) -> Any:
        """Return the user; None for nobody. Users are the same if they are equal.

        Raises:
            UserRefused, AuthModuleFailed: that cannot be told.
        """

    def required(self) -> UserRequired:
        """Return the error that tells a visitor who is nobody how to become somebody."""

    def logout_url(self) -> str | None:
        """Return the URL at which the user logs out, if there is one."""
        return None


class FunctionIdentity(Identity):
    """The application's own function.

    Args:
        function: returns the user of the request that is being answered; false for nobody.
        login, logout: URL paths, URLs or endpoints where people log in and out; empty for none.
    """

    def __init__(self, function: GetUser, login: str = "", logout: str = "") -> None:
        self._function = function
        self._login = login
        self._logout = logout

    def user(self) -> Any:
        return comparable(self._function() or None)

    def required(self) -> UserRequired:
        return UserRequired(with_next(url_of(self._login)) if self._login else "")

    def logout_url(self) -> str | None:
        return url_of(self._logout) if self._logout else None


def comparable(user: Any) -> Any:
    """Return a user as something that is equal when it is found again: itself or, of an object that
    has `get_id`, as those of Flask-Login, its id.

    Raises:
        ConfigError: it is an object that equals only itself.
    """
    if callable(get_id := getattr(user, "get_id", None)):
        return get_id()
    if user is not None and not any("__eq__" in vars(kind) for kind in type(user).__mro__[:-1]):
        raise ConfigError(
            f"a user must be text, a number or something else with __eq__ or get_id, not"
            f" {type(user).__name__}: return its name or id"
        )
    return user


def url_of(place: str) -> str:
    """Return the URL of a path, a URL or an endpoint.

    Raises:
        ConfigError: it is none of them.
    """
    if place.startswith(("http://", "https://")):
        return place
    if place.startswith("/"):
        return f"{request.script_root}{place}"
    try:
        return url_for(place)
    except BuildError:
        raise ConfigError(
            f"{place!r} is neither a path, such as /login, nor an endpoint of the application"
        ) from None


def with_next(url: str) -> str:
    """Return a URL with the path of the present page as its argument ``next``."""
    page = f"{request.script_root}{request.full_path if request.query_string else request.path}"
    return f"{url}{'&' if '?' in url else '?'}{urlencode({'next': page})}"
