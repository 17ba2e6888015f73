"""Sessions of 2015, over those of today: ``cursession().store_objects(source)``."""

import warnings
from collections.abc import Iterable
from typing import Any, NoReturn, TypeVar

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
from hybridviz.compat.names import OldNameWarning

T = TypeVar("T")


class Session:
    """A document on a server, by the methods of Bokeh 0.10.

    Args:
        name: the document's name; by default that of ``output_server``.
        root_url: of the server.
        userapikey, username, load_from_config, configdir: of users, whom these sessions do not
            have; the server lets a script in by ``HYBRIDVIZ_UPLOAD_TOKEN``.
    """

    def __init__(
        self,
        name: str | None = None,
        root_url: str = DEFAULT,
        userapikey: str = "nokey",
        username: str = "defaultuser",
        load_from_config: bool = True,
        configdir: str | None = None,
    ) -> None:
        self._name, self._url = name, root_url
        self._document: Document | None = None
        self._session: ClientSession | None = None
        self._told: set[str] = set()

    @property
    def root_url(self) -> str:
        """The URL of the server."""
        return parse_address(self._url).url

    @property
    def docid(self) -> str:
        """The document's id."""
        return self._name or hybridviz.io.DEFAULT_ID

    @property
    def document(self) -> Document:
        """What is pushed; by default ``curdoc()``."""
        return curdoc() if self._document is None else self._document

    def use_doc(self, name: str | None = None, docid: str | None = None) -> None:
        """Choose the document of that name, or of that id."""
        self._name = name or docid

    def publish(self, *args: Any, **options: Any) -> NoReturn:
        """Refuse to publish, and what users do: `register`, `login`, `browser_login`.

        Raises:
            NotImplementedError: always.
        """
        raise NotImplementedError(
            "sessions of scripts have neither users nor published documents here: a script may"
            " upload by HYBRIDVIZ_UPLOAD_TOKEN (docs/scripts.md), and who may look is said to the"
            " server (docs/auth.md)"
        )

    register = login = browser_login = publish

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
        self.load_document(document or self.document)
        self._open().loop_until_closed()

    def object_link(self, obj: object = None) -> str:
        """Return the URL of the page that shows the document."""
        return parse_address(self._url).page(self.docid)

    def show(self, obj: Model | None = None) -> None:
        """Open the page in a browser."""
        self._open().show(obj)

    def close(self) -> None:
        """Close the connection."""
        if self._session is not None:
            self._session.close()

    def _open(self) -> ClientSession:
        if self._session is None:
            document = self.document
            add_made(document)
            session = ClientSession(self.docid, self._url)
            session.push(document)
            self._session = session
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


def output_server(
    session_id: str | None = None,
    url: Any = DEFAULT,
    app_path: str = "/",
    name: object = None,
    clear: bool = True,
    *,
    docname: str | None = None,
    session: Session | None = None,
    autopush: bool = False,
) -> None:
    """Let `show` and `push` upload to a server; see `hybridviz.io.output_server`.

    The order was ``docname, session, url, name, clear`` in 0.10, and ``session_id, url, app_path,
    autopush`` in 0.11.

    Raises:
        ValueError: what the server has shall be kept.
    """
    if not clear:
        raise ValueError(
            "clear=False: an upload replaces what the server has; to change that, use"
            " hybridviz.client.pull_session"
        )
    if autopush or name is True:
        text = "autopush is no more: call push() or show() when the plot is done"
        warnings.warn(text, OldNameWarning, stacklevel=2)
    chosen = _first(Session, (session, url))
    ident = session_id or docname
    if chosen is None:
        hybridviz.io.output_server(ident, url, app_path)
    else:
        hybridviz.io.output_server(ident, chosen.root_url)
        target = hybridviz.io.target()
        chosen.use_doc(target.id)
        _sessions[target.id, target.server.url] = chosen


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
    return client.push_session(document, session_id, _at(url, app_path), **options)


def pull_session(
    session_id: str | None = None,
    url: str = DEFAULT,
    app_path: Any = "/",
    io_loop: object = None,
    **options: Any,
) -> ClientSession:
    """Pull the document of a session, or of an app; see `hybridviz.client.pull_session`."""
    return client.pull_session(session_id, _at(url, app_path), **options)


def show_session(
    session_id: str | None = None,
    url: str = DEFAULT,
    app_path: Any = "/",
    session: ClientSession | None = None,
    **options: Any,
) -> None:
    """Open a session in a browser; see `hybridviz.client.show_session`."""
    session = _first(ClientSession, (session, app_path))
    client.show_session(session_id, _at(url, app_path), session, **options)


def push(
    session_id: Any = None,
    url: Any = None,
    app_path: Any = "/",
    document: Document | None = None,
    state: object = None,
    io_loop: object = None,
    validate: bool = True,
    *,
    session: Session | None = None,
) -> None:
    """Upload a document, with what was made for it; see `hybridviz.io.push`.

    The order was ``session, document`` in 0.10, and ``session_id, url, app_path, document`` in
    0.11.

    Raises:
        ValueError: it shall go to an app.
    """
    given = (document, session_id, url, app_path, session)
    chosen, pushed = _first(Session, given), _first(Document, given)
    if isinstance(app_path, str) and app_path != "/":
        raise ValueError(
            f"app_path={app_path!r}: documents are uploaded to the root of a server; to change"
            " what an app shows, use hybridviz.client.pull_session"
        )
    if chosen is not None:
        pushed, session_id, url = pushed or chosen.document, chosen.docid, chosen.root_url
    pushed = pushed or curdoc()
    add_made(pushed)
    hybridviz.io.push(_first(str, [session_id]), _first(str, [url]), pushed)


def autoload_server(
    model: Model | None = None,
    app_path: Any = "/",
    session_id: Any = None,
    url: str = DEFAULT,
    *,
    session: Session | None = None,
    public: bool = False,
) -> str:
    """Return the HTML that shows a session, or a new session of an app, in any page.

    The order was ``model, session, public`` in 0.10.
    """
    chosen = _first(Session, (session, app_path))
    if chosen is not None:
        if public or session_id is True:
            chosen.publish()
        return autoload_server(model, "/", chosen.docid, chosen.root_url)
    address = parse_address(url).url.rstrip("/") + app_path.rstrip("/")
    if session_id is None:
        found: str = server_document(address)
        return found
    shown: str = server_session(model, ID(session_id), url=address)
    return shown


def _at(url: str, app_path: Any) -> str:
    """Return the URL of an app; where its path was, today's scripts have other things."""
    if not isinstance(app_path, str) or app_path == "/":
        return url
    return f"{parse_address(url).url.rstrip('/')}/{app_path.strip('/')}"


def _first(kind: type[T], values: Iterable[Any]) -> T | None:
    """Return the first value of a kind: what it is tells which argument of old it was."""
    return next((value for value in values if isinstance(value, kind)), None)
