"""The auth module: the Python file that says who a visitor is and where to log in.

Loads it and checks it once, at the start. Names and rules are those of ``bokeh serve``; a
contradiction is an error that says what to do.
"""

import importlib.util
import inspect
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

from jinja2 import TemplateError

from hybridviz.errors import ConfigError
from hybridviz.web.auth.adapted import OURS, adapt, complain, lacking_in_request
from hybridviz.web.auth.exchange import Exchange
from hybridviz.web.auth.inspection import Uses, uses_of_function
from hybridviz.web.auth.site import Site, check_secret
from hybridviz.web.auth.templates import environment

PATH = re.compile(r"[\w.~!$&'()*+,;=:@%/-]+", re.ASCII)
SIGNED = frozenset(f"{do}_{kind}_cookie" for do in ("get", "set") for kind in ("signed", "secure"))


@dataclass(frozen=True, slots=True)
class AuthModule:
    """What an auth module defines.

    Attributes:
        get_user: returns the user of an exchange, or nothing; may be a coroutine function.
        login_url: path below the prefix, or a URL elsewhere; None if it is computed.
        get_login_url: returns the URL for an exchange.
        logout_url: as ``login_url``; None if there is none.
        login, logout: what answers at these URLs.
        site: what all exchanges share.
    """

    get_user: Callable[[Exchange], Any]
    login_url: str | None
    get_login_url: Callable[[Exchange], Any] | None
    logout_url: str | None
    login: type[Exchange] | None
    logout: type[Exchange] | None
    site: Site


def load_module(path: str, cookie_secret: str) -> AuthModule:
    """Run an auth module and check what it defines.

    Args:
        path: of the file; its folder is where its templates are.
        cookie_secret: signs cookies; empty for none.

    Raises:
        ConfigError: it cannot be run, or something is contradictory, missing or not supported.
    """
    module = _execute(Path(path).absolute())
    try:
        return _read(module, cookie_secret)
    except ConfigError as error:
        raise ConfigError(f"the auth module {path}: {error}") from None


def _execute(path: Path) -> ModuleType:
    if not path.is_file():
        raise ConfigError(f"there is no auth module {path}: --auth-module takes a Python file")
    name = f"hybridviz_auth_{uuid4().hex}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ConfigError(f"the auth module {path} is no Python file: its name must end with .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # where its classes' source is looked for
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        problem = f"{type(error).__name__}: {error}"
        raise ConfigError(f"the auth module {path} failed: {problem}") from error
    return module


def _read(module: ModuleType, secret: str) -> AuthModule:
    found = vars(module).get
    used: list[Uses] = []
    login_url, logout_url = _url(found, "login_url"), _url(found, "logout_url")
    get_login_url = _function(found, "get_login_url", used)
    hosts = _hosts(found("redirect_hosts", ()))
    if (login_url is None) == (get_login_url is None):
        raise ConfigError("define login_url or get_login_url, and not both")
    if "LoginHandler" in vars(module) and login_url is None:
        raise ConfigError("a LoginHandler needs login_url; it cannot be used with get_login_url")
    site = Site(environment(Path(str(module.__file__)).parent), secret, hosts)
    read = AuthModule(
        _get_user(found, used),
        login_url,
        get_login_url,
        logout_url,
        _answering(found, "LoginHandler", "login_url", login_url, used),
        _answering(found, "LogoutHandler", "logout_url", logout_url, used),
        site,
    )
    if login_url is not None and login_url == logout_url:
        raise ConfigError("login_url and logout_url must differ")
    _check_needs(used, site)
    return read


Find = Callable[..., Any]


def _url(found: Find, name: str) -> str | None:
    url = found(name)
    if url is None or (isinstance(url, str) and url):
        return url
    raise ConfigError(f"{name} must be a text that is not empty, not {url!r}")


def _hosts(hosts: Any) -> tuple[str, ...]:
    if isinstance(hosts, list | tuple | set) and all(isinstance(host, str) for host in hosts):
        return tuple(hosts)
    raise ConfigError("redirect_hosts must be a list of HOST[:PORT]")


def _function(found: Find, name: str, used: list[Uses]) -> Any:
    function = found(name)
    if function is None:
        return None
    if not callable(function):
        raise ConfigError(f"{name} must be a function, not {function!r}")
    if inspect.iscoroutinefunction(function) != name.endswith("_async"):
        kind = "a coroutine function" if name.endswith("_async") else "no coroutine function"
        raise ConfigError(f"{name} must be {kind}")
    uses = uses_of_function(function)
    complain(name, uses.names - OURS - uses.assigned | lacking_in_request(uses))
    used.append(uses)
    return function


def _get_user(found: Find, used: list[Uses]) -> Callable[[Exchange], Any]:
    given = [_function(found, name, used) for name in ("get_user", "get_user_async")]
    functions: list[Callable[[Exchange], Any]] = [item for item in given if item is not None]
    if len(functions) != 1:
        raise ConfigError("define get_user or get_user_async, and not both")
    return functions[0]


def _answering(
    found: Find, name: str, url_name: str, url: str | None, used: list[Uses]
) -> type[Exchange] | None:
    given = found(name)
    if given is None:
        return None
    if url is None:
        raise ConfigError(f"a {name} needs {url_name}")
    if not is_relative(url) or not PATH.fullmatch(url):
        raise ConfigError(f"a {name} answers at a path of this server: {url_name} is {url!r}")
    kind, uses = adapt(given, name)
    used.append(uses)
    return kind


def is_relative(url: str) -> bool:
    """Return whether a URL is one of this server's, below the prefix."""
    return not url.startswith(("http://", "https://", "//"))


def _check_needs(used: list[Uses], site: Site) -> None:
    if any(uses.names & SIGNED for uses in used):
        check_secret(site.cookie_secret)
    for name in sorted(set().union(*(uses.templates for uses in used))):
        try:
            site.templates.get_template(name)
        except TemplateError as error:
            place = f", line {line}" if (line := getattr(error, "lineno", None)) else ""
            raise ConfigError(f"the template {name}{place}: {error.message}") from None
