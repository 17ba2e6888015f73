"""An app as it is served: its sessions, and what its last run told about its page.

Knows no request of Flask. Pages open sessions here and may fail with the app; websockets join them
and show the failure.
"""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from bokeh.core.templates import FILE
from bokeh.document import DEFAULT_TITLE, Document
from bokeh.settings import settings

from hybridviz.appload.app import App
from hybridviz.appload.error_document import fill_with_error
from hybridviz.appload.failure import load_error
from hybridviz.appload.hooks import Hook, Hooks
from hybridviz.errors import AppLoadError, DocumentInUse, UserRefused
from hybridviz.runtime.base import Lock
from hybridviz.sessions import Request, Session, SessionRegistry
from hybridviz.web.document_page import has_custom_models
from hybridviz.web.ready import ReadySession
from hybridviz.web.space import DOCUMENTS, SPACE, DocumentSpace
from hybridviz.web.visits import Visits

log = logging.getLogger("hybridviz.web")

FOREIGN = "this session is another user's"


@dataclass(frozen=True, slots=True)
class AppProfile:
    """What a run of an app told about its page.

    Attributes:
        title: the document's title.
        default_template: whether the page is Bokeh's own, so that it can be shown without a run.
    """

    title: str
    default_template: bool

    @classmethod
    def of(cls, document: Document) -> "AppProfile":
        """Look at the document that an app has filled."""
        plain = document.template is FILE and not document.template_variables
        default = plain and not has_custom_models(document)
        return cls(document.title, default)


class ServedApp:
    """One app with its sessions.

    Args:
        app: what fills the documents.
        registry: its sessions.
        reading: a lock that is held while changed code is read.
        dev: look for changes of its code, and show tracebacks in the browser.
        rule: who may see it; see `Admission.user`.

    Attributes:
        edition: how often its code has changed.
        ready: keeps a session for the next visitor; None if none is kept.
        endpoint: Flask's name of its page; empty if it has none.
        failure: what the app's last run raised; None if it went well.
    """

    def __init__(
        self,
        app: App,
        registry: SessionRegistry,
        reading: Lock,
        *,
        dev: bool = False,
        rule: Callable[[Any], Any] | None = None,
    ) -> None:
        self.app = app
        self.rule = rule
        self.registry = registry
        self.profile: AppProfile | None = None
        self.pages: dict[tuple[str, str], tuple[bytes, bytes]] = {}
        self.visits = Visits()
        self.edition = 0
        self.ready: ReadySession | None = None
        self.endpoint = ""
        self.failure: AppLoadError | None = None
        self._reading = reading
        self._dev = dev
        self._validated = -1

    @property
    def route(self) -> str:
        """URL path of the app."""
        return self.app.route

    @property
    def is_space(self) -> bool:
        """Whether this is the document space."""
        return isinstance(self.app, DocumentSpace)

    @property
    def opens(self) -> str:
        """What the tokens of its pages open: its sessions, and nobody else's."""
        return DOCUMENTS if self.is_space else self.route

    @property
    def name(self) -> str:
        """What people call the app: the title of its document, if it has set one."""
        known = self.profile.title if self.profile else DEFAULT_TITLE
        return known if known != DEFAULT_TITLE else self.app.title or self.route.strip("/")

    @property
    def listed(self) -> bool:
        """Whether people may find the app in the index."""
        return not self.is_space and "<" not in self.route

    def load(self) -> None:
        """Call the app's hook for the start of the server; what it raises is logged."""
        self._call_hook(self.app.hooks.on_server_loaded)

    def unload(self) -> None:
        """Call the app's hook for the end of the server; what it raises is logged."""
        self._call_hook(self.app.hooks.on_server_unloaded)

    def process_request(self, request: Request) -> dict[str, Any]:
        """Return what the app adds to the token payload of a page's session.

        Raises:
            AppLoadError: the app's hook raised, or returned something that no token can carry.
        """
        hook = self.app.hooks.process_request
        if hook is None:
            return {}
        try:
            payload = self.registry.context.call(hook, request)
            _check_payload(payload)
        except Exception as error:
            failure = load_error(self.route, error, None)
            log.error("! %s\n%s", failure, failure.traceback)
            raise failure from None
        return dict(payload)

    def lazy_title(self) -> str | None:
        """Return the title of a page that needs no run of the app; None if it needs one."""
        if self._dev:
            self.refresh()
        profile = self.profile
        return profile.title if profile is not None and profile.default_template else None

    def refresh(self) -> None:
        """Read the app's code again if it has changed; whoever comes meanwhile waits.

        Its hooks are called as if the server were started again, but sessions of the old code go
        on.
        """
        self._reading.acquire()
        try:
            hooks = self.app.hooks
            if self.app.refresh():
                self._begin_anew(hooks)
        finally:
            self._reading.release()

    def _begin_anew(self, old: Hooks) -> None:
        self._call_hook(old.on_server_unloaded)
        self.registry.context.clear()
        self.load()
        self.edition += 1
        self._learn(None)
        if self.ready is not None:
            self.ready.renew()

    def expect(self, ident: str, request: Request) -> None:
        """Remember the request of a page that is shown without a run, until its websocket comes.

        Raises:
            UserRefused: the session is there and another user's.
        """
        session = self.registry.get(ident)
        if session is None:
            self.visits.keep(ident, request)
        else:
            self._check_owner(session, request)

    def open(self, ident: str, request: Request) -> Session:
        """Return a session, made by a run of the app if there is none.

        Raises:
            AppLoadError: the app's code raised.
            UserRefused: the session is another user's.
            SessionDestroyed: the server is shutting down.
        """
        session = self.registry.get_or_create(ident, self.build, request)
        return self._check_owner(session, request)

    def join(self, ident: str, request: Request) -> Session:
        """Return a session as `open` does; if the app raises, its document says so.

        Raises:
            UserRefused: the session is another user's.
            SessionDestroyed: the server is shutting down.
        """
        session = self.registry.get_or_create(ident, self._build_or_explain, request)
        return self._check_owner(session, request)

    def _check_owner(self, session: Session, request: Request) -> Session:
        if not self.is_space and not session.context.belongs_to(request.user):
            raise UserRefused(FOREIGN)
        return session

    def build(self, session: Session) -> None:
        """Let the app fill a new session's document.

        Raises:
            AppLoadError: the app's code raised.
        """
        self._begin(session)
        try:
            self.app.run(session.document)
        except AppLoadError as error:
            self.failure = error.again()  # the one that was raised keeps the run alive
            self._learn(None)
            log.error("! %s\n%s", error, error.traceback)
            raise
        self.failure = None
        self._validate(session.document)
        self._learn(self._profile_of(session))

    def _profile_of(self, session: Session) -> AppProfile:
        """Return what a run told. The title of an app that has looked at its user may be that
        user's alone: others shall not see it, neither on a page nor in the index.
        """
        profile = AppProfile.of(session.document)
        if session.context.owner is None or not session.context.visited:
            return profile
        neutral = self.app.title or self.route.strip("/") or DEFAULT_TITLE
        return replace(profile, title=neutral)

    def _validate(self, document: Document) -> None:
        """Have Bokeh log what looks wrong in an app's document, once for each edition of the app:
        it takes a fifth of the time that making the document does.
        """
        if self._validated == self.edition or not settings.perform_document_validation():
            return
        self._validated = self.edition
        if self.is_space:
            return
        try:
            document.validate()
        except Exception:
            log.exception("! app %s: its document cannot be checked", self.route)

    def _begin(self, session: Session) -> None:
        """Call the app's hook for a new session, and have the others called in time."""
        hooks, context = self.app.hooks, session.context
        if hooks.on_exception is not None:
            context.on_exception(partial(hooks.on_exception, context))
        if hooks.on_session_destroyed is not None:
            session.document.on_session_destroyed(_one_argument(hooks.on_session_destroyed))
        if hooks.on_session_created is not None:
            try:
                session.invoke(hooks.on_session_created, context)
            except Exception:
                log.exception("! %s: the hook on_session_created raised", session)

    def _call_hook(self, hook: Hook | None) -> None:
        if hook is None:
            return
        try:
            self.registry.context.call(hook, self.registry.context)
        except Exception:
            log.exception("! app %s: the hook %s raised", self.route, hook.__name__)

    def _build_or_explain(self, session: Session) -> None:
        try:
            self.build(session)
        except AppLoadError as error:
            fill_with_error(session.document, error, self._dev)

    def _learn(self, profile: AppProfile | None) -> None:
        if profile != self.profile:
            self.profile = profile
            self.pages.clear()


def document_space(served: Mapping[str, ServedApp]) -> ServedApp:
    """Return the document space of a server.

    Args:
        served: all that is served, by its routes.

    Raises:
        DocumentInUse: an app is in its place.
    """
    space = served[SPACE]
    if not space.is_space:
        raise DocumentInUse(
            "this server has no documents: an app is served at /, where they would be shown;"
            " serve it at another route, as /ROUTE=APP"
        )
    return space


def check_user(request: Request, user: Any) -> None:
    """Check whether a request was the user's; equality decides.

    Raises:
        UserRefused: somebody else sent it.
    """
    if request.user != user:
        raise UserRefused(FOREIGN)


def _check_payload(payload: Any) -> None:
    if not isinstance(payload, dict):
        raise TypeError(f"process_request must return a dictionary, not {type(payload).__name__}")
    if taken := {"arguments", "headers", "cookies"} & payload.keys():
        raise ValueError(f"process_request returned {min(taken)!r}, a key that the server fills")
    json.dumps(payload)


def _one_argument(hook: Hook) -> Callable[[Any], Any]:
    """Return the hook as a function with the one argument that Bokeh asks callbacks for."""

    def on_session_destroyed(session_context: Any) -> Any:
        return hook(session_context)

    return on_session_destroyed
