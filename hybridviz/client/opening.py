"""How scripts open a session in one call."""

from collections.abc import Mapping

from bokeh.document import Document
from bokeh.io import curdoc
from bokeh.util.browser import NEW_PARAM, BrowserTarget, get_browser_controller

from hybridviz.client.session import MAX_MESSAGE_SIZE, ClientSession
from hybridviz.client.urls import DEFAULT, parse_address


def push_session(
    document: Document | None = None,
    session_id: str | None = None,
    url: str = DEFAULT,
    io_loop: object = None,
    max_message_size: int = MAX_MESSAGE_SIZE,
    *,
    arguments: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    secret_key: str | None = None,
    background: bool | None = None,
) -> ClientSession:
    """Push a document to a server and keep both in step.

    Args:
        document: what to push; by default ``curdoc()``.
        session_id: see `ClientSession`, also for what follows.
        url: of the server.
        io_loop: not used any more.
        max_message_size: in bytes.
        arguments: of the request.
        headers: of the handshake.
        secret_key: for servers that take only signed sessions.
        background: whether timers run without `ClientSession.loop_until_closed`.

    Returns:
        The session.

    Raises:
        ServerNotFound, ServerRefused, ChangeRefused, MessageTooBig: see `ClientSession.push`.
    """
    session = ClientSession(
        session_id,
        url,
        io_loop,
        arguments,
        max_message_size,
        headers=headers,
        secret_key=secret_key,
        background=background,
    )
    session.push(curdoc() if document is None else document)
    return session


def pull_session(
    session_id: str | None = None,
    url: str = DEFAULT,
    io_loop: object = None,
    arguments: Mapping[str, str] | None = None,
    max_message_size: int = MAX_MESSAGE_SIZE,
    *,
    headers: Mapping[str, str] | None = None,
    secret_key: str | None = None,
    background: bool | None = None,
) -> ClientSession:
    """Make a document of what a server has, or of what its app makes, and keep both in step.

    Args:
        session_id, url, io_loop, arguments, max_message_size, headers, secret_key, background: see
            `push_session`.

    Returns:
        The session; its document is new.

    Raises:
        ServerNotFound, ServerRefused, ChangeRefused: see `ClientSession.pull`.
    """
    session = ClientSession(
        session_id,
        url,
        io_loop,
        arguments,
        max_message_size,
        headers=headers,
        secret_key=secret_key,
        background=background,
    )
    session.pull()
    return session


def show_session(
    session_id: str | None = None,
    url: str = DEFAULT,
    session: ClientSession | None = None,
    browser: str | None = None,
    new: BrowserTarget = "tab",
) -> None:
    """Open a session in a browser.

    Args:
        session_id: its id, if ``session`` is not given; without one the server makes a session.
        url: of its server.
        session: a session of this program.
        browser: name of a browser as the module ``webbrowser`` knows it.
        new: ``tab`` or ``window``.
    """
    if session is not None:
        session.show(browser=browser, new=new)
        return
    address = parse_address(url)
    page = address.url if session_id is None else address.page(session_id)
    get_browser_controller(browser=browser).open(page, new=NEW_PARAM[new])
