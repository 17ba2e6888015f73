"""The composition root: makes all that one Flask application needs to be a server of live apps, and
hands it down; nothing below looks anything up.

Made by the extension when it is given the application, where it is
``app.extensions["hybridviz"]``. Its requests, from Flask's side, are in ``web.neighbours``.
"""

import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from bokeh.document import Document
from bokeh.util.paths import static_path
from flask import Blueprint, Flask

from hybridviz import accel
from hybridviz.appload.app import App
from hybridviz.appload.loader import Source, Sources, load_app, load_apps, load_configured
from hybridviz.config import Settings
from hybridviz.core.handshake import check_entries
from hybridviz.data_directory import DataDirectory
from hybridviz.errors import AppNotFound, ConfigError, SessionEnded
from hybridviz.legacy_rest.old_clients import OldClients
from hybridviz.legacy_rest.surroundings import Front, Ground
from hybridviz.runtime import choose_runtime
from hybridviz.runtime.base import Event
from hybridviz.sessions import Request, Session, SessionRegistry
from hybridviz.stores import open_store
from hybridviz.web.assets import AssetFolder, own_folder
from hybridviz.web.auth.admission import Access as AccessRule
from hybridviz.web.auth.admission import open_admission, rule_of
from hybridviz.web.auth.identity import Identity
from hybridviz.web.chores import start_chores
from hybridviz.web.closing import Closing
from hybridviz.web.contexts import FlaskSurroundings, OnException, outside_request
from hybridviz.web.dev import DevChannel
from hybridviz.web.document_page import PageLinks
from hybridviz.web.documents.access import Access
from hybridviz.web.documents.routes import add_routes
from hybridviz.web.documents.uploads import Uploads
from hybridviz.web.documents.views import DocumentViews
from hybridviz.web.embedding import Embedding
from hybridviz.web.exits import close_at_exit
from hybridviz.web.handshakes import Handshakes
from hybridviz.web.neighbours import Neighbours
from hybridviz.web.overview import PATH as OVERVIEW
from hybridviz.web.overview import Overview
from hybridviz.web.pages import Pages
from hybridviz.web.ready import ReadySession
from hybridviz.web.routes import AppRoutes, blueprint
from hybridviz.web.served import ServedApp, document_space
from hybridviz.web.sockets import Sockets
from hybridviz.web.space import SPACE, DocumentSpace
from hybridviz.web.visit import Visitors, new_id
from hybridviz.ws.accept import SUBPROTOCOL

if TYPE_CHECKING:
    from hybridviz.web.metrics import Metrics

SHUTTING_DOWN = "the server is shutting down"
LOGGED_OUT = "the user has logged out"


class Server:
    """The server of live apps inside one Flask application.

    Args:
        app: the application.
        settings: all settings.
        apps: what to serve, a list or, by routes, a mapping; None for ``settings.apps``.
        identity: what knows the application's users, if it says so itself.
        on_exception: called with a session's context and what one of its callbacks has raised.
        standalone: whether the application and its process are nothing but this server.

    Attributes:
        key: the secret that signs tokens.
        admission: lets visitors in, or does not.
        served: the apps by their routes, with the document space.
        dev: what ``--dev`` adds to pages; None without.

    Raises:
        ConfigError: a setting or an app is wrong.
    """

    def __init__(
        self,
        app: Flask,
        settings: Settings,
        apps: Sources | None = None,
        identity: Identity | None = None,
        on_exception: list[OnException] | None = None,
        *,
        standalone: bool = False,
    ) -> None:
        check_entries(settings.allow_websocket_origin)
        self.app = app
        self.settings = settings
        self.standalone = standalone
        self.runtime = choose_runtime()
        if settings.accel:
            accel.install()
        self.served: dict[str, ServedApp] = {}
        self._surroundings = FlaskSurroundings(app, [] if on_exception is None else on_exception)
        self.key = self._read_key()
        store = open_store(settings.store, settings.data_path, settings.store_quota, time.time)
        self._uploads = Uploads(store, self.runtime, self._open_upload, self._expire_upload)
        self._old = OldClients(
            Ground(store, self.runtime, settings, self._uploads.fill, self._end_upload)
        )
        self._serve_all(apps)
        self.links = self._make_links()
        self.dev = DevChannel(self.served, self.runtime) if settings.dev else None
        self._mount(identity)
        self._start()

    def _read_key(self) -> bytes:
        settings = self.settings
        return (settings.secret_key or DataDirectory(settings.data_path).secret_key()).encode()

    # -- made once

    def _mount(self, identity: Identity | None) -> None:
        """Make the views and add them to the application."""
        app, settings, served, key = self.app, self.settings, self.served, self.key
        call = served[SPACE].registry.context.call_here
        self.admission, gate = open_admission(
            settings, identity, call, self.end_sessions, self.runtime
        )
        visitors = Visitors(settings, app.config["SESSION_COOKIE_NAME"], self.admission)
        access = Access(settings, key, time.time)
        pages = Pages(
            served,
            self.links,
            key,
            time.time,
            settings,
            visitors,
            access,
            self._uploads,
            self.dev,
        )
        handshakes = Handshakes(served, settings, key, time.time, visitors, access)
        sockets = Sockets(handshakes, settings, self.runtime, self._old)
        self._closing = Closing(self.runtime, served.values(), sockets, self._uploads.close)
        links, embedding = self.links(""), Embedding(pages, self.links, settings)
        routes = blueprint(pages, sockets, links, settings, standalone=self.standalone)
        self._routes = AppRoutes(pages, sockets, embedding, links, standalone=self.standalone)
        for item in served.values():
            self._routes.add(routes, item)
        if gate is not None:
            gate.add_routes(routes, set(served))
        if self.dev is not None:
            routes.add_url_rule("/_hybridviz/dev", "dev", self.dev.view)
        routes.add_url_rule(OVERVIEW, "sessions", Overview(served, key).view)
        self._metrics = self._open_metrics(sockets) if settings.metrics else None
        if self._metrics is not None:
            routes.add_url_rule("/metrics", "metrics", self._metrics.view)
        size = settings.max_upload_size
        add_routes(routes, DocumentViews(self._uploads, served, access, visitors, size))
        check_space = partial(document_space, served)
        front = Front(access, key, pages.document, embedding.document, check_space)
        self._old.add_routes(routes, front, sockets)
        self._register(routes)

    def _open_metrics(self, sockets: Sockets) -> "Metrics":
        from hybridviz.web.metrics import Metrics  # loads prometheus_client

        return Metrics(self.served, self._surroundings, sockets)

    def _register(self, routes: Blueprint) -> None:
        app = self.app
        Neighbours(settings=self.settings, closing=self._closing).meet(routes)
        app.register_blueprint(routes, url_prefix=self.settings.prefix or None)
        self._blueprint = routes
        app.extensions["hybridviz"] = self
        # geventwebsocket asks the WSGI callable which subprotocol to answer.
        app.app_protocol = lambda path: SUBPROTOCOL  # type: ignore[attr-defined]

    def _make_links(self) -> Callable[[str], PageLinks]:
        bokeh = AssetFolder(static_path(), self.runtime.offload)
        own = AssetFolder(own_folder(), self.runtime.offload)
        # The application's own files keep /static, if it has any.
        prefix = "_hybridviz/bokeh/" if "static" in self.app.view_functions else ""
        before, after = self.settings.root_path, self.settings.prefix

        def links(script_root: str) -> PageLinks:
            return PageLinks(f"{before}{script_root}{after}", prefix, bokeh, own)

        return links

    def _serve_all(self, given: Sources | None) -> None:
        """Take up all apps, and the document space."""
        settings = self.settings
        found = load_configured(settings) if given is None else load_apps(given, settings.args)
        for app in found:
            self._serve(app)
        if SPACE not in self.served:
            self._serve(DocumentSpace(self._old.fill))

    def _serve(self, app: App) -> ServedApp:
        lifetime = self.settings.unused_session_lifetime
        registry = SessionRegistry(app.route, self.runtime, lifetime, self._surroundings)
        reading = self.runtime.lock()
        self.served[app.route] = ServedApp(app, registry, reading, dev=self.settings.dev)
        return self.served[app.route]

    def _start(self) -> None:
        context = self.served[SPACE].registry.context
        start_chores(self.settings, context, self.served.values(), self._uploads)
        if self._metrics is not None:
            self._metrics.start(context)
        context.keep()  # an app at / may change, the chores go on
        for item in tuple(self.served.values()):
            self._begin(item)
        if self.dev is not None:
            self.dev.start()
        self._closing.undo = close_at_exit(self.close, self._leave, self.runtime.spawn)

    def _begin(self, item: ServedApp) -> None:
        """Call an app's hook for the start, and keep a session ready if that is wanted."""
        item.load()
        settings = self.settings
        if not (settings.warm or settings.reuse_sessions) or item.route == SPACE:
            return
        make_id = partial(new_id, self.key, settings.session_ids)
        item.ready = ReadySession(item.registry, item.build, self.runtime, make_id)
        if settings.warm:
            self.runtime.spawn(item.ready.prepare)

    # -- while it runs

    def add(self, source: Source, route: str | None, access: AccessRule | None) -> None:
        """Serve one more app; before the first request.

        Args:
            source: what to serve.
            route: where; None leaves that to the source.
            access: who may see it; None for all who are logged in.

        Raises:
            ConfigError: it cannot be served, or the application answers requests already.
        """
        if self.app._got_first_request:
            raise ConfigError(f"{route or source!r}: declare apps before the first request")
        taken = {r for r, item in self.served.items() if not item.is_space}
        app = load_app(source, route, self.settings.args, taken)
        rule = None if access is None else rule_of(access, app.route)
        prefix = {"url_prefix": self.settings.prefix or None}
        target = self._blueprint.make_setup_state(self.app, prefix)
        if app.route == SPACE:
            item = self.served[SPACE]
            item.app = app  # its other routes are there already
            self._routes.add_page(target, item)
        else:
            item = self._serve(app)
            self._routes.add(target, item)
        item.rule = rule
        self._begin(item)

    def update_sessions(self, route: str, update: Callable[[Document], object]) -> None:
        """Call ``update(document)`` for every live session of an app, each with its document
        locked, and wait for all; what one raises is logged and harms no other.

        Raises:
            AppNotFound: no app is served at the route.
        """
        if route not in self.served:
            raise AppNotFound(f"no app is served at {route}")
        sessions = list(self.served[route].registry)
        self._for_all(sessions, lambda session: session.run(update, session.document))

    def end_sessions(self, user: Any, reason: str = LOGGED_OUT) -> None:
        """End all live sessions of a user; their pages are told why, and do not come back. Those of
        nobody (None) go on.
        """
        if user is None:
            return

        def end(session: Session) -> None:
            if session.context.belongs_to(user):
                registry = self.served[session.route].registry
                registry.discard(session, SessionEnded.close_code, reason)

        def end_made(registry: SessionRegistry, ident: str, ready: Event) -> None:
            ready.wait()
            if (session := registry.get(ident)) is not None:
                end(session)

        for item in self.served.values():
            for ident, ready in item.registry.in_the_making():
                outside_request(self.runtime.spawn, end_made, item.registry, ident, ready)
        self._for_all([s for item in self.served.values() for s in item.registry], end)

    def _for_all(self, sessions: Iterable[Session], call: Callable[[Session], object]) -> None:
        tasks = [outside_request(self.runtime.spawn, call, session) for session in sessions]
        for task in tasks:
            task.join()

    def dev_head(self, route: str, script_root: str) -> str:
        """Return the HTML by which ``--dev`` takes part in a page of an app; else nothing."""
        return self.dev.head(route, self.links(script_root)) if self.dev is not None else ""

    def close(self, reason: str = SHUTTING_DOWN) -> None:
        """End all sessions and sockets, within 3 seconds. Idempotent; a second caller waits."""
        if self.dev is not None:
            self.dev.close()
        self._closing.close(reason)
        if self._metrics is not None:
            self._metrics.update()  # the other workers go on

    def _leave(self) -> None:
        if self.standalone:
            self._closing.leave()

    def _open_upload(self, ident: str, request: Request) -> Session:
        return outside_request(self.served[SPACE].open, ident, request)

    def _expire_upload(self, session: Session) -> None:
        outside_request(self.served[SPACE].registry.expire_later, session)

    def _end_upload(self, session: Session) -> None:
        self.served[SPACE].registry.discard(session, reason="the document was deleted")
