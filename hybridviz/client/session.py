"""What scripts and notebooks use: a document of their own, shown and kept in step by a server.

The names are those of Bokeh's own client. The parts: `connection` is the line, `replica` the
document, `pump` does the work, `credentials` are what servers are shown.
"""

import atexit
import logging
import sys
import warnings
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any

from bokeh.document import Document
from bokeh.util.browser import NEW_PARAM, BrowserTarget, get_browser_controller

from hybridviz.bokeh_internals import make_curdoc_local
from hybridviz.client.connection import Back, Connection, Lost, News, Over
from hybridviz.client.credentials import Credentials
from hybridviz.client.dialogue import Dialogue, Reply, refusal
from hybridviz.client.pump import Pump
from hybridviz.client.replica import Replica, free
from hybridviz.client.urls import DEFAULT, parse_address
from hybridviz.config import Settings
from hybridviz.core.fragments import Outgoing
from hybridviz.core.protocol import Message
from hybridviz.errors import ChangeRefused, HybridVizError, PatchError, TransportClosed
from hybridviz.runtime import choose_runtime
from hybridviz.runtime.lock import apart

log = logging.getLogger("hybridviz.client")

MAX_MESSAGE_SIZE = 20 * 1024 * 1024
"""Bytes of the largest websocket message that a server may send, unless told otherwise."""
CLOSE_WITHIN = 2.0
"""Seconds that `ClientSession.close` waits for a callback that is running."""


class ClientSession:
    """A session on a server whose callbacks run in this program.

    Changes of the document reach the server and its browsers at once and in order; those of one
    callback arrive as one. What browsers change is applied as it comes, in a background thread,
    where ``on_change`` and ``on_event`` callbacks run too. Periodic, timeout and next-tick
    callbacks start with `loop_until_closed`, so that a script can finish its preparations first;
    with ``background``, as in a notebook, they start at once. `loop_until_closed` does all this in
    its own thread. Callbacks never overlap.

    When the server goes away, it is looked for again for a minute; then `loop_until_closed` raises.
    A document that was pushed is pushed again, a pulled one is pulled again: its models are new
    then, and callbacks on the old ones are gone. A session that the server ends for good is closed.

    Args:
        session_id: its name; by default a random one.
        websocket_url: URL of the server or of one of its apps: ``default``, http(s) or ws(s).
        io_loop: not used any more.
        arguments: what an app sees as arguments of its request.
        max_message_size: largest websocket message of the server, in bytes.
        headers: further headers of the handshake, such as ``Authorization``.
        secret_key: signs session ids and tokens, for servers that take only signed ones; by default
            ``HYBRIDVIZ_SECRET_KEY``, if it is set.
        background: whether timers run without `loop_until_closed`; by default in a notebook and at
            an interactive prompt.
    """

    def __init__(
        self,
        session_id: str | None = None,
        websocket_url: str = DEFAULT,
        io_loop: object = None,
        arguments: Mapping[str, str] | None = None,
        max_message_size: int = MAX_MESSAGE_SIZE,
        *,
        headers: Mapping[str, str] | None = None,
        secret_key: str | None = None,
        background: bool | None = None,
    ) -> None:
        if io_loop is not None:
            warnings.warn("io_loop is ignored: there is no loop of Tornado here", stacklevel=2)
        make_curdoc_local()
        credentials = Credentials(session_id, secret_key, headers, Settings.from_env())
        self._credentials = credentials
        self._background = hasattr(sys, "ps1") if background is None else background
        self._address = parse_address(websocket_url, arguments)
        self._runtime = choose_runtime()
        self._pump = Pump(self._runtime, self.close)
        self._replica = replica = Replica(self._runtime, self._pump, self._send, self.close)
        self._dialogue = Dialogue(
            self._runtime, replica.lock, replica.writer, self._send, self._wake, self._hear
        )
        self._connection = Connection(
            self._address,
            credentials.token,
            credentials.headers,
            max_message_size,
            self._runtime,
            self._dialogue.tell,
        )
        self._document: Document | None = None
        self._opened = self._settled = self._closed = False
        self._pushes = True
        self._pushing: Reply | None = None
        self._error: Exception | None = None
        self._lost: HybridVizError | None = None
        self._refused: ChangeRefused | None = None

    def __enter__(self) -> "ClientSession":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "closed" if self._closed else "connected" if self.connected else "not connected"
        return f"<ClientSession {self.id} at {self._address.url}, {state}>"

    # -- what it is

    @property
    def id(self) -> str:
        """The session's id, by which browsers and other programs join it."""
        return self._credentials.session_id

    @property
    def token(self) -> str:
        """A fresh token that opens the session."""
        return self._credentials.token()

    @property
    def url(self) -> str:
        """The URL of its websocket."""
        return self._address.websocket_url

    @property
    def page_url(self) -> str:
        """The URL of the page that shows it in a browser."""
        return self._address.page(self.id)

    @property
    def document(self) -> Document | None:
        """The document that is kept in step; None before the first push or pull."""
        return self._document

    @property
    def connected(self) -> bool:
        """Whether the server is reached now and, if there is a document, in step with it."""
        in_step = self._document is None or self._replica.live
        return self._opened and not self._closed and self._lost is None and in_step

    # -- what users do

    def connect(self) -> None:
        """Connect to the server, unless that is done; `push` and `pull` do so by themselves.

        Raises:
            ServerNotFound: nothing answers at the URL; one may try again.
            ServerRefused: the server does not let us in.
        """
        self._check_open()
        if not self._opened:
            self._connection.open()
            self._opened = True
            atexit.register(self.close, "the program ends")
            self._pump.start()

    def check_connection_errors(self) -> None:
        """Raise what has become of the connection, unless it is up.

        Raises:
            RuntimeError: it was not asked for.
            TransportClosed: it is down; the server is looked for, or the session was closed.
            ServerNotFound, ServerRefused, MessageTooBig: see `loop_until_closed`.
        """
        self._check_open()
        if not self._opened:
            raise RuntimeError("connect, push or pull first")

    def push(self, document: Document | None = None) -> None:
        """Replace the server's document by ours.

        Args:
            document: the first time: what to push, by default an empty document; later None, or
                the same.

        Raises:
            ServerNotFound: nothing answers at the URL.
            ServerRefused: the server does not let us in.
            ChangeRefused: it does not take the document; the text says why.
            MessageTooBig: the document is over its limit.
        """
        if self._document is not None and document not in (None, self._document):
            raise ValueError(
                "a session keeps one document; push another one by a session of its own"
            )
        self._pushes = True
        self._open(document)
        self._settle(self._replica.lock.run(self._push))

    def pull(self) -> None:
        """Replace our document by the server's; the document stays the same object.

        Raises:
            ServerNotFound: nothing answers at the URL.
            ServerRefused: the server does not let us in.
            ChangeRefused: it has no document for us; the text says why.
        """
        self._pushes = False
        self._open(None)
        self._settle(self._ask("PULL-DOC-REQ", self._pulled))

    def show(self, obj: Any = None, browser: str | None = None, new: BrowserTarget = "tab") -> None:
        """Open the session in a browser.

        Args:
            obj: a model to add to the document first, unless it is there.
            browser: name of a browser as the module ``webbrowser`` knows it.
            new: ``tab`` or ``window``.
        """
        if obj is not None and self._document is not None and obj not in self._document.roots:
            self._document.add_root(obj)
        get_browser_controller(browser=browser).open(self.page_url, new=NEW_PARAM[new])

    def request_server_info(self) -> dict[str, Any]:
        """Ask the server for its versions."""
        reply = self._ask("SERVER-INFO-REQ", lambda message: message.content)
        info: dict[str, Any] = self._dialogue.wait(reply)
        return info

    def force_roundtrip(self) -> None:
        """Wait until the server has seen all our changes, and we all that it had sent before.

        Raises:
            ChangeRefused: it has refused one of them.
            TransportClosed: the connection is down.
        """
        self.request_server_info()
        if (refused := self._refused) is not None:
            self._refused = None
            raise refused

    def loop_until_closed(self) -> None:
        """Run all callbacks here until the session is closed, by either end or by Ctrl-C.

        Raises:
            ServerNotFound: the server went away and did not come back in time.
            ServerRefused: it came back and does not let us in.
            MessageTooBig: a change was over its limit.
        """
        if self._replica.lock.held():
            raise RuntimeError("a callback cannot wait for the end of its own session")
        if self._document is None:
            raise RuntimeError("push or pull a document first")
        try:
            self._replica.start_timers()
            self._pump.run()
        except KeyboardInterrupt:
            self.close("interrupted")
            return  # whatever else went wrong: it may have been interrupted amid a message
        except SystemExit:
            self.close("the script wants to end")
            raise
        if self._error is not None:
            raise self._error

    def close(self, why: str = "closed") -> None:
        """End the session's connection; the document is the script's alone again. Idempotent."""
        if not self._replica.lock.run_within(CLOSE_WITHIN, self._finish, None, why):
            self._finish(None, why)

    # -- the line

    def _open(self, document: Document | None) -> None:
        self._check_open()
        if self._document is not None:
            return
        chosen = Document() if document is None else document
        free(chosen)
        self.connect()
        self._replica.attach(chosen)
        self._document = chosen
        if self._background:
            self._replica.start_timers()

    def _check_open(self) -> None:
        if self._closed:
            raise self._error or TransportClosed(1000, "the session was closed; make another one")
        if self._lost is not None:
            raise self._lost

    def _settle(self, reply: Reply) -> None:
        """Wait for the answer to a push or pull; if the first one fails, all is over."""
        try:
            self._dialogue.wait(reply)
        except BaseException:
            if not self._settled:
                self.close("there is no document to keep in step")
            raise

    def _push(self) -> Reply:
        content, buffers = self._replica.encoded()
        self._pushing = reply = self._ask("PUSH-DOC", self._pushed, content, buffers)
        return reply

    def _pushed(self, message: Message) -> None:
        self._settled = True
        self._connection.settle()

    def _pulled(self, message: Message) -> None:
        self._replica.load(message.content.get("doc"), message.buffers)
        self._settled = True
        self._connection.settle()

    def _ask(self, kind: str, take: Callable[[Message], Any], *content: Any) -> Reply:
        return self._replica.lock.run(self._ask_now, kind, take, *content)

    def _ask_now(self, kind: str, take: Callable[[Message], Any], *content: Any) -> Reply:
        self.check_connection_errors()
        self._replica.flush()
        return self._dialogue.ask(kind, take, *content)

    def _send(self, message: Outgoing) -> None:
        try:
            self._connection.send(message)
        except TransportClosed as closed:
            self._replica.live = False  # the reader finds out too, and tells
            log.debug("> not sent: %s", closed)

    # -- news, with the lock held

    def _wake(self) -> None:
        self._pump.spawn(self._dialogue.take_next)

    def _hear(self, news: News) -> None:
        if self._closed:
            return
        match news:
            case Message(kind="PATCH-DOC"):
                self._apply(news)
            case Message(kind="ERROR"):
                self._refused = refusal(news)
                log.error("! the server refused a change: %s", self._refused)
            case Lost(error):
                self._replica.live, self._lost = False, error
                self._dialogue.fail(error)
            case Back():
                self._come_back()
            case Over(error):
                self._finish(error, "the server has ended the session")

    def _apply(self, message: Message) -> None:
        """Apply a change, unless it is of what the server had before it takes our document."""
        pushing = self._pushing is not None and not self._pushing.done.is_set()
        if self._replica.live and not pushing:
            try:
                self._replica.apply(message.content.get("events", []), message.buffers)
            except PatchError as error:
                log.error("! the server's change cannot be applied: %s", error)

    def _come_back(self) -> None:
        self._lost = None
        log.info("= connected again to %s", self._address.url)
        if self._document is None:  # nothing has been pushed or pulled yet
            self._connection.settle()
            return
        reply = self._push() if self._pushes else self._ask("PULL-DOC-REQ", self._pulled)
        apart(self._runtime.spawn, self._await_return, reply)

    def _await_return(self, reply: Reply) -> None:
        """See what the server says to us now; nobody else waits for it."""
        try:
            self._dialogue.wait(reply)
        except TransportClosed as lost:
            log.debug("= lost again: %s", lost)
        except Exception as wrong:
            self._replica.lock.run(self._finish, wrong, "the document is not in step")

    # -- the end

    def _finish(self, error: Exception | None, why: str) -> None:
        if self._closed:
            return
        try:
            self._replica.flush()
        except HybridVizError as lost:
            log.debug("> the last changes cannot be sent: %s", lost)
        self._closed, self._error = True, error
        self._replica.detach()
        if error is not None:
            log.error("! session %s is over: %s", self.id, error)
        if self._opened:
            self._connection.close(why)
            atexit.unregister(self.close)
        self._dialogue.fail(error or TransportClosed(1000, why))
        self._pump.close()
