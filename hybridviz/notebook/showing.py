"""Shows an app in the cell that is being run, and ends those that it has shown before.

Each has a server of live apps to itself (`create_app`), so that it can end alone; all are behind
the kernel's one port. Called by `hybridviz.io.show`.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import urlsplit

from bokeh.io.notebook import publish_display_data

from hybridviz.config import Settings, jupyterhub_prefix
from hybridviz.notebook import cell
from hybridviz.notebook.frame import frame, telling
from hybridviz.notebook.kernel_server import KernelServer
from hybridviz.notebook.place import PlaceOf, place_of
from hybridviz.web.extension import create_app

T = TypeVar("T")

NO_NOTEBOOK = (
    "show(app) runs an app in a notebook's cell; elsewhere it is started by: hybridviz serve --show"
)
RUN_AGAIN = "the app's cell was run again"


class Cells:
    """The apps of a kernel's cells.

    Args:
        shell: the kernel's IPython.
    """

    def __init__(self, shell: Any) -> None:
        self._server = KernelServer()
        self._shown: dict[str, dict[str, Any]] = {}
        cell.before_each_cell(shell, self.end)

    def show(self, name: str, app: Any, notebook_url: PlaceOf | None, height: int | None) -> str:
        """Return the HTML that shows an app.

        Args:
            name: of the cell.
            app: what ``create_app`` takes.
            notebook_url: see `place_of`.
            height: pixels; None for that of the page.

        Raises:
            ConfigError: the app is none, or ``notebook_url`` is no place.
        """
        configured = Settings.from_env()
        port = self._server.port
        place = place_of(notebook_url, port, configured.notebook_url, jupyterhub_prefix())
        key = self._server.new_key()
        settings = Settings(
            secret_key=key,
            store="memory:",
            root_path=urlsplit(place).path,
            # Who knows the key may come from anywhere: pages of a proxy have its origin.
            allow_websocket_origin=("*",),
        )
        flask = _in_thread(lambda: create_app(settings, {"/": app}))
        if height is None:
            flask.after_request(lambda response: _tell_height(response, key))
        self._shown.setdefault(name, {})[key] = flask.extensions["hybridviz"]
        self._server.add(key, flask)
        return frame(f"{place}/{key}/", key, height)

    def end(self, name: str) -> None:
        """End all apps that a cell has shown: they are about to be shown anew, or not at all."""
        for key, viz in self._shown.pop(name, {}).items():
            self._server.remove(key)
            viz.close(RUN_AGAIN)


_cells: Cells | None = None


def show_app(app: Any, notebook_url: PlaceOf | None = None, height: int | None = None) -> None:
    """Run an app in the kernel, and show it in the cell that is being run.

    When the cell is run again, the app's sessions are ended, as they are with the kernel.

    Args:
        app: a function that fills a document, a Bokeh application, or the path of a script,
            notebook or directory.
        notebook_url: where browsers reach the kernel's machine: the notebook's URL, a URL or path
            with ``{port}`` in it, or a function of the port. By default ``HYBRIDVIZ_NOTEBOOK_URL``,
            or, under JupyterHub, the path of jupyter-server-proxy, or else localhost.
        height: of the frame in pixels; by default that of its content.

    Raises:
        RuntimeError: this is no notebook.
        ConfigError: the app is none, or ``notebook_url`` is no place.
    """
    global _cells
    shell = cell.shell()
    if shell is None:
        raise RuntimeError(NO_NOTEBOOK)
    if _cells is None:
        _cells = Cells(shell)
    source = os.fspath(app) if isinstance(app, os.PathLike) else app
    html = _cells.show(cell.present_cell(shell), source, notebook_url, height)
    publish_display_data({"text/html": html})


def _in_thread(call: Callable[[], T]) -> T:
    """Call in a thread: only the main one would give the kernel's signals to the server."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(call).result()


def _tell_height(response: Any, key: str) -> Any:
    if response.mimetype == "text/html" and not response.is_streamed:
        response.set_data(telling(response.get_data(as_text=True), key))
    return response
