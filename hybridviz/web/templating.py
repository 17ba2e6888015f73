"""What templates of the application write to show live apps in its own pages.

The tags hold no token and no inline script: a page that is cached shows nobody else's session, and
a strict content security policy lets it run.
"""

import secrets
from typing import Any
from urllib.parse import urlencode

from flask import Flask, current_app, request, url_for
from markupsafe import Markup, escape
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BuildError

from hybridviz.errors import AppNotFound
from hybridviz.web.nonces import nonce_attribute, with_nonce
from hybridviz.web.served import ServedApp

TAG = '<div id="{0}"></div>\n<script src="{1}"{2} defer></script>'


def add_globals(app: Flask) -> None:
    """Give an application's templates the two functions."""
    app.jinja_env.globals["hybridviz_document"] = document
    app.jinja_env.globals["hybridviz_resources"] = resources


def document(route: str, **arguments: Any) -> Markup:
    """Return the tags that show an app where they stand.

    Args:
        route: that of an app, such as ``/report/<int:id>``, or a path that leads to it, such as
            ``/report/7``.
        arguments: variable parts of the route; others are query arguments of the app.

    Raises:
        AppNotFound: no app is there, or it needs another part.
    """
    page = _page_url(route, arguments)
    path, _, query = page.partition("?")
    element = f"hybridviz-{secrets.token_hex(6)}"
    names = urlencode({"bokeh-autoload-element": element, "bokeh-app-path": path})
    url = f"{path.rstrip('/')}/autoload.js?{names}{'&' * bool(query)}{query}"
    return Markup(TAG.format(element, escape(url), nonce_attribute()))


def resources() -> Markup:
    """Return the tags for the head of a page that shows apps: BokehJS, and what tells of a lost
    connection. Without them each app loads BokehJS by itself and tells nothing.
    """
    js, css = _server().links(request.script_root).bundle()
    return Markup(with_nonce(f"{css}\n{js}".encode()).decode())


def _server() -> Any:
    return current_app.extensions["hybridviz"]


def _page_url(route: str, arguments: dict[str, Any]) -> str:
    """Return the URL of an app's page below this server, and outside of it as a proxy shows it."""
    server = _server()
    served: ServedApp | None = server.served.get(route)
    parts: dict[str, Any] = {}
    if served is None:
        served, parts = _matching(server, route)
    if served is None or not served.endpoint:
        known = ", ".join(sorted(r for r, item in server.served.items() if item.endpoint))
        raise AppNotFound(f"no app is served at {route}; there are {known or 'none'}")
    try:
        url = url_for(served.endpoint, **{**arguments, **parts})
    except BuildError as error:
        raise AppNotFound(f"{route} needs its variable parts: {error}") from None
    return f"{server.settings.root_path}{url}"


def _matching(server: Any, path: str) -> tuple[ServedApp | None, dict[str, Any]]:
    adapter = current_app.url_map.bind("")
    try:
        endpoint, parts = adapter.match(f"{server.settings.prefix}{path}")
    except HTTPException:
        return None, {}
    found = (item for item in server.served.values() if item.endpoint == endpoint)
    return next(found, None), dict(parts)
