"""Who is let in where: the user of a request, held against the rule of the app it is for.

Called by pages, websockets and the REST interface through `Visitors`.
"""

import time
from collections.abc import Callable
from functools import partial
from inspect import Parameter, signature
from typing import TYPE_CHECKING, Any

from flask import request

from hybridviz.config import Settings
from hybridviz.errors import ConfigError, UserRefused
from hybridviz.runtime.base import Runtime
from hybridviz.web.auth.flask_login import LoginIdentity
from hybridviz.web.auth.identity import Identity
from hybridviz.web.auth.proxy_user import ProxyIdentity

if TYPE_CHECKING:
    from hybridviz.web.auth.gate import Gate

Access = Callable[..., Any]
"""Called with the user, None for nobody, and by name with those variable parts of the app's path
that it takes; true lets in. One without parameters looks at Flask's own context.
"""
Rule = Callable[[Any], Any]
"""The same with the user only."""

KNOWN_USER = "hybridviz.user"
"""Where in the environ somebody around the application, such as a test, says who sends a request.
No request from outside can name it.
"""

FORBIDDEN = "you may not see this app"


class Admission:
    """Lets visitors in, or does not.

    Args:
        identity: knows the users; None to look for Flask-Login at each request.
        login: Flask-Login's users.
    """

    def __init__(self, identity: Identity | None, login: LoginIdentity) -> None:
        self._given = identity
        self._login = login

    @property
    def identity(self) -> Identity | None:
        """What knows the users; None if nothing does."""
        if self._given is None and self._login.present:
            return self._login
        return self._given

    def user(self, rule: Rule | None = None) -> Any:
        """Return the user of the request that is being answered; None for nobody.

        Args:
            rule: the app's; without one all who are logged in are let in, and everybody if there
                are no users.

        Raises:
            UserRequired: somebody must be logged in.
            UserRefused: the rule does not let this user in.
            AuthModuleFailed: the auth module raised.
        """
        identity, user = self.identity, request.environ.get(KNOWN_USER)
        if user is None and identity is not None:
            user = identity.user()
        if bool(rule(user)) if rule is not None else user is not None or identity is None:
            return user
        if user is None and identity is not None:
            raise identity.required()
        raise UserRefused(FORBIDDEN)

    def logout_url(self) -> str | None:
        """Return the URL at which the user logs out, if there is one."""
        identity = self.identity
        return None if identity is None else identity.logout_url()


def rule_of(access: Access, route: str) -> Rule:
    """Return an app's access rule as a function of the user alone.

    Raises:
        ConfigError: it takes something that is no variable part of the app's route.
    """
    if not callable(access):
        raise ConfigError(f"{route}: access must be a function of the user, not {access!r}")
    taken = list(signature(access).parameters.values())
    named = [item.name for item in taken[1:] if item.kind is not Parameter.VAR_KEYWORD]
    wrong = [name for name in named if f"{name}>" not in route]
    if wrong:
        raise ConfigError(
            f"{route}: access takes {wrong[0]!r}, which is no variable part of the route; it is"
            " called with the user and, by name, such parts"
        )
    if not taken:
        return lambda user: access()
    takes_all = taken[-1].kind is Parameter.VAR_KEYWORD
    return partial(_ask, access, None if takes_all else frozenset(named))


def _ask(access: Access, names: frozenset[str] | None, user: Any) -> Any:
    parts = request.view_args or {}
    return access(user, **{k: v for k, v in parts.items() if names is None or k in names})


def open_admission(
    settings: Settings,
    declared: Identity | None,
    call: Callable[..., Any],
    logged_out: Callable[[Any], object],
    runtime: Runtime,
) -> "tuple[Admission, Gate | None]":
    """Return what lets visitors in, and the auth module if there is one.

    Args:
        settings: may name an auth module, passwords, or a proxy's header.
        declared: what the application itself says.
        call: calls a function of the auth module, or awaits a coroutine function.
        logged_out: called with a user of Flask-Login who logs out.
        runtime: keeps checks of passwords off the hub.

    Raises:
        ConfigError: more than one of them is given, or something is wrong with it.
    """
    gate = None
    if settings.auth_module:
        from hybridviz.web.auth.gate import open_gate  # eight modules that most servers do without

        gate = open_gate(settings, call)
    found: dict[str, Identity | None] = {"auth_module": gate, "the application itself": declared}
    if settings.basic_auth:
        from hybridviz.web.auth.basic import BasicIdentity, read_passwords

        hashes = read_passwords(settings.basic_auth)
        found["basic_auth"] = BasicIdentity(hashes, time.time, runtime)
    if settings.user_header:
        found["user_header"] = ProxyIdentity(settings.user_header, settings.trusted_proxies)
    given = {name: identity for name, identity in found.items() if identity is not None}
    if len(given) > 1:
        raise ConfigError(f"users are told by {' and by '.join(given)}: give only one of them")
    return Admission(next(iter(given.values()), None), LoginIdentity(logged_out)), gate
