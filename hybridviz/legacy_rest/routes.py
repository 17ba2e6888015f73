"""The URLs of the server of Bokeh 0.10, in one table.

Paths, methods, parameters and answers are those of ``bokeh/server/views`` of Bokeh 0.10.0. A path
without its final slash leads to that with it, by 301 whatever the method.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, request

from hybridviz.legacy_rest.answers import View, answering, readable
from hybridviz.legacy_rest.document_views import DocumentViews
from hybridviz.legacy_rest.embeds import EmbedViews
from hybridviz.legacy_rest.index_views import IndexViews
from hybridviz.legacy_rest.model_views import ModelViews
from hybridviz.legacy_rest.page_views import PageViews
from hybridviz.legacy_rest.user_views import UserViews, no_users

MODELS = "/bokeh/bb/<docid>/"
TYPE = f"{MODELS}<kind>/"
MODEL = f"{TYPE}<ident>/"


@dataclass(frozen=True, slots=True)
class LegacyViews:
    """All views of old clients, by what they are about; ``users`` is None without users."""

    documents: DocumentViews
    models: ModelViews
    pages: PageViews
    embeds: EmbedViews
    index: IndexViews
    users: UserViews | None


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one URL.

    Attributes:
        method, rule, view: as Flask has them.
        foreign: whether pages of other sites may read the answer.
    """

    method: str
    rule: str
    view: View
    foreign: bool = False


def routes(views: LegacyViews) -> list[Route]:
    """Return all routes."""
    documents, models, pages = views.documents, views.models, views.pages
    embeds = views.embeds
    return [
        *_user_routes(views.users),
        Route("GET", "/bokeh/ping", pages.ping),
        Route("GET", "/bokeh/", views.index.index),
        Route("GET", "/bokeh/userinfo/", documents.userinfo, foreign=True),
        Route("POST", "/bokeh/doc/", documents.create),
        Route("GET", "/bokeh/doc/", documents.by_title, foreign=True),
        Route("GET", "/bokeh/doc/<docid>/", documents.info, foreign=True),
        Route("DELETE", "/bokeh/doc/<docid>/", documents.remove),
        Route("POST", "/bokeh/doc/<docid>/remove", views.index.remove),
        Route("GET", "/bokeh/doc/<docid>/<ident>", pages.show),
        Route("GET", "/bokeh/doc/<title>/show", pages.show_titled, foreign=True),
        Route("GET", "/bokeh/bokehinfo/<docid>/", documents.info, foreign=True),
        Route("GET", "/bokeh/objinfo/<docid>/<ident>", documents.object_info, foreign=True),
        Route("GET", "/bokeh/getdocapikey/<docid>", documents.apikey),
        Route("POST", "/bokeh/<docid>/publish", documents.publish),
        Route("GET", "/bokeh/wsurl/", pages.socket_url, foreign=True),
        Route("GET", "/bokeh/autoload.js/<elementid>", embeds.loader),
        Route("GET", "/bokeh/embed.js/<docid>/<ident>", embeds.embed, foreign=True),
        Route("GET", MODELS, models.all),
        Route("POST", f"{MODELS}bulkupsert", models.bulk),
        Route("POST", f"{MODELS}gc", models.collect),
        Route("GET", TYPE, models.of_type),
        Route("POST", TYPE, models.create),
        Route("GET", MODEL, models.get, foreign=True),
        Route("PUT", MODEL, models.change, foreign=True),
        Route("PATCH", MODEL, models.change, foreign=True),
        Route("DELETE", MODEL, models.remove, foreign=True),
    ]


def _user_routes(users: UserViews | None) -> list[Route]:
    return [
        Route("GET", "/bokeh/login", users.login_page if users else no_users),
        Route("POST", "/bokeh/login", users.login if users else no_users),
        Route("GET", "/bokeh/register", users.register_page if users else no_users),
        Route("POST", "/bokeh/register", users.register if users else no_users),
        Route("GET", "/bokeh/loginfromapikey", users.login_by_key if users else no_users),
        Route("GET", "/bokeh/logout", users.logout if users else no_users),
    ]


def add_routes(blueprint: Blueprint, views: LegacyViews, root_path: str) -> None:
    """Add the URLs of old clients.

    Args:
        blueprint: where to.
        views: what answers them.
        root_path: what a proxy has taken from before the paths.
    """
    table = routes(views)
    methods: dict[str, set[str]] = defaultdict(set)
    foreign: set[str] = set()
    for route in table:
        methods[route.rule].add(route.method)
        foreign |= {route.rule} if route.foreign else set()
    slash = partial(_add_slash, root_path)
    for number, route in enumerate(table):
        shown = methods[route.rule] if route.foreign else None
        view, name = _headed(answering(route.view), shown), f"legacy{number}"
        _add(blueprint, route.rule, name, view, route.method)
        if route.rule.endswith("/"):
            _add(blueprint, route.rule[:-1], f"{name}-slash", slash, route.method)
    for number, (rule, allowed) in enumerate(methods.items()):
        view = partial(_options, allowed, rule in foreign)
        _add(blueprint, rule, f"legacy-options{number}", view, "OPTIONS")


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
