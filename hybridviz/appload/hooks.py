"""What an app may have called beside its runs: when its server starts and ends, when a session
begins and ends, before a page is made. Names and arguments are those of Bokeh's hooks.

An app's directory has them in ``app_hooks.py``, or as of old in ``server_lifecycle.py`` and
``request_handler.py``.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from types import ModuleType
from typing import Any

from hybridviz.appload.source import Source

log = logging.getLogger("hybridviz.appload")

Hook = Callable[..., Any]
"""A function, or a coroutine function."""

FILES = ("app_hooks.py", "server_lifecycle.py", "request_handler.py")
"""Where hooks are looked for."""


@dataclass(frozen=True, slots=True)
class Hooks:
    """The hooks of one app; None where it has none.

    Attributes:
        on_server_loaded: called with the server context before the first visitor. With ``--dev``
            also when changed code has been read.
        on_server_unloaded: called with the server context when all sessions have ended. With
            ``--dev`` also before that, while sessions of the old code go on.
        on_session_created: called with the session context before the app fills the document.
        on_session_destroyed: called with the session context when the session has ended.
        on_exception: called with the session context and what a callback has raised.
        process_request: called with the page's request; returns what the session's
            ``token_payload`` shall have in addition, as a dictionary that JSON can say.
    """

    on_server_loaded: Hook | None = None
    on_server_unloaded: Hook | None = None
    on_session_created: Hook | None = None
    on_session_destroyed: Hook | None = None
    on_exception: Hook | None = None
    process_request: Hook | None = None


NO_HOOKS = Hooks()
NAMES = tuple(item.name for item in fields(Hooks))


def hook_files(directory: Path) -> list[Path]:
    """Return the files of an app's directory that have hooks.

    Raises:
        ValueError: there are both new and old ones.
    """
    found = [directory / name for name in FILES if (directory / name).is_file()]
    if len(found) > 1 and found[0].name == FILES[0]:
        raise ValueError(f"{found[0].name} and {found[1].name} are both there: keep only the first")
    return found


def load_hooks(files: list[Path], package: str = "") -> Hooks:
    """Run the files and return the hooks that they define. What they raise is raised.

    Args:
        files: from `hook_files`.
        package: name of the package that relative imports start from.
    """
    found: dict[str, Hook] = {}
    for path in files:
        module = ModuleType(f"bokeh_app_{path.stem}")
        if package:
            module.__package__ = package
        Source(path).execute(module)
        found |= _hooks_in(vars(module), path)
    return Hooks(**found)


def _hooks_in(names: Mapping[str, Any], path: Path) -> dict[str, Hook]:
    found = {name: names[name] for name in NAMES if name in names}
    for name, hook in found.items():
        if not callable(hook):
            raise TypeError(f"{name} in {path.name} must be a function, not {hook!r}")
    if not found:
        log.warning("! %s defines no hook; known are %s", path, ", ".join(NAMES))
    return found
