"""The gevent server behind ``hybridviz serve``: bind, say where, serve, and end in good order.

Imported only after the process has been monkey-patched.
"""

import gc
import logging
import os
import time
import webbrowser
from dataclasses import replace
from typing import Any, TextIO

import click
import gevent
from gevent import monkey
from gevent.pool import Pool
from gevent.pywsgi import WSGIServer
from geventwebsocket.handler import WebSocketHandler

from hybridviz.appload.loader import load_configured
from hybridviz.cli.addresses import banner, own_hosts, public_url
from hybridviz.cli.listening import listen, tls_options
from hybridviz.cli.sampling import Sampler
from hybridviz.cli.stopping import real_sleep, stop_event
from hybridviz.config import Settings
from hybridviz.errors import ConfigError
from hybridviz.logs import configure_logging
from hybridviz.web.extension import create_app

log = logging.getLogger("hybridviz.cli")
access_log = logging.getLogger("hybridviz.access")

SESSIONS_WITHIN = 3.0
"""Seconds for destroy callbacks and close frames."""

REQUESTS_WITHIN = 1.0
"""Seconds for requests that are still being answered."""


class LoggedRequest(WebSocketHandler):  # type: ignore[misc]  # it carries no types
    """A request that is logged once it is answered."""

    def log_request(self) -> None:
        access_log.info("%s", self.format_request())


def run_server(settings: Settings, show: bool, profile: str | None = None) -> int:
    """Serve until SIGTERM or SIGINT.

    Args:
        settings: as given; hosts that are not given become the server's own.
        show: whether to open a browser.
        profile: file for what the server has spent its time on; None for none.

    Returns:
        The exit status, 0.

    Raises:
        ConfigError: an app or a setting is wrong, or the profile cannot be written.
        click.ClickException: the server cannot listen.
    """
    configure_logging(settings.log_level, settings.log_format, _log_stream(settings.log_file))
    stop = stop_event()
    sampler = _start_sampling(profile) if profile else None
    tls = tls_options(settings)
    apps = load_configured(settings)
    listener = listen(settings)
    if not settings.unix_socket:
        settings = replace(settings, port=listener.getsockname()[1])
    if not settings.hosts and not settings.unix_socket:
        settings = replace(settings, hosts=own_hosts(settings.address, settings.port))
    flask_app = create_app(settings, apps)
    server = WSGIServer(
        listener,
        flask_app,
        spawn=Pool(),
        handler_class=LoggedRequest,
        log=access_log,
        error_log=log,
        environ=_names(settings),
        **tls,
    )
    server.logger = logging.getLogger("hybridviz.handshake")
    _collect_garbage()
    server.start()
    routes = [app.route for app in apps]
    click.echo(banner(settings, routes))
    if show:
        gevent.spawn(_show, public_url(settings, routes[0] if len(routes) == 1 else "/"))
    stop.wait()
    _shut_down(server, flask_app.extensions["hybridviz"])
    if settings.unix_socket:
        os.unlink(settings.unix_socket)
    if sampler is not None:
        sampler.stop()
    return 0


def _names(settings: Settings) -> dict[str, str]:
    """Return the server's name, which matters to requests without a Host only. Without it gevent
    asks the name service, in a thread: 0.3 MB, and seconds where that is slow.
    """
    return {} if settings.unix_socket else {"SERVER_NAME": settings.address or "localhost"}


def _collect_garbage() -> None:
    """Have Python look for garbage from now on, but not among what has been imported: it stays."""
    gc.freeze()
    gc.enable()


def _start_sampling(path: str) -> Sampler:
    original = monkey.get_original
    sampler = Sampler(path, original("_thread", "get_ident")(), time.perf_counter, real_sleep())
    original("_thread", "start_new_thread")(sampler.run, ())
    return sampler


def _log_stream(path: str) -> TextIO | None:
    try:
        return open(path, "a", encoding="utf-8") if path else None
    except OSError as error:
        raise ConfigError(f"the log file {path} cannot be written: {error.strerror}") from None


def _shut_down(server: WSGIServer, viz: Any) -> None:
    log.info("= stopping")
    server.close()
    with gevent.Timeout(SESSIONS_WITHIN, False):
        viz.close("the server is shutting down")
    server.pool.join(REQUESTS_WITHIN)


def _show(url: str) -> None:
    if not webbrowser.open(url):
        log.warning("! no browser could be opened for %s", url)
