"""A tab of the stand-in browser: the document that it shows, kept in step over a line.

The document is the browser's own copy, kept by the same code as that of a script's session
(`hybridviz.client`). Knows no gestures: these are in `page`.
"""

import difflib
from collections.abc import Callable
from typing import Any, TypeVar, overload

from bokeh.document import Document
from bokeh.document.events import DocumentChangedEvent, DocumentPatchedEvent
from bokeh.events import DocumentReady, Event
from bokeh.model import Model
from bokeh.util.token import get_session_id

from hybridviz.client.dialogue import refusal
from hybridviz.client.replica import Replica
from hybridviz.core.protocol import Message
from hybridviz.errors import ModelNotFound, TransportClosed
from hybridviz.sessions import Session
from hybridviz.testing.changes import Changes, change_of, messages_in
from hybridviz.testing.document_text import label, snapshot
from hybridviz.testing.embedded import Embedded
from hybridviz.testing.events import event_content
from hybridviz.testing.line import Line
from hybridviz.testing.site import Site

M = TypeVar("M", bound=Model)


class Tab:
    """One live document as a browser shows it.

    Args:
        site: the application under test.
        http: Flask's test client, with the visitor's cookies.
        url: of the page.
        html: the page.
        embedded: which of its live documents this is.

    Attributes:
        url, html: of the page.
        session_id: of its session.
    """

    def __init__(self, site: Site, http: Any, url: str, html: str, embedded: Embedded) -> None:
        self.url = url
        self.html = html
        self._site = site
        self._http = http
        self._embedded = embedded
        self.session_id = str(get_session_id(embedded.token))
        self._changes = Changes()
        self._connect()

    def _connect(self) -> None:
        site = self._site
        self._applying = False
        self._replica = Replica(site.clock, site.clock, self._send, lambda why: None)
        self._replica.attach(Document())
        self._replica.document.on_change(self._noted)
        self._line = Line(self._http, self._embedded.socket, self._embedded.token, site.clock)
        site.watch(self.session_id)
        site.pages.append(self)
        self._ask("PULL-DOC-REQ")

    def __repr__(self) -> str:
        state = "closed" if self.closed else f"{len(self._replica.document.roots)} roots"
        return f"<{type(self).__name__} {self.url}, {state}>"

    # -- what the browser shows

    @property
    def closed(self) -> TransportClosed | None:
        """How the connection has ended; None while it is up."""
        return self._line.closed

    @property
    def document(self) -> Document:
        """The browser's own copy of the document. What is changed in it, the server hears of when
        the test goes on.
        """
        self.settle()
        return self._replica.document

    @property
    def title(self) -> str:
        """The document's title."""
        return self.document.title

    @property
    def changes(self) -> Changes:
        """What the browser has received since the page was opened; ``changes.clear()`` forgets."""
        self.settle()
        return self._changes

    @property
    def session(self) -> Session:
        """The server's session, whose ``document`` has the models that the app's code knows.

        Raises:
            TransportClosed: it has ended.
        """
        found = self._site.session(self.session_id)
        if found is None:
            raise TransportClosed(1000, f"the session of {self.url} has ended")
        return found

    def snapshot(self) -> str:
        """Return the document as readable text that is the same in each run."""
        return snapshot(self.document)

    # -- its models

    def __getitem__(self, name: str) -> Any:
        """Return the browser's model of that name; see `find`."""
        return self.find(name)

    def __contains__(self, name: str) -> bool:
        return bool(self.find_all(name))

    @overload
    def find(self, what: type[M], **values: Any) -> M: ...

    @overload
    def find(self, what: str | Model, **values: Any) -> Any: ...

    def find(self, what: str | type[Model] | Model, **values: Any) -> Any:
        """Return the one model of the browser's document that is meant.

        Args:
            what: a name, a type, or a model of the app, whose copy in the browser is meant.
            values: properties that it must have, such as ``title="Amplitude"``.

        Raises:
            ModelNotFound: there is none, or there are several; the text tells which there are.
        """
        found = self.find_all(what, **values)
        if len(found) == 1:
            return found[0]
        raise ModelNotFound(self._not_found(what, values, found))

    def find_all(self, what: str | type[Model] | Model, **values: Any) -> list[Any]:
        """Return all models that are meant, in the order in which they were made; see `find`."""
        found = [model for model in _meant(self.document, what) if _has(model, values)]
        return sorted(found, key=lambda model: (len(model.id), model.id))

    def _not_found(self, what: Any, values: dict[str, Any], found: list[Any]) -> str:
        words = repr(what) if isinstance(what, str) else getattr(what, "__name__", repr(what))
        with_values = "".join(f", {name}={value!r}" for name, value in values.items())
        if found:
            known = ", ".join(label(model) for model in found)
            return f"{len(found)} models of {self.url} are {words}{with_values}: {known}"
        models = list(self._replica.document.models)
        names = sorted({model.name for model in models if model.name})
        types = sorted({type(model).__name__ for model in models})
        close = difflib.get_close_matches(words.strip("'"), names + types, 3)
        hint = f"; did you mean {' or '.join(close)}?" if close else ""
        return f"no model of {self.url} is {words}{with_values}{hint} It has the names {names}"

    # -- what happens

    def settle(self) -> None:
        """Let all that is ready run, and hear of it; no time passes."""
        with self._site.acting():
            return

    def act(self, call: Callable[..., object], *args: Any) -> Changes:
        """Call with the browser's document in hand; return what the browser receives thereupon.

        Raises:
            TransportClosed: the connection is over.
        """
        if self.closed is not None:
            raise self.closed
        seen = len(self._changes)
        with self._site.acting():
            self._replica.lock.run(call, *args)
        return self._changes.since(seen)

    def close(self) -> None:
        """Close the tab; the session hears of it. Idempotent."""
        if self in self._site.pages:
            self._site.pages.remove(self)
        with self._site.acting():
            self._line.close()
        self._replica.detach()

    def reconnect(self) -> None:
        """Lose the connection and come back, as a page does when the network was away."""
        self.close()
        with self._site.acting():
            self._connect()

    # -- the line

    def turn(self) -> bool:
        """See `site.Open`."""
        messages = self._line.turn()
        for message in messages:
            self._replica.lock.run(self._hear, message)
        return bool(messages)

    def _ask(self, kind: str) -> None:
        self._send(self._replica.writer.write(kind))

    def _send(self, message: Any) -> None:
        self._line.send(message)

    def send_event(self, event: Event) -> None:
        """Send an event of the user interface; call by `act`."""
        self._replica.flush()
        self._send(self._replica.writer.write("PATCH-DOC", event_content(event)))

    def _hear(self, message: Message) -> None:
        match message.kind:
            case "PULL-DOC-REPLY":
                self._replica.load(message.content.get("doc"), message.buffers)
                self.send_event(DocumentReady())
            case "PATCH-DOC":
                events = message.content.get("events", [])
                self._changes += messages_in(events)
                self._apply(events, message.buffers)
            case "ERROR" if not self._site.failures:
                self._site.failures.add(refusal(message))

    def _apply(self, events: Any, buffers: Any) -> None:
        self._applying = True
        try:
            self._replica.apply(events, buffers)
        finally:
            self._applying = False

    def _noted(self, event: DocumentChangedEvent) -> None:
        if self._applying and isinstance(event, DocumentPatchedEvent):
            if (change := change_of(event)) is not None:
                self._changes.append(change)


def _meant(document: Document, what: str | type[Model] | Model) -> list[Any]:
    if isinstance(what, str):
        return document.models.get_all_by_name(what)
    if isinstance(what, type):
        return [model for model in document.models if isinstance(model, what)]
    model = document.get_model_by_id(what.id)
    return [] if model is None else [model]


def _has(model: Model, values: dict[str, Any]) -> bool:
    return all(
        name in model.properties() and getattr(model, name) == value
        for name, value in values.items()
    )
