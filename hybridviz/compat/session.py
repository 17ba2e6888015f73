"""Sessions of 2015, over those of today: ``cursession().store_objects(source)``."""

from typing import Any

from bokeh.core.types import ID
from bokeh.document import Document
from bokeh.document.events import DocumentChangedEvent
from bokeh.embed import server_document, server_session
from bokeh.io import curdoc
from bokeh.model import Model
from bokeh.models import ColumnDataSource

import hybridviz.io
from hybridviz import client
from hybridviz.client import ClientSession
from hybridviz.client.urls import DEFAULT, parse_address
from hybridviz.compat.made import add_made


class Session:
    """A document on a server, by the methods of Bokeh 0.10.

    Args:
        name: the document's name; by default that of ``output_server``.
        root_url: of the server.
        document: what is pushed; by default ``curdoc()``.
    """

    def __init__(
        self, name: str | None = None, root_url: str = DEFAULT, document: Document | None = None
    ) -> None:
        self._name, self._url = name, root_url
        self._document = document
        self._session: ClientSession | None = None
        self._told: set[str] = set()

    @property
    def root_url(self) -> str:
        """The URL of the server."""
        return parse_address(self._url).url

    def use_doc(self, name: str) -> None:
        """Choose the document of that name."""
        self._name = name

    def load_document(self, document: Document) -> None:
        """Choose what is pushed; the document replaces what the server has by its name."""
        self._document = document

    def store_document(self, document: Document | None = None, dirty_only: bool = True) -> None:
        """Push a document; when it was pushed already, wait until its changes are there."""
        if document is not None:
            self._document = document
        self._open().force_roundtrip()

    def store_objects(self, *objects: Model, dirty_only: bool = True) -> None:
        """Wait until the changes of objects are on the server, such as were made in their lists."""
        session = self._open()
        for model in objects:
            if isinstance(model, ColumnDataSource) and model.id not in self._told:
                model.trigger("data", model.data, model.data)
        self._told.clear()
        session.force_roundtrip()

    def poll_document(self, document: Document | None = None, interval: float = 0.5) -> None:
        """Hear of what browsers change, at once and until the session is closed."""
        self.load_document(document or self._known())
        self._open().loop_until_closed()

    def object_link(self, obj: object = None) -> str:
        """Return the URL of the page that shows the document."""
        return parse_address(self._url).page(self._id())

    def show(self, obj: Model | None = None) -> None:
        """Open the page in a browser."""
        self._open().show(obj)

    def close(self) -> None:
        """Close the connection."""
        if self._session is not None:
            self._session.close()

    def _known(self) -> Document:
        return curdoc() if self._document is None else self._document

    def _id(self) -> str:
        return self._name or hybridviz.io.DEFAULT_ID

    def _open(self) -> ClientSession:
        if self._session is None:
            document = self._known()
            add_made(document)
            self._session = ClientSession(self._id(), self._url)
            self._session.push(document)
            document.on_change(self._note)
            self._told = {model.id for model in document.models}
        return self._session

    def _note(self, event: DocumentChangedEvent) -> None:
        model = getattr(event, "model", None)
        if model is not None:
            self._told.add(model.id)


_sessions: dict[tuple[str, str], Session] = {}


def cursession() -> Session:
    """Return the session of the document that ``output_server`` has named."""
    target = hybridviz.io.target()
    key = (target.id, target.server.url)
    return _sessions.setdefault(key, Session(*key))


def push_session(
    document: Document | None = None,
    session_id: str | None = None,
    url: str = DEFAULT,
    app_path: Any = "/",
    io_loop: object = None,
    **options: Any,
) -> ClientSession:
    """Push a document, with what was made for it; see `hybridviz.client.push_session`."""
    document = curdoc() if document is None else document
    add_made(document)
    if isinstance(app_path, str):
        url = parse_address(url).url.rstrip("/") + app_path
    return client.push_session(document, session_id, url, **options)


def push(session_id: Any = None, url: str | None = None, *document: Any, **options: Any) -> None:
    """Upload ``curdoc()``, with what was made for it; see `hybridviz.io.push`."""
    add_made(curdoc())
    hybridviz.io.push(session_id if isinstance(session_id, str) else None, url)


def autoload_server(
    model: Model | None = None,
    app_path: str = "/",
    session_id: str | None = None,
    url: str = DEFAULT,
) -> str:
    """Return the HTML that shows a session, or a new session of an app, in any page."""
    address = parse_address(url).url.rstrip("/") + app_path.rstrip("/")
    if session_id is None:
        found: str = server_document(address)
        return found
    shown: str = server_session(model, ID(session_id), url=address)
    return shown
