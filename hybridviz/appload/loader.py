"""From the paths that a server is started with to its apps.

Called by the command line and by web/ when the server is composed.
"""

import logging
from collections.abc import Sequence
from pathlib import Path

from hybridviz.appload.app import App
from hybridviz.appload.script import ScriptApp
from hybridviz.errors import ConfigError

log = logging.getLogger("hybridviz.appload")

RESERVED = frozenset({"_hybridviz", "api", "static", "ws"})
"""First parts of URL paths that the server itself answers."""


def load_apps(paths: Sequence[str], args: Sequence[str] = ()) -> list[App]:
    """Make one app of each path.

    A script that cannot be compiled is an app too: it is logged here and shows its error to
    visitors.

    Args:
        paths: Python scripts.
        args: what each app sees as ``sys.argv[1:]``.

    Raises:
        ConfigError: a path is no script that can be read, or two apps would share a URL.
    """
    apps: dict[str, ScriptApp] = {}
    for path in map(Path, paths):
        app = _load(path, args)
        if app.route in apps:
            raise ConfigError(
                f"{path} and {apps[app.route].path} would both be served at {app.route}:"
                " rename one of them"
            )
        if error := app.syntax_error():
            log.error("! %s", error)
        apps[app.route] = app
    return list(apps.values())


def _load(path: Path, args: Sequence[str]) -> ScriptApp:
    if problem := _problem(path):
        raise ConfigError(problem)
    try:
        return ScriptApp(path, args=args)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None


def _problem(path: Path) -> str | None:
    if not path.exists():
        return f"there is no file {path}: give the path of a Python script"
    if path.is_dir():
        return f"{path} is a directory, which cannot be served yet: give the path of a script in it"
    if path.suffix == ".ipynb":
        return f"{path} is a notebook, which cannot be served yet: export it as a .py script"
    if path.suffix != ".py":
        return f"{path} is no Python script: its name must end in .py"
    if path.stem in RESERVED:
        return f"{path} cannot be served at /{path.stem}, which the server itself uses: rename it"
    return None
