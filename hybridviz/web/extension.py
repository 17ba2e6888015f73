"""The composition root: one Flask application becomes a server of live Bokeh apps.

Everything is made here and handed down; nothing below looks anything up. `create_app` makes a
server of its own, `HybridViz` adds one to a Flask application of yours.
"""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bokeh.document import Document
from bokeh.util.paths import static_path
from flask import Flask, request
from werkzeug.exceptions import HTTPException, RequestHeaderFieldsTooLarge, ServiceUnavailable
from werkzeug.middleware.proxy_fix import ProxyFix

from hybridviz.appload.app import App
from hybridviz.appload.loader import Sources, load_apps, load_configured
from hybridviz.config import Settings
from hybridviz.core.handshake import check_host
from hybridviz.data_directory import DataDirectory
from hybridviz.errors import AppNotFound, ConfigError
from hybridviz.legacy_rest.old_clients import OldClients
from hybridviz.runtime import choose_runtime
from hybridviz.runtime.base import Runtime
from hybridviz.sessions import Request, Session, SessionRegistry
from hybridviz.stores import open_store
from hybridviz.web.assets import AssetFolder, own_folder
from hybridviz.web.auth.gate import open_gate
from hybridviz.web.closing import Closing
from hybridviz.web.dev import DevChannel
from hybridviz.web.document_page import PageLinks
from hybridviz.web.documents.access import Access
from hybridviz.web.documents.routes import add_routes
from hybridviz.web.documents.uploads import Uploads
from hybridviz.web.documents.views import DocumentViews
from hybridviz.web.embedding import Embedding
from hybridviz.web.error_pages import http_error
from hybridviz.web.exits import close_at_exit
from hybridviz.web.pages import Pages
from hybridviz.web.ready import ReadySession
from hybridviz.web.routes import blueprint
from hybridviz.web.served import SPACE, DocumentSpace, ServedApp
from hybridviz.web.sockets import Sockets
from hybridviz.web.stats import log_memory, log_sessions
from hybridviz.web.visit import Visitors, new_id
from hybridviz.ws.accept import SUBPROTOCOL

DAY = 24 * 3600.0
HOUR_MS = 3600 * 1000
MAX_HEADERS = 32 * 1024
"""Most bytes of a request's headers; not every server around us has a limit of its own."""

SHUTTING_DOWN = "the server is shutting down"


class HybridViz:
    """A server of live apps inside a Flask application.

    Args:
        app: the application; or call `init_app` later.
        settings: all settings; by default ``HYBRIDVIZ_*`` of the application's config, with the
            data directory in its instance folder.
        apps: what to serve, a list or, by routes, a mapping of paths, functions, Bokeh
            applications or `App` objects; by default ``settings.apps``.
    """

    settings: Settings
    runtime: Runtime
    served: dict[str, ServedApp]
    dev: DevChannel | None
    """What ``--dev`` adds to pages."""
    standalone = False
    """Whether the application and its process are nothing but this server."""

    def __init__(
        self,
        app: Flask | None = None,
        settings: Settings | None = None,
        apps: Sources | None = None,
    ) -> None:
        self._given = settings
        self._apps = apps
        self._closing: Closing | None = None
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Serve the apps from a Flask application.

        Raises:
            ConfigError: a setting or an app is wrong, or there is an application already.
        """
        if self._closing is not None or "hybridviz" in app.extensions:
            raise ConfigError("a HybridViz object serves one Flask application, and only once")
        self.settings = settings = self._given or _settings_of(app)
        self.runtime = choose_runtime()
        key = (settings.secret_key or DataDirectory(settings.data_path).secret_key()).encode()
        store = open_store(settings.store, settings.data_path, settings.store_quota, time.time)
        self._uploads = Uploads(store, self.runtime, self._open_upload)
        self._old = OldClients(store, self.runtime, settings, self._uploads.fill, self._end_upload)
        self.served = served = self._serve_all()
        self._links = links = self._make_links(app)
        gate = open_gate(settings, served[SPACE].registry.context.call)
        visitors = Visitors(settings, app.config["SESSION_COOKIE_NAME"], gate)
        access = Access(settings, key, time.time)
        self.dev = DevChannel(served, self.runtime) if settings.dev else None
        pages = Pages(
            served, links, key, time.time, settings, visitors, access, self._uploads, self.dev
        )
        sockets = Sockets(
            served, settings, self.runtime, key, time.time, visitors, access, self._old.dialect
        )
        self._closing = Closing(self.runtime, list(served.values()), sockets)
        embedding = Embedding(pages, links, settings)
        routes = blueprint(
            served,
            pages,
            sockets,
            embedding,
            links(""),
            gate,
            standalone=self.standalone,
            settings=settings,
        )
        if self.dev is not None:
            routes.add_url_rule("/_hybridviz/dev", "dev", self.dev.view)
        size = settings.max_upload_size
        add_routes(routes, DocumentViews(self._uploads, served, access, size))
        self._old.add_routes(routes, access, key, pages.document, embedding.document, sockets)
        routes.before_request(self._check)
        app.register_blueprint(routes, url_prefix=settings.prefix or None)
        app.extensions["hybridviz"] = self
        # geventwebsocket asks the WSGI callable which subprotocol to answer.
        app.app_protocol = lambda path: SUBPROTOCOL  # type: ignore[attr-defined]
        for item in served.values():
            item.load()
            self._keep_ready(item, key)
        if self.dev is not None:
            self.dev.start()
        self._repeat()
        self._closing.undo = close_at_exit(self.close, self._leave, self.runtime.spawn)

    def update_sessions(self, route: str, update: Callable[[Document], object]) -> None:
        """Call ``update(document)`` for every live session of an app, each with its document
        locked, and wait for all; what one raises is logged and harms no other.

        Raises:
            AppNotFound: no app is served at the route.
        """
        if route not in self.served:
            raise AppNotFound(f"no app is served at {route}")
        sessions = list(self.served[route].registry)
        tasks = [self.runtime.spawn(s.run, update, s.document) for s in sessions]
        for task in tasks:
            task.join()

    def dev_head(self, route: str, script_root: str) -> str:
        """Return the HTML by which ``--dev`` takes part in a page of an app; else nothing."""
        return self.dev.head(route, self._links(script_root)) if self.dev is not None else ""

    def close(self, reason: str = SHUTTING_DOWN) -> None:
        """End all sessions and sockets, within 3 seconds. Idempotent; a second caller waits."""
        if self._closing is not None:
            if self.dev is not None:
                self.dev.close()
            self._closing.close(reason)
            self._uploads.close()

    def _open_upload(self, ident: str, request: Request) -> Session:
        return self.served[SPACE].open(ident, request)

    def _end_upload(self, session: Session) -> None:
        self.served[SPACE].registry.discard(session, reason="the document was deleted")

    def _keep_ready(self, item: ServedApp, key: bytes) -> None:
        """Keep a session of an app ready for its next visitor, if that is wanted."""
        settings = self.settings
        if not (settings.warm or settings.reuse_sessions) or item.route == SPACE:
            return
        make_id = partial(new_id, key, settings.session_ids)
        item.ready = ReadySession(item.registry, item.build, self.runtime, make_id)
        if settings.warm:
            self.runtime.spawn(item.ready.prepare)

    def _leave(self) -> None:
        if self._closing is not None and self.standalone:
            self._closing.leave()

    def _repeat(self) -> None:
        context, settings = self.served[SPACE].registry.context, self.settings
        if period := settings.stats_log_frequency_ms:
            context.add_periodic_callback(lambda: log_sessions(self.served.values()), period)
        if days := settings.document_lifetime:
            context.add_next_tick_callback(partial(self._expire, days * DAY))
            context.add_periodic_callback(partial(self._expire, days * DAY), HOUR_MS)
        if period := settings.mem_log_frequency_ms:
            context.add_periodic_callback(log_memory, period)

    def _expire(self, lifetime: float) -> None:
        self._uploads.expire(time.time() - lifetime)

    def _check(self) -> None:
        """Check a request for a page or a file; websockets are refused in a way of their own."""
        if request.url_rule is not None and request.url_rule.websocket:
            return
        if self._closing is not None and self._closing.begun:
            raise ServiceUnavailable("The server is shutting down.")
        if sum(len(name) + len(value) for name, value in request.headers) > MAX_HEADERS:
            raise RequestHeaderFieldsTooLarge("The request has too many or too long cookies.")
        check_host(request.headers.get("Host"), self.settings.hosts, request.scheme)

    def _make_links(self, app: Flask) -> Callable[[str], PageLinks]:
        bokeh = AssetFolder(static_path(), self.runtime.offload)
        own = AssetFolder(own_folder(), self.runtime.offload)
        # The application's own files keep /static, if it has any.
        prefix = "_hybridviz/bokeh/" if "static" in app.view_functions else ""
        before, after = self.settings.root_path, self.settings.prefix

        def links(script_root: str) -> PageLinks:
            return PageLinks(f"{before}{script_root}{after}", prefix, bokeh, own)

        return links

    def _serve_all(self) -> dict[str, ServedApp]:
        """Return all apps by their routes, the document space too."""
        served: dict[str, ServedApp] = {}
        given = self._apps
        apps = (
            load_configured(self.settings)
            if given is None
            else load_apps(given, self.settings.args)
        )
        for app in apps:
            served[app.route] = self._serve(app)
        if SPACE not in served:
            served[SPACE] = self._serve(DocumentSpace(self._old.live.fill))
        return served

    def _serve(self, app: App) -> ServedApp:
        lifetime = self.settings.unused_session_lifetime
        registry = SessionRegistry(app.route, self.runtime, lifetime)
        return ServedApp(app, registry, dev=self.settings.dev)


def create_app(settings: Settings | None = None, apps: Sources | None = None) -> Flask:
    """Make a Flask application that is nothing but a hybridviz server.

    Args:
        settings: all settings; by default those of the environment.
        apps: what to serve, a list or, by routes, a mapping of paths, functions, Bokeh
            applications or `App` objects; by default ``settings.apps``.

    Raises:
        ConfigError: a setting or an app is wrong.
    """
    app = Flask("hybridviz", static_folder=None)
    server = HybridViz(settings=settings or Settings.from_env(), apps=apps)
    server.standalone = True
    server.init_app(app)
    app.register_error_handler(HTTPException, http_error)
    if server.settings.use_xheaders:
        # Around wsgi_app and not the application: servers look for its app_protocol.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_host=0)  # type: ignore[method-assign]
    return app


def _settings_of(app: Flask) -> Settings:
    settings = Settings(data_dir=str(Path(app.instance_path) / "hybridviz"))
    return settings.updated_from_mapping(app.config)
