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
    |- SessionDestroyed       the session ended before the work could be done
    |- UnlockedChange         a document was changed by code that does not hold its lock
    `- TransportClosed        the connection is over

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
    """

    def __init__(self, location: str = "") -> None:
        self.location = location
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
    """A patch that the document cannot take; nothing of it was applied, the connection goes on."""

    status = 422


class SessionDestroyed(HybridVizError):
    """The session ended before the work could be done."""

    status = 410
    close_code = 1001


class UnlockedChange(HybridVizError, RuntimeError):
    """A document was changed by code that does not hold its session's lock."""


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
