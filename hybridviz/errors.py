"""The whole exception tree, with what each error means to a peer.

    HybridVizError
    |- ConfigError            an option, a file name or a setting is wrong
    |- AppNotFound            no app is served at that path
    |- AppLoadError           the app's own code raised while its document was made
    |- AuthModuleFailed       the code that tells who a visitor is raised
    |- HandshakeRefused       the request may not open a page or a websocket
    |  |- HostRefused
    |  |- OriginRefused
    |  |- SubprotocolRefused
    |  |- UserRequired        nobody is logged in
    |  |- UserRefused         the session is another user's
    |  |- TokenRefused        missing, forged, foreign
    |  `- TokenExpired        well signed, too old, and its session is gone
    |- ProtocolError          the peer broke the Bokeh wire protocol
    |- FrameError             the peer broke RFC 6455
    |  |- PayloadError        text that is not UTF-8
    |  `- MessageTooBig
    |- PatchError             a well-formed patch that the document cannot take
    |  `- PropertyRefused     of one property, which it names
    |- DocumentNotFound       there is no document or model of that name
    |- DocumentInUse          the name is that of something else
    |- TitleTaken             an old client's new document has the title of another
    |- NotTheirs              an old client removes a document that is not its user's
    |- UserTaken              an old client registers a name that is taken
    |- LoginRefused           an old client logs in by a wrong name or password
    |- TooLarge               a body over the limit
    |- UnsupportedFormat      a body, or an answer, in a format that is not spoken here
    |- RightNeeded            the request shows no right to do that
    |- TooManyFailures        a peer that tried too many wrong tokens
    |- StoreConflict          another version of the document is stored than was expected
    |- StoreFull              no room is left for documents
    |- StoreUnavailable       documents cannot be read or written now
    |- SessionDestroyed       the session ended before the work could be done
    |  `- SessionEnded        for good, while its server goes on
    |- UnlockedChange         a document was changed by code that does not hold its lock
    |- ClientError            a script's session cannot go on
    |  |- ServerNotFound      nothing answers at the server's URL; a ConnectionError, too
    |  |- ServerRefused       the server does not let the script in
    |  `- ChangeRefused       the server does not take a document or a change of it
    |- TransportClosed        the connection is over
    |- WouldWait              on a virtual clock: nobody else runs who could end this waiting
    `- TestFailed             a test cannot go on (hybridviz.testing)
       |- PageRefused         a page was not answered, or shows no live document
       `- ModelNotFound       the document has no such model, or several

Each class names the HTTP status and the websocket close code that tell a peer about it. Codes are
those of RFC 6455 section 7.4 and, for what only our own page understands, of the private range from
4000.
"""

from typing import ClassVar


class HybridVizError(Exception):
    """Base of every error that hybridviz raises on purpose."""

    status: ClassVar[int] = 500
    close_code: ClassVar[int] = 1011


class ConfigError(HybridVizError):
    """An option, a path or a setting is wrong; the text says what to do."""


class AppNotFound(HybridVizError):
    """No app is served at the requested path."""

    status = 404
    close_code = 1008


class AppLoadError(HybridVizError):
    """The app's own code raised while its document was made.

    Args:
        route: URL path of the app, such as ``/sliders``.
        reason: one line, such as ``NameError: name 'x' is not defined``.
        filename: the app's file in which the error happened, if known.
        line: line number in that file, counted from 1.
        traceback: the formatted traceback, for the log and for ``--dev``.
    """

    def __init__(
        self,
        route: str,
        reason: str,
        filename: str | None = None,
        line: int | None = None,
        traceback: str = "",
    ) -> None:
        self.route = route
        self.reason = reason
        self.filename = filename
        self.line = line
        self.traceback = traceback
        place = filename if line is None else f"{filename}, line {line}"
        where = f" ({place})" if filename else ""
        super().__init__(f"app {route} failed to load: {reason}{where}")

    def again(self) -> "AppLoadError":
        """Return an equal error to be raised once more; one that was raised keeps its frames."""
        return AppLoadError(self.route, self.reason, self.filename, self.line, self.traceback)


class ExtensionFailed(HybridVizError):
    """A model with code of its own for the browser could not be compiled."""


class BadRequest(HybridVizError):
    """A request whose arguments make no sense; the text says what they must be."""

    status = 400
    close_code = 1008


class AuthModuleFailed(HybridVizError):
    """The auth module's own code raised; nobody is let in."""


class HandshakeRefused(HybridVizError):
    """A request that may not open a page or a websocket."""

    status = 403
    close_code = 1008


class HostRefused(HandshakeRefused):
    """The Host header is not on the allow-list."""


class OriginRefused(HandshakeRefused):
    """The Origin header is not on the allow-list."""


class SubprotocolRefused(HandshakeRefused):
    """The client did not offer ``bokeh`` and a token as its websocket subprotocols."""


class UserRequired(HandshakeRefused):
    """Nobody is logged in.

    Args:
        location: where to log in, for a page; empty if nobody can be sent there.
        challenge: the header WWW-Authenticate, if the browser itself can log people in.
    """

    def __init__(self, location: str = "", challenge: str = "") -> None:
        self.location = location
        self.challenge = challenge
        super().__init__("nobody is logged in")


class UserRefused(HandshakeRefused):
    """The session is another user's, or the auth module refuses the visitor."""


class TokenRefused(HandshakeRefused):
    """The token is missing, malformed, forged, or of another server."""


class TokenExpired(HandshakeRefused):
    """The token is well signed but too old, and its session is gone: the page must be reloaded."""

    close_code = 4001


class ProtocolError(HybridVizError):
    """The peer broke the Bokeh wire protocol; the connection cannot go on."""

    status = 400
    close_code = 1002


class FrameError(HybridVizError):
    """The peer broke RFC 6455; the connection cannot go on."""

    status = 400
    close_code = 1002


class PayloadError(FrameError):
    """A text frame is not UTF-8."""

    close_code = 1007


class MessageTooBig(FrameError):
    """A websocket message is over the size limit."""

    status = 413
    close_code = 1009


class PatchError(HybridVizError):
    """A patch that the document cannot take; nothing of it was applied, the connection goes on.

    Args:
        reason: what is wrong.
        index: which of the patch's events cannot be taken, counted from 0; None if none is named.
    """

    status = 422

    def __init__(self, reason: str, index: int | None = None) -> None:
        self.reason = reason
        self.index = index
        super().__init__(reason if index is None else f"event {index}: {reason}")


class PropertyRefused(PatchError):
    """A property cannot be given a value.

    Args:
        model: id or name of the model, as the client gave it.
        attr: name of the property.
        reason: why not.
    """

    def __init__(self, model: str, attr: str, reason: str) -> None:
        self.model = model
        self.attr = attr
        super().__init__(f"{attr} of {model}: {reason}")


class DocumentNotFound(HybridVizError):
    """There is no document, or no model in it, of that name."""

    status = 404


class TitleTaken(HybridVizError):
    """An old client wants a new document with the title of one that is there."""

    status = 409


class NotTheirs(HybridVizError):
    """An old client wants to remove a document that is not its user's."""

    status = 409


class UserTaken(HybridVizError):
    """Somebody else has registered by that name."""

    status = 409


class LoginRefused(HybridVizError):
    """There is no user of that name and password."""

    status = 401


class DocumentInUse(HybridVizError):
    """The name is that of something else, or of several things."""

    status = 409


class TooLarge(HybridVizError):
    """A request's body is over the limit."""

    status = 413
    close_code = 1009


class UnsupportedFormat(HybridVizError):
    """A body, or the answer that is asked for, is of a format that is not spoken here."""

    status = 415


class RightNeeded(HybridVizError):
    """The request does not show that its sender may do that."""

    status = 401
    close_code = 1008


class TooManyFailures(HybridVizError):
    """The peer has shown too many wrong tokens and must wait a minute."""

    status = 429
    close_code = 1008


class StoreConflict(HybridVizError):
    """Another version of a document is stored than was expected; nothing was written.

    Args:
        present: the version that is there; None if there is none.
    """

    status = 412

    def __init__(self, present: int | None) -> None:
        self.present = present
        what = "it is not there" if present is None else f"its version is {present}"
        super().__init__(f"the document is not as you expect: {what}; read it again")


class StoreFull(HybridVizError):
    """There is no room for the document; nothing was written."""

    status = 507


class StoreUnavailable(HybridVizError):
    """Documents cannot be read or written now, such as when a disk is full; try again."""

    status = 503


class SessionDestroyed(HybridVizError):
    """The session ended before the work could be done."""

    status = 410
    close_code = 1001


class SessionEnded(SessionDestroyed):
    """The session was ended for good while its server goes on: its clients need not come back."""

    close_code = 4002


class UnlockedChange(HybridVizError, RuntimeError):
    """A document was changed by code that does not hold its session's lock."""


class ClientError(HybridVizError):
    """A script's session with a server cannot go on."""

    status = 502


class ServerNotFound(ClientError, ConnectionError):
    """Nothing answers at the server's URL; the text says how to start a server.

    An OSError as in Bokeh: scripts try again upon it until their server has started.
    """


class ServerRefused(ClientError):
    """The server does not let the script in; the text has the server's reason."""


class ChangeRefused(ClientError):
    """The server answered a document or a change with an error; the text is the server's."""


class TransportClosed(HybridVizError):
    """The connection is over.

    Args:
        code: the websocket close code that was received, or 1006 if none was (RFC 6455 section
            7.1.5).
        reason: the peer's reason, or ours, as one line.
    """

    def __init__(self, code: int = 1006, reason: str = "") -> None:
        self.code = code
        self.reason = reason
        super().__init__(f"connection closed ({code}) {reason}".rstrip())


class WouldWait(HybridVizError, RuntimeError):
    """Something had to be waited for, which no virtual clock can do."""


class TestFailed(HybridVizError, AssertionError):
    """A test with `hybridviz.testing` cannot go on; the text says why."""

    __test__ = False  # pytest takes classes of such names for tests


class PageRefused(TestFailed):
    """A page was not answered, or shows no live document, or several.

    Args:
        url: what was opened, and where that has led.
        answer: the HTTP status of the answer.
        reason: what is wrong with it.
    """

    def __init__(self, url: str, answer: int, reason: str) -> None:
        self.url = url
        self.answer = answer
        super().__init__(f"{url} ({answer}): {reason}")


class ModelNotFound(TestFailed, LookupError):
    """The document in the browser has no such model, or more than one."""
