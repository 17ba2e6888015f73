"""From what a server is started with to its apps: paths, ``module:function``, functions, Bokeh
applications.

Called by the command line and by web/ when the server is composed.
"""

import importlib
import logging
import os
import re
import sys
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from bokeh.application import Application
from bokeh.document import Document

from hybridviz.appload.app import App
from hybridviz.appload.application import ApplicationApp
from hybridviz.appload.directory import DirectoryApp, main_file
from hybridviz.appload.function import FunctionApp
from hybridviz.appload.script import ScriptApp, add_to_path
from hybridviz.appload.source import Source as FileSource
from hybridviz.config import Settings
from hybridviz.errors import ConfigError

log = logging.getLogger("hybridviz.appload")

RESERVED = frozenset({"_hybridviz", "api", "static", "ws"})
"""First parts of URL paths that the server itself answers."""

Source = App | Application | Callable[[Document], object] | str | os.PathLike[str]
"""Anything that an app is made of; a text is ``[ROUTE=]PATH`` or ``[ROUTE=]MODULE:NAME``."""

Sources = Iterable[Source] | Mapping[str, Source]

MODULE = re.compile(r"(?P<module>\w+(\.\w+)*):(?P<name>\w+(\.\w+)*)")
ROUTED = re.compile(r"(?P<route>/[^=]*)=(?P<target>.+)")


def load_apps(sources: Sources, args: Sequence[str] = ()) -> list[App]:
    """Make one app of each source.

    An app whose code cannot be compiled is an app too: it is logged here and shows its error to
    visitors.

    Args:
        sources: what to serve; as a mapping, by routes.
        args: what each script sees as ``sys.argv[1:]``.

    Raises:
        ConfigError: a source is nothing that can be served, or two apps would share a URL.
    """
    pairs: Iterable[tuple[str | None, Source]] = (
        sources.items() if isinstance(sources, Mapping) else ((None, item) for item in sources)
    )
    apps: dict[str, App] = {}
    for route, source in pairs:
        app = load_app(source, route, args, apps)
        apps[app.route] = app
    return list(apps.values())


def load_app(source: Source, route: str | None, args: Sequence[str], others: Container[str]) -> App:
    """Make an app of one source; see `load_apps`.

    Args:
        source: what to serve.
        route: where; None leaves that to the source.
        args: what a script sees as ``sys.argv[1:]``.
        others: routes of the apps that are there.
    """
    app = _make(source, route, args)
    _check_route(app.route, others)
    if isinstance(app, ScriptApp | DirectoryApp) and (problem := app.problem()):
        log.error("! %s", problem)
    return app


def run_setup(path: str) -> None:
    """Run a script once for the process, before any app is loaded.

    Raises:
        ConfigError: it cannot be read, or raised.
    """
    try:
        source = FileSource(Path(path))
    except OSError as error:
        raise ConfigError(f"the setup script {path} cannot be read: {error.strerror}") from None
    try:
        source.execute(ModuleType("hybridviz_setup"))
    except Exception as error:
        problem = f"{type(error).__name__}: {error}"
        raise ConfigError(f"the setup script {path} failed: {problem}") from error


def load_configured(settings: Settings) -> list[App]:
    """Make the apps that the settings name, after the setup script they may name.

    Raises:
        ConfigError: as `run_setup` and `load_apps` do.
    """
    if settings.setup:
        run_setup(settings.setup)
    return load_apps(settings.apps, settings.args)


def _check_route(route: str, others: Container[str]) -> None:
    if not route.startswith("/") or "//" in route or route != "/" and route.endswith("/"):
        raise ConfigError(f"{route!r} is no route: give it like /name or /group/name")
    if route.split("/")[1] in RESERVED:
        raise ConfigError(f"{route} is used by the server itself: serve the app at another route")
    if route in others:
        raise ConfigError(
            f"two apps would both be served at {route}: rename one of them, or give it another"
            " route as /ROUTE=PATH"
        )


def _make(source: Source, route: str | None, args: Sequence[str]) -> App:
    if isinstance(source, str | os.PathLike):
        return _of_text(os.fspath(source), route, args)
    if isinstance(source, Application):
        return ApplicationApp(source, route or "/")
    if hasattr(source, "run") and hasattr(source, "refresh"):
        return cast(App, source)
    if callable(source):
        return FunctionApp(source, route or f"/{source.__name__}", args)
    raise ConfigError(f"{source!r} cannot be served: it is no path, function or application")


def _of_text(text: str, route: str | None, args: Sequence[str]) -> App:
    routed = None if Path(text).exists() else ROUTED.fullmatch(text)
    if routed:
        route, text = routed["route"], routed["target"]
    named = None if Path(text).exists() else MODULE.fullmatch(text)
    if named:
        return _make(_import(named["module"], named["name"]), route or f"/{named['name']}", args)
    path = Path(text)
    if problem := _problem(path):
        raise ConfigError(problem)
    try:
        kind = DirectoryApp if path.is_dir() else ScriptApp
        return kind(path.resolve() if path.name in ("", "..") else path, route, args)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None


def _import(module: str, name: str) -> Any:
    """Import what a text like ``package.module:function`` names; the working directory counts."""
    add_to_path(Path.cwd())
    try:
        found: Any = importlib.import_module(module)
    except Exception as error:
        raise ConfigError(
            f"module {module} cannot be imported: {type(error).__name__}: {error}"
        ) from error
    for part in name.split("."):
        if not hasattr(found, part):
            raise ConfigError(f"there is no {name} in {sys.modules[module].__file__}")
        found = getattr(found, part)
    return found


def _problem(path: Path) -> str | None:
    if not path.exists():
        return f"there is no file {path}: give the path of a script, a notebook or a directory"
    if path.is_dir():
        return None if main_file(path) else f"{path} has neither main.py nor main.ipynb"
    if path.suffix not in (".py", ".ipynb"):
        return f"{path} is no app: its name must end in .py or .ipynb"
    return None
