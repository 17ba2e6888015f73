"""What Flask developers write: `HybridViz`, as other extensions of Flask's, and `create_app`.

`HybridViz` holds what was declared and serves any number of applications; all that lives is in the
`Server` of each, ``app.extensions["hybridviz"]``.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakSet

from bokeh.document import Document
from flask import Flask, current_app, has_app_context
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from hybridviz.appload.loader import Source, Sources
from hybridviz.config import Settings
from hybridviz.errors import ConfigError
from hybridviz.web.auth.admission import Access
from hybridviz.web.auth.http_auth import HttpAuth, HttpAuthIdentity
from hybridviz.web.auth.identity import FunctionIdentity, GetUser, Identity
from hybridviz.web.commands import commands
from hybridviz.web.contexts import OnException
from hybridviz.web.error_pages import http_error
from hybridviz.web.rules import LaterRule
from hybridviz.web.server import Server
from hybridviz.web.templating import add_globals

Function = TypeVar("Function", bound=Callable[..., Any])


class HybridViz:
    """Live apps inside Flask applications.

    Args:
        app: an application; or call `init_app` later, for as many as you like.
        settings: all settings; by default ``HYBRIDVIZ_*`` of the application's config, with the
            data directory in its instance folder.
        apps: what to serve besides what `app` and `add_app` declare, a list or, by routes, a
            mapping of paths, functions, Bokeh applications or `App` objects; by default
            ``settings.apps``.
        get_user: who sends the request that is being answered: a function that returns the user or
            nothing. By default Flask-Login is asked, if the application has it.
        auth: a Flask-HTTPAuth object that is asked instead.
        login_url, logout_url: with ``get_user``, paths, URLs or endpoints where people log in and
            out.

    Raises:
        ConfigError: a setting or an app is wrong.
    """

    def __init__(
        self,
        app: Flask | None = None,
        settings: Settings | None = None,
        apps: Sources | None = None,
        *,
        get_user: GetUser | None = None,
        auth: HttpAuth | None = None,
        login_url: str = "",
        logout_url: str = "",
    ) -> None:
        self._settings = settings
        self._apps = apps
        self._identity = _identity(get_user, auth, login_url, logout_url)
        self._declared: list[tuple[Source, str | None, Access | None]] = []
        self._on_exception: list[OnException] = []
        self._flask_apps: WeakSet[Flask] = WeakSet()
        if app is not None:
            self.init_app(app)

    # -- what is declared

    def app(self, route: str, *, access: Access | None = None) -> Callable[[Function], Function]:
        """Serve the decorated function, which is called with each session's new document.

        Args:
            route: URL path, such as ``/sliders`` or ``/report/<int:id>``.
            access: see `add_app`.
        """

        def declare(function: Function) -> Function:
            self.add_app(route, function, access=access)
            return function

        return declare

    def add_app(self, route: str | None, source: Source, *, access: Access | None = None) -> None:
        """Serve an app, in applications that are initialised already too.

        Args:
            route: URL path; None for that which the source's name gives.
            source: path of a script, a notebook or a directory, ``module:function``, a function, a
                Bokeh application.
            access: who may see it, ``access(user)``, true to let in; the user is None for nobody.
                It may take variable parts of the route by their names. Without it the app is for
                all who are logged in and, where there are no users, for everybody.

        Raises:
            ConfigError: it cannot be served there, or an application answers requests already.
        """
        self._declared.append((source, route, access))
        for app in tuple(self._flask_apps):
            server_of(app).add(source, route, access)

    def on_exception(self, callback: OnException) -> OnException:
        """Have ``callback(session_context, exception)`` called for each exception that a callback
        of an app raises, in an application context. It is logged in any case.
        """
        self._on_exception.append(callback)
        return callback

    def init_app(self, app: Flask) -> None:
        """Serve the apps from a Flask application.

        Raises:
            ConfigError: a setting or an app is wrong, or the application has a server already.
        """
        if "hybridviz" in app.extensions:
            raise ConfigError("this Flask application has a HybridViz already")
        settings = self._settings or _settings_of(app)
        server = Server(app, settings, self._apps, self._identity, self._on_exception)
        self._flask_apps.add(app)
        for source, route, access in self._declared:
            server.add(source, route, access)
        add_globals(app)
        app.cli.add_command(commands)

    # -- what is done

    @property
    def server(self) -> Server:
        """The server of the current application or, outside of one, of the only one there is.

        Raises:
            ConfigError: there is none, or more than one.
        """
        if has_app_context() and "hybridviz" in current_app.extensions:
            return server_of(current_app)
        apps = tuple(self._flask_apps)
        if len(apps) != 1:
            raise ConfigError(
                f"this HybridViz serves {len(apps)} applications: call it within app.app_context()"
            )
        return server_of(apps[0])

    def update_sessions(self, route: str, update: Callable[[Document], object]) -> None:
        """Call ``update(document)`` for every live session of an app; see `Server`."""
        self.server.update_sessions(route, update)

    def end_sessions(self, user: Any) -> None:
        """End all live sessions of a user; see `Server`."""
        self.server.end_sessions(user)

    def close(self) -> None:
        """End all sessions and sockets; see `Server`."""
        self.server.close()

    def run(
        self, app: Flask, host: str | None = None, port: int | None = None, **options: Any
    ) -> None:
        """Run an application by Flask's server for development, which can do websockets.

        Args:
            app: the application; it is initialised if need be.
            host, port: where to listen; by default ``HYBRIDVIZ_ADDRESS`` and ``HYBRIDVIZ_PORT``.
            options: of ``Flask.run``.
        """
        if "hybridviz" not in app.extensions:
            self.init_app(app)
        settings = server_of(app).settings
        where = settings.port if port is None else port
        app.run(host or settings.address, where, **{"threaded": True, **options})


def server_of(app: Flask) -> Server:
    """Return an application's server."""
    server: Server = app.extensions["hybridviz"]
    return server


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
    app.url_rule_class = LaterRule
    server = Server(app, settings or Settings.from_env(), apps, standalone=True)
    app.register_error_handler(HTTPException, http_error)
    if server.settings.use_xheaders:
        # Around wsgi_app and not the application: servers look for its app_protocol.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_host=0)  # type: ignore[method-assign]
    return app


def _identity(
    get_user: GetUser | None, auth: HttpAuth | None, login_url: str, logout_url: str
) -> Identity | None:
    if get_user is not None and auth is not None:
        raise ConfigError("get_user and auth both tell who the users are: give one of them")
    if auth is not None:
        return HttpAuthIdentity(auth)
    if get_user is not None:
        return FunctionIdentity(get_user, login_url, logout_url)
    if login_url or logout_url:
        raise ConfigError("login_url and logout_url need get_user, which tells who is logged in")
    return None


def _settings_of(app: Flask) -> Settings:
    settings = Settings(data_dir=str(Path(app.instance_path) / "hybridviz"))
    return settings.updated_from_mapping(app.config)
