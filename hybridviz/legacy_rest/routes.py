"""The URLs of the server of Bokeh 0.10, in one table.

Paths, methods, parameters and answers are those of ``bokeh/server/views`` of Bokeh 0.10.0. A path
without its final slash leads to that with it, by 301 whatever the method.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import quote

from flask import Blueprint, Response, abort, request

from hybridviz.legacy_rest.answers import View, answering, readable

if TYPE_CHECKING:
    from hybridviz.legacy_rest.old_server import LegacyViews
    from hybridviz.legacy_rest.user_views import UserViews

MODELS = "/bokeh/bb/<docid>/"
TYPE = f"{MODELS}<kind>/"
MODEL = f"{TYPE}<ident>/"


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one URL.

    Attributes:
        method, rule: as Flask has them.
        view: finds the view, once there are any.
        foreign: whether pages of other sites may read the answer.
    """

    method: str
    rule: str
    view: "Callable[[LegacyViews], View]"
    foreign: bool = False


def _users(view: "Callable[[UserViews], View]") -> "Callable[[LegacyViews], View]":
    """Return what finds a view of users; without users it tells so."""
    return lambda views: no_users if views.users is None else view(views.users)


def no_users() -> NoReturn:
    """Tell who wants to log in that a server without users has nobody."""
    abort(404, "This server has no users: start it with --multi-user to have them.")


USER_ROUTES = (
    Route("GET", "/bokeh/login", _users(lambda users: users.login_page)),
    Route("POST", "/bokeh/login", _users(lambda users: users.login)),
    Route("GET", "/bokeh/register", _users(lambda users: users.register_page)),
    Route("POST", "/bokeh/register", _users(lambda users: users.register)),
    Route("GET", "/bokeh/loginfromapikey", _users(lambda users: users.login_by_key)),
    Route("GET", "/bokeh/logout", _users(lambda users: users.logout)),
)
ROUTES = (
    *USER_ROUTES,
    Route("GET", "/bokeh/ping", lambda views: views.pages.ping),
    Route("GET", "/bokeh/", lambda views: views.index.index),
    Route("GET", "/bokeh/userinfo/", lambda views: views.documents.userinfo, foreign=True),
    Route("POST", "/bokeh/doc/", lambda views: views.documents.create),
    Route("GET", "/bokeh/doc/", lambda views: views.documents.by_title, foreign=True),
    Route("GET", "/bokeh/doc/<docid>/", lambda views: views.documents.info, foreign=True),
    Route("DELETE", "/bokeh/doc/<docid>/", lambda views: views.documents.remove),
    Route("POST", "/bokeh/doc/<docid>/remove", lambda views: views.index.remove),
    Route("GET", "/bokeh/doc/<docid>/<ident>", lambda views: views.pages.show),
    Route("GET", "/bokeh/doc/<title>/show", lambda views: views.pages.show_titled, foreign=True),
    Route("GET", "/bokeh/bokehinfo/<docid>/", lambda views: views.documents.info, foreign=True),
    Route(
        "GET",
        "/bokeh/objinfo/<docid>/<ident>",
        lambda views: views.documents.object_info,
        foreign=True,
    ),
    Route("GET", "/bokeh/notices/<docid>/", lambda views: views.documents.notices),
    Route("GET", "/bokeh/getdocapikey/<docid>", lambda views: views.documents.apikey),
    Route("POST", "/bokeh/<docid>/publish", lambda views: views.documents.publish),
    Route("GET", "/bokeh/wsurl/", lambda views: views.pages.socket_url, foreign=True),
    Route("GET", "/bokeh/autoload.js/<elementid>", lambda views: views.embeds.loader),
    Route("GET", "/bokeh/embed.js/<docid>/<ident>", lambda views: views.embeds.embed, foreign=True),
    Route("GET", MODELS, lambda views: views.models.all),
    Route("POST", f"{MODELS}bulkupsert", lambda views: views.models.bulk),
    Route("POST", f"{MODELS}gc", lambda views: views.models.collect),
    Route("GET", TYPE, lambda views: views.models.of_type),
    Route("POST", TYPE, lambda views: views.models.create),
    Route("GET", MODEL, lambda views: views.models.get, foreign=True),
    Route("PUT", MODEL, lambda views: views.models.change, foreign=True),
    Route("PATCH", MODEL, lambda views: views.models.change, foreign=True),
    Route("DELETE", MODEL, lambda views: views.models.remove, foreign=True),
)


def add_routes(blueprint: Blueprint, views: "Callable[[], LegacyViews]", root_path: str) -> None:
    """Add the URLs of old clients.

    Args:
        blueprint: where to.
        views: gives what answers them.
        root_path: what a proxy has taken from before the paths.
    """
    methods: dict[str, set[str]] = defaultdict(set)
    foreign: set[str] = set()
    for route in ROUTES:
        methods[route.rule].add(route.method)
        foreign |= {route.rule} if route.foreign else set()
    slash = partial(_add_slash, root_path)
    for number, route in enumerate(ROUTES):
        shown = methods[route.rule] if route.foreign else None
        view, name = _headed(answering(_found(views, route)), shown), f"legacy{number}"
        _add(blueprint, route.rule, name, view, route.method)
        if route.rule.endswith("/"):
            _add(blueprint, route.rule[:-1], f"{name}-slash", slash, route.method)
    for number, (rule, allowed) in enumerate(methods.items()):
        view = partial(_options, allowed, rule in foreign)
        _add(blueprint, rule, f"legacy-options{number}", view, "OPTIONS")


def _found(views: "Callable[[], LegacyViews]", route: Route) -> View:
    """Return a view that is looked for at each request."""

    def found(**parts: Any) -> Any:
        return route.view(views())(**parts)

    return found


def _add(blueprint: Blueprint, rule: str, name: str, view: View, method: str) -> None:
    blueprint.add_url_rule(rule, name, view, methods=[method], provide_automatic_options=False)


def _headed(view: View, methods: set[str] | None) -> View:
    """Let pages of other sites read the answers of a view, if it has methods that they may use."""
    if methods is None:
        return view

    def headed(**parts: Any) -> Any:
        response = view(**parts)
        response.headers.update(readable(methods))
        return response

    return headed


def _options(methods: set[str], foreign: bool, **parts: Any) -> Response:
    allowed = methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
    response = Response(headers={"Allow": ", ".join(sorted(allowed))}, mimetype="text/html")
    if foreign:
        response.headers.update(readable(methods))
    return response


def _add_slash(root_path: str, **parts: Any) -> Response:
    """Lead to the URL with a slash at its end, as the old server did: by 301, which makes most
    clients GET it.
    """
    query = request.query_string.decode("latin-1")
    path = quote(f"{root_path}{request.script_root}{request.path}/")
    location = f"{path}{'?' * bool(query)}{query}"
    return Response(status=301, headers={"Location": location}, mimetype="text/html")
