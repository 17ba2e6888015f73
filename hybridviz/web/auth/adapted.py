"""An auth module's LoginHandler and LogoutHandler: classes written for Tornado become classes of
ours.

Nothing of Tornado runs. The module has imported it for the name of a base class, which is replaced
by `Exchange`; before that their code is checked for what only Tornado's has.
"""

from typing import Any

from hybridviz.errors import ConfigError
from hybridviz.web.auth.exchange import Exchange
from hybridviz.web.auth.http_request import HttpRequest
from hybridviz.web.auth.inspection import Uses, uses_of_class

VERBS = ("get", "head", "post", "put", "patch", "delete", "options")
ON_INSTANCES = frozenset(("application", "ui", "path_args", "path_kwargs"))
"""Attributes of Tornado's handlers that their class does not show."""
OURS = frozenset(dir(Exchange)) | {"request"}
REQUEST = frozenset(dir(HttpRequest))


def adapt(kind: Any, name: str) -> tuple[type[Exchange], Uses]:
    """Return a class of an auth module as a class of exchanges, and what its code uses.

    Args:
        kind: the class; it is changed in place, so that ``super()`` finds its way.
        name: its name in the module, for errors.

    Raises:
        ConfigError: it is no handler, or needs more than `Exchange` has.
    """
    if not isinstance(kind, type) or not _is_handler(kind):
        raise ConfigError(f"{name} must be a class derived from tornado.web.RequestHandler")
    own = [c for c in kind.__mro__ if not _is_tornado(c) and not issubclass(Exchange, c)]
    uses = uses_of_class(own)
    _check_bases(kind, name)
    _check_bodies(kind, own, uses, name)
    for item in own:
        if any(map(_is_tornado, item.__bases__)):
            item.__bases__ = tuple(Exchange if _is_tornado(b) else b for b in item.__bases__)
    if not any(hasattr(kind, verb) for verb in VERBS):
        raise ConfigError(f"{name} must have a method for GET or POST: get or post")
    return kind, uses


def complain(name: str, lacking: set[str]) -> None:
    """Raise if anything is lacking.

    Raises:
        ConfigError: the text names it.
    """
    if lacking:
        raise ConfigError(
            f"{name} uses {', '.join(sorted(lacking))} of Tornado's RequestHandler, which is not"
            " here; docs/auth.md lists what is"
        )


def lacking_in_request(uses: Uses) -> set[str]:
    """Return what is read of a request that `HttpRequest` does not have."""
    return {f"request.{name}" for name in uses.request - REQUEST}


def _is_tornado(kind: type) -> bool:
    return kind.__module__.partition(".")[0] == "tornado"


def _is_handler(kind: type) -> bool:
    named = any(_is_tornado(c) and c.__name__ == "RequestHandler" for c in kind.__mro__)
    return named or (issubclass(kind, Exchange) and kind is not Exchange)


def _check_bases(kind: type, name: str) -> None:
    for base in kind.__mro__:
        if _is_tornado(base) and base.__name__ != "RequestHandler":
            raise ConfigError(
                f"{name} derives from {base.__module__}.{base.__name__}, which works only in"
                " Tornado's own server: derive it from tornado.web.RequestHandler alone"
            )


def _check_bodies(kind: type, own: list[type], uses: Uses, name: str) -> None:
    tornado = {n for c in kind.__mro__ if _is_tornado(c) for n in dir(c)} | ON_INSTANCES
    defined = {n: value for c in own for n, value in vars(c).items() if not n.startswith("__")}
    above = {n for c in own[1:] for n in vars(c)}
    read = (uses.names & tornado) - OURS - defined.keys() - uses.assigned
    filled = (defined.keys() & tornado) - OURS - set(VERBS)
    inherited = uses.inherited - OURS - above
    supers = {f"super().{n}" for n in inherited}
    complain(name, read | filled | supers | lacking_in_request(uses))
    for method, value in defined.items():
        if getattr(value, "__tornado_coroutine__", False):
            raise ConfigError(f"{name}.{method} is a coroutine of Tornado's: write async def")
