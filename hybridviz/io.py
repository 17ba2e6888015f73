"""What scripts show and where: in a file, in a notebook, or on a server as an uploaded document.

The names, their arguments and their meaning are those of ``bokeh.io``, old ones included:
``output_server`` names a document on a server, and `show` and `push` then upload ``curdoc()`` to it
by ``PUT /api/documents/ID``. Without ``output_server`` everything is as Bokeh has it.
"""

import sys
from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import quote

import bokeh.io
from bokeh.application import Application
from bokeh.core.json_encoder import serialize_json
from bokeh.document import Document
from bokeh.io import curdoc, output_file, output_notebook, save
from bokeh.io.notebook import publish_display_data
from bokeh.io.state import curstate
from bokeh.models.ui import UIElement
from bokeh.util.browser import NEW_PARAM, BrowserTarget, get_browser_controller

from hybridviz.client.urls import DEFAULT, Address, parse_address
from hybridviz.config import Settings
from hybridviz.core.documents import document_json
from hybridviz.errors import ChangeRefused, ClientError, ServerNotFound, ServerRefused

if TYPE_CHECKING:
    import requests

__all__ = (
    "curdoc",
    "output_file",
    "output_notebook",
    "output_server",
    "push",
    "reset_output",
    "save",
    "show",
)

DEFAULT_ID = "default"
"""The document that is written when no name is given."""
TIMEOUT = (5.0, 300.0)
"""Seconds to connect, and to wait for the answer to an upload."""
FRAME_HEIGHT = 600
"""Pixels of a document that a notebook shows."""


@dataclass(frozen=True, slots=True)
class Target:
    """A document on a server.

    Attributes:
        id: its id.
        server: where the server is.
    """

    id: str
    server: Address

    @property
    def page(self) -> str:
        """The URL that shows it."""
        return self.server.page(self.id)

    @property
    def resource(self) -> str:
        """The URL that reads and writes it."""
        return f"{self.server.url.rstrip('/')}/api/documents/{quote(self.id, safe='')}"


_chosen: Target | None = None


def output_server(
    session_id: str | None = None,
    url: Any = DEFAULT,
    app_path: str = "/",
    *,
    docname: str | None = None,
) -> None:
    """Let `show` and `push` upload to a server.

    Args:
        session_id: the document's id, by which its page is found; letters, digits and ``_.-``.
        url: of the server; by default http://localhost:5006/. The order of 2015,
            ``output_server(docname, session, url)``, is understood too.
        app_path: nothing but ``/``: uploads live at the server's root.
        docname: older name of ``session_id``.

    Raises:
        ValueError: the URL is none, or the path is not ``/``.
    """
    global _chosen
    if url is None or not isinstance(url, str):
        url, app_path = DEFAULT if app_path == "/" else app_path, "/"
    if app_path != "/":
        raise ValueError(
            f"app_path={app_path!r}: documents are uploaded to the root of a server; to join a"
            " session of an app use hybridviz.client.pull_session"
        )
    _chosen = Target(session_id or docname or DEFAULT_ID, parse_address(url))


def target() -> Target:
    """Return the document that `output_server` has named, or the default one."""
    return _chosen or Target(DEFAULT_ID, parse_address(DEFAULT))


def reset_output() -> None:
    """Forget every output that was chosen, the server too."""
    global _chosen
    _chosen = None
    bokeh.io.reset_output()


def show(obj: Any, browser: str | None = None, new: BrowserTarget = "tab", **options: Any) -> Any:
    """Show a model, or an app in the cell of a notebook.

    An app is run in the kernel; see `hybridviz.notebook.show_app`, which takes the options.
    After `output_server` the model joins ``curdoc()``, the document is uploaded, and a browser, or
    the notebook's cell, shows its page. Files that ``output_file`` has named are written as well.

    Args:
        obj: a model, or a sequence of models; or an app: a function that fills a document, a Bokeh
            application, or the path of a script, notebook or directory.
        browser: name of a browser as the module ``webbrowser`` knows it.
        new: ``tab`` or ``window``.
        options: further ones of ``bokeh.io.show`` or, of an app, ``notebook_url`` and ``height``.

    Raises:
        SystemExit: the upload failed; see `push`.
        RuntimeError: an app cannot be shown here, as this is no notebook.
    """
    if isinstance(obj, Application | str | PathLike) or callable(obj):
        from hybridviz.notebook import show_app  # the server; models need none

        show_app(obj, **options)
        return None
    if _chosen is None:
        return bokeh.io.show(obj, browser=browser, new=new, **options)
    _add(obj)
    push()
    if curstate().notebook:
        _show_in_cell(_chosen)
        return None
    if curstate().file:
        save(obj)
    get_browser_controller(browser=browser).open(_chosen.page, new=NEW_PARAM[new])
    return None


def push(
    session_id: str | None = None, url: str | None = None, document: Document | None = None
) -> None:
    """Upload a document; what the server had by that id is replaced. Its pages follow at once.

    Once this returns, the document is in the server's store and survives its end.

    Args:
        session_id: the document's id; by default that of `output_server`.
        url: of the server; by default that of `output_server`.
        document: by default ``curdoc()``.

    Raises:
        SystemExit: there is no server, or it refuses: one line ends a script with status 1.
        ClientError: the same at an interactive prompt and in a notebook.
    """
    chosen = target()
    server = parse_address(url) if url else chosen.server
    try:
        _upload(Target(session_id or chosen.id, server), document or curdoc())
    except ClientError as error:
        _give_up(error)


def _add(obj: Any) -> None:
    document = curdoc()
    for model in [obj] if isinstance(obj, UIElement) else list(obj):
        if model not in document.roots:
            document.add_root(model)


def _upload(target: Target, document: Document) -> None:
    import requests  # 5 MB and 50 ms that a server, which imports this module too, does not need

    token = Settings.from_env().upload_token
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    try:
        reply = requests.put(
            target.resource, document_json(document), headers=headers, timeout=TIMEOUT
        )
    except requests.ConnectionError:
        port = f" --port {target.server.port}" if target.server.port != 5006 else ""
        raise ServerNotFound(
            f"no server at {target.server.url}: start one with: hybridviz serve{port}"
        ) from None
    except requests.RequestException as error:
        raise ServerNotFound(f"{target.server.url} does not answer: {error}") from None
    if not reply.ok:
        _refuse(target, reply)


def _refuse(target: Target, reply: "requests.Response") -> NoReturn:
    try:
        reason = str(reply.json()["detail"])
    except (ValueError, KeyError, TypeError):
        reason = f"it answered {reply.status_code} and is perhaps no hybridviz server"
    kind = ServerRefused if reply.status_code in (401, 403, 404, 405, 429) else ChangeRefused
    raise kind(f"{target.server.url} does not take the document {target.id!r}: {reason}")


def _give_up(error: ClientError) -> NoReturn:
    if hasattr(sys, "ps1"):
        raise error
    sys.exit(f"hybridviz: {error}")


def _show_in_cell(target: Target) -> None:
    page = serialize_json(target.page).replace("&", "&amp;")
    html = f'<iframe src={page} style="width: 100%; height: {FRAME_HEIGHT}px; border: 0"></iframe>'
    publish_display_data({"text/html": html})
