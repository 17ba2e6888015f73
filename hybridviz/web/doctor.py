"""What ``flask hybridviz doctor`` looks at: mistakes of configuration that do not end the start."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        good: whether nothing must be done.
        text: what was found and, if it is not good, what to do.
    """

    good: bool
    text: str


def findings(app: Flask) -> list[Finding]:
    """Look at an application and its server."""
    server = app.extensions["hybridviz"]
    return [*_apps(server), *_users(app, server), *_cookies(app), *_network(app, server)]


def _apps(server: Any) -> Iterator[Finding]:
    shown = [item for item in server.served.values() if item.endpoint]
    if not shown:
        yield Finding(False, "no app is served: declare one by viz.app or viz.add_app")
    for item in shown:
        problem = getattr(item.app, "problem", lambda: None)()
        yield Finding(not problem, str(problem or f"app {item.route} can be read"))


def _users(app: Flask, server: Any) -> Iterator[Finding]:
    identity = server.admission.identity
    if identity is None:
        yield Finding(True, "there are no users: apps without an access rule are for everybody")
    else:
        yield Finding(True, f"users are told by {type(identity).__name__}")
    if hasattr(app, "login_manager") and not app.login_manager.login_view:
        yield Finding(
            False, "Flask-Login has no login_view: visitors see 403; set login_manager.login_view"
        )


def _cookies(app: Flask) -> Iterator[Finding]:
    secret = app.secret_key
    if secret is None:
        yield Finding(True, "no SECRET_KEY: the application itself has no signed cookies")
    else:
        long = len(secret) >= 16
        advice = "set one of 16 characters or more, such as `hybridviz secret` prints"
        yield Finding(
            long, "SECRET_KEY is long enough" if long else f"SECRET_KEY is short: {advice}"
        )
    if app.config["SESSION_COOKIE_SAMESITE"] is None:
        yield Finding(True, "SESSION_COOKIE_SAMESITE is not set; Lax is better")


def _network(app: Flask, server: Any) -> Iterator[Finding]:
    settings = server.settings
    if not settings.hosts:
        yield Finding(True, "any Host header is accepted: HYBRIDVIZ_HOSTS names yours")
    if "*" in settings.allow_websocket_origin:
        yield Finding(
            False,
            "pages of any site may open websockets: name origins instead of `*` in"
            " HYBRIDVIZ_ALLOW_WEBSOCKET_ORIGIN",
        )
    path = settings.data_path
    writable = os.access(path, os.W_OK)
    yield Finding(
        writable,
        f"the data directory is {path}"
        if writable
        else f"{path} cannot be written to: set HYBRIDVIZ_DATA_DIR",
    )
