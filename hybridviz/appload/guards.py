"""What an app must not do to the process: write files or open browsers by bokeh.io, change cwd.

A guard takes the place of a function once, for good, and acts only inside an app's run; elsewhere
the function does what it always did.
"""

import functools
import logging
import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import bokeh.io
import bokeh.plotting

import hybridviz.io
from hybridviz.appload.running import running

log = logging.getLogger("hybridviz.appload")

OUTPUTS = ("output_file", "output_notebook", "reset_output", "save", "show")
UPLOADS = ("output_server", "push", "reset_output", "show")


class Guard:
    """Stand in for a function that apps call.

    Args:
        function: what is called outside of apps.
        inside: what is called inside, with the app's route before the arguments.
    """

    def __init__(self, function: Callable[..., Any], inside: Callable[..., Any]) -> None:
        functools.update_wrapper(self, function)
        self._function = function
        self._inside = inside

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        run = running.get()
        if run is None:
            return self._function(*args, **kwargs)
        return self._inside(run.route, *args, **kwargs)


def install_guards() -> None:
    """Put the guards in place; idempotent. Call it before any app imports the guarded functions."""
    for name in OUTPUTS:
        function = getattr(bokeh.io, name)
        if not isinstance(function, Guard):
            home = sys.modules[function.__module__]
            guard = Guard(function, functools.partial(_ignore, name))
            _replace(name, guard, home, bokeh.io, bokeh.plotting)
    for name in UPLOADS:
        function = getattr(hybridviz.io, name)
        if not isinstance(function, Guard):
            _replace(name, Guard(function, functools.partial(_ignore, name)), hybridviz.io)
    if not isinstance(os.chdir, Guard):
        _replace("chdir", Guard(os.chdir, functools.partial(_warn, os.chdir)), os)


def _replace(name: str, guard: Guard, *modules: ModuleType) -> None:
    for module in modules:
        setattr(module, name, guard)


def _ignore(name: str, route: str, *args: Any, **kwargs: Any) -> None:
    log.info("= app %s calls %s(), which does nothing in a served app", route, name)


def _warn(chdir: Callable[[Any], None], route: str, path: Any) -> None:
    log.warning(
        "! app %s calls os.chdir(%r), which changes the directory of the whole server", route, path
    )
    chdir(path)
