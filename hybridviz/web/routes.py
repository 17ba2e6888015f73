"""The URLs of a server as a blueprint, which fits into any Flask application."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from bokeh.embed.bundle import extension_dirs
from flask import Blueprint, Response, abort, request
from werkzeug.exceptions import HTTPException

from hybridviz.config import Settings
from hybridviz.errors import ConfigError, HybridVizError
from hybridviz.web.assets import AssetFolder
from hybridviz.web.auth.gate import Gate
from hybridviz.web.document_page import PageLinks
from hybridviz.web.embedding import Embedding
from hybridviz.web.error_pages import http_error, own_error
from hybridviz.web.pages import Pages
from hybridviz.web.served import ServedApp
from hybridviz.web.sockets import Sockets


def blueprint(
    served: Mapping[str, ServedApp],
    pages: Pages,
    sockets: Sockets,
    embedding: Embedding,
    links: PageLinks,
    gate: Gate | None,
    *,
    standalone: bool,
    settings: Settings,
) -> Blueprint:
    """Return the routes of all apps and of the files that their pages need.

    Args:
        served: apps by their routes, with the document space.
        pages, sockets, embedding: the views.
        links: the files, and the path below which Bokeh's are served.
        gate: answers where people log in and out.
        standalone: answer also what an application around the server has its own answers for.
        settings: which further files are served.

    Raises:
        ConfigError: one of them is not there, or a path has two answers.
    """
    routes = Blueprint("hybridviz", __name__, template_folder="templates")
    for number, (route, app) in enumerate(served.items()):
        base = route.rstrip("/")
        view, socket = partial(pages.app, app), partial(sockets.view, route)
        if base:
            routes.add_url_rule(base, f"page{number}", view, strict_slashes=False)
        routes.add_url_rule(f"{base}/ws", f"socket{number}", socket, websocket=True)
        routes.add_url_rule(
            f"{base}/autoload.js",
            f"autoload{number}",
            partial(embedding.autoload, app),
            methods=("GET", "OPTIONS"),
            provide_automatic_options=False,
        )
        routes.add_url_rule(f"{base}/metadata", f"metadata{number}", partial(pages.metadata, app))
        if app.app.thumbnail is not None:
            picture = _file(app.app.thumbnail, links)
            routes.add_url_rule(f"/_hybridviz/thumbnail{route}", f"thumbnail{number}", picture)
        if app.app.static is not None:
            _add_static(routes, f"{base}/static", f"static{number}", app.app.static, links)
    for number, text in enumerate(settings.static_dirs):
        route, folder = _static_dir(text)
        _add_static(routes, route, f"folder{number}", folder, links)
    _add_files(routes, links)
    if settings.liveness:
        routes.add_url_rule("/liveness", "liveness", lambda: {"status": "ok"})
    if gate is not None:
        gate.add_routes(routes, set(served))
    if standalone:
        _add_rest(routes, pages, sockets, links, settings.ico_path)
    routes.register_error_handler(HybridVizError, own_error)
    routes.register_error_handler(HTTPException, http_error)
    return routes


def _static_dir(text: str) -> tuple[str, Path]:
    route, equals, folder = text.partition("=")
    if not equals or not Path(folder).is_dir():
        raise ConfigError(f"static_dirs must be ROUTE=PATH with the path of a folder, not {text!r}")
    return f"/{route.strip('/')}", Path(folder).absolute()


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
    return lambda: folder.respond(path.name, request)


def _add_static(routes: Blueprint, base: str, name: str, folder: Path, links: PageLinks) -> None:
    files = AssetFolder(folder, links.own.offload)

    def static_file(name: str, **parts: object) -> Response:
        return files.respond(name, request)

    routes.add_url_rule(f"{base}/<path:name>", name, static_file)


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
