"""The URLs of a server as a blueprint, which fits into any Flask application.

Views are functions with names: extensions of the application look at these.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from bokeh.embed.bundle import extension_dirs
from flask import Blueprint, Response, abort, request
from werkzeug.exceptions import HTTPException

from hybridviz.appload.loader import RESERVED
from hybridviz.config import Settings
from hybridviz.errors import ConfigError, HybridVizError
from hybridviz.web.assets import AssetFolder
from hybridviz.web.document_page import PageLinks
from hybridviz.web.embedding import Embedding
from hybridviz.web.error_pages import http_error, own_error
from hybridviz.web.pages import Pages
from hybridviz.web.served import ServedApp
from hybridviz.web.sockets import Sockets


class Target(Protocol):
    """Where routes are added: a blueprint, or what stands for one that is registered already."""

    def add_url_rule(
        self, rule: str, endpoint: str, view_func: Callable[..., Any], **options: Any
    ) -> None: ...


class AppRoutes:
    """Adds the routes of apps.

    Args:
        pages, sockets, embedding: the views.
        links: the files, and the path below which Bokeh's are served.
        standalone: whether ``/`` has another answer.
    """

    def __init__(
        self,
        pages: Pages,
        sockets: Sockets,
        embedding: Embedding,
        links: PageLinks,
        *,
        standalone: bool,
    ) -> None:
        self._pages = pages
        self._sockets = sockets
        self._embedding = embedding
        self._links = links
        self._standalone = standalone
        self._added = 0

    def add(self, target: Target, served: ServedApp) -> None:
        """Add what answers for one app: its page, its websocket, its files."""
        number, route = self._added, served.route
        base = route.rstrip("/")

        def autoload(**parts: Any) -> Response:
            return self._embedding.autoload(served, **parts)

        def metadata(**parts: Any) -> Response:
            return self._pages.metadata(served, **parts)

        self.add_page(target, served)
        target.add_url_rule(
            f"{base}/ws", f"socket{number}", self._socket_view(route), websocket=True
        )
        target.add_url_rule(
            f"{base}/autoload.js",
            f"autoload{number}",
            autoload,
            methods=("GET", "OPTIONS"),
            provide_automatic_options=False,
        )
        target.add_url_rule(f"{base}/metadata", f"metadata{number}", metadata)
        self._add_files(target, served, number)

    def add_page(self, target: Target, served: ServedApp) -> None:
        """Add what answers for an app's page, if it has one of its own."""
        number, base = self._added, served.route.rstrip("/")
        self._added += 1

        def page(**parts: Any) -> Response:
            return self._pages.app(served, **parts)

        if base or not (self._standalone or served.is_space):
            served.endpoint = f"hybridviz.page{number}"
            target.add_url_rule(base or "/", f"page{number}", page, strict_slashes=False)

    def _socket_view(self, route: str) -> Callable[..., Response]:
        def socket(**parts: Any) -> Response:
            return self._sockets.view(route, **parts)

        # Flask-Talisman's name for a view's own options. A page that came by https can open no
        # other websockets, and a proxy that calls them wss would have them all led astray.
        socket.talisman_view_options = {"force_https": False}  # type: ignore[attr-defined]
        return socket

    def _add_files(self, target: Target, served: ServedApp, number: int) -> None:
        if served.app.thumbnail is not None:
            picture = _file(served.app.thumbnail, self._links)
            rule = f"/_hybridviz/thumbnail{served.route}"
            target.add_url_rule(rule, f"thumbnail{number}", picture)
        if served.app.static is not None:
            base = f"{served.route.rstrip('/')}/static"
            _add_static(target, base, f"static{number}", served.app.static, self._links)


def blueprint(
    pages: Pages, sockets: Sockets, links: PageLinks, settings: Settings, *, standalone: bool
) -> Blueprint:
    """Return the routes of the files that pages need; those of apps are added by `AppRoutes`.

    Args:
        pages, sockets: the views.
        links: the files, and the path below which Bokeh's are served.
        settings: which further files are served.
        standalone: answer also what an application around the server has its own answers for.

    Raises:
        ConfigError: one of them is not there, or at a route of the server's own.
    """
    routes = Blueprint("hybridviz", __name__, template_folder="templates")
    for number, text in enumerate(settings.static_dirs):
        route, folder = _static_dir(text)
        _add_static(routes, route, f"folder{number}", folder, links)
    _add_files(routes, links)
    if settings.liveness:
        routes.add_url_rule("/liveness", "liveness", _liveness)
    if standalone:
        _add_rest(routes, pages, sockets, links, settings.ico_path)
    routes.after_request(sockets.answered)
    routes.register_error_handler(HybridVizError, own_error)
    routes.register_error_handler(HTTPException, http_error)
    return routes


def _liveness() -> dict[str, str]:
    return {"status": "ok"}


def _static_dir(text: str) -> tuple[str, Path]:
    route, equals, folder = text.partition("=")
    if not equals or not Path(folder).is_dir():
        raise ConfigError(f"static_dirs must be ROUTE=PATH with the path of a folder, not {text!r}")
    route = f"/{route.strip('/')}"
    if route.split("/")[1] in RESERVED:
        raise ConfigError(
            f"static_dirs: {route} is used by the server itself: serve {folder} at another route"
        )
    return route, Path(folder).absolute()


def _add_rest(
    routes: Blueprint, pages: Pages, sockets: Sockets, links: PageLinks, icon: str
) -> None:
    path = Path(icon).absolute()
    if icon not in ("", "none") and not path.is_file():
        raise ConfigError(f"there is no icon {icon}")

    def favicon() -> Response:
        if icon == "none":
            abort(404)
        return _file(path, links)() if icon else links.own.respond("favicon.svg", request)

    routes.add_url_rule("/", "index", pages.index)
    routes.add_url_rule("/favicon.ico", "favicon", favicon)
    routes.add_url_rule("/<path:name>/ws", "unknown", sockets.unknown, websocket=True)


def _file(path: Path, links: PageLinks) -> Callable[[], Response]:
    """Return the view of one file."""
    folder = AssetFolder(path.parent, links.own.offload)

    def one_file(**parts: object) -> Response:
        return folder.respond(path.name, request)

    return one_file


def _add_static(target: Target, base: str, name: str, folder: Path, links: PageLinks) -> None:
    files = AssetFolder(folder, links.own.offload)

    def static_file(name: str, **parts: object) -> Response:
        return files.respond(name, request)

    target.add_url_rule(f"{base}/<path:name>", name, static_file)


def _add_files(routes: Blueprint, links: PageLinks) -> None:
    def bokeh_file(name: str) -> Response:
        return links.bokeh.respond(name, request)

    def own_file(name: str) -> Response:
        return links.own.respond(name, request)

    def extension_file(package: str, name: str) -> Response:
        folder = extension_dirs.get(package) or abort(404)
        return AssetFolder(Path(folder), links.own.offload).respond(name, request)

    static = f"/{links.prefix}static"
    routes.add_url_rule(f"{static}/<path:name>", "bokeh_file", bokeh_file)
    routes.add_url_rule(f"{static}/extensions/<package>/<path:name>", "extension", extension_file)
    routes.add_url_rule("/_hybridviz/<path:name>", "own_file", own_file)
