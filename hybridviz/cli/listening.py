"""Where ``hybridviz serve`` listens: a port or a Unix socket, with or without TLS."""

import errno
import os
import socket
import ssl
from pathlib import Path
from typing import Any

import click

from hybridviz.config import Settings
from hybridviz.errors import ConfigError

BACKLOG = 1024


def listen(settings: Settings) -> socket.socket:
    """Bind and listen.

    Raises:
        click.ClickException: with one line about why it is not possible.
    """
    if settings.unix_socket:
        return _listen_at_path(settings.unix_socket)
    address, port = settings.address, settings.port
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        listener = socket.create_server((address, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise click.ClickException(_problem(address, port, error)) from None
    # Its connections have it from here: without it the body of an answer waits for the receipt of
    # its head, 40 ms on a connection that is kept.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _problem(address: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is in use: stop what uses it, or choose another with --port"
    return f"cannot listen on {address} port {port}: {error.strerror or error}"


def _listen_at_path(path: str) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    try:
        if Path(path).is_socket() and not _is_served(path):
            os.unlink(path)  # left behind by a process that was killed
        listener.bind(path)
    except OSError as error:
        listener.close()
        raise click.ClickException(f"cannot listen on {path}: {error.strerror or error}") from None
    listener.listen(BACKLOG)
    return listener


def _is_served(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(path) == 0


def tls_options(settings: Settings) -> dict[str, Any]:
    """Return what gevent's server is to be told of certificates.

    Raises:
        ConfigError: a file cannot be used.
    """
    if not settings.ssl_certfile:
        if settings.ssl_keyfile:
            raise ConfigError("--ssl-keyfile needs --ssl-certfile")
        return {}
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(
            settings.ssl_certfile, settings.ssl_keyfile or None, lambda: settings.ssl_password
        )
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(
            f"the certificate {settings.ssl_certfile} cannot be used: {error}"
        ) from None
    return {"ssl_context": context}
