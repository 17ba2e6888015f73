"""An app as it is served: its sessions, and what its last run told about its page.

Knows no request of Flask. Pages open sessions here and may fail with the app; websockets join them
and show the failure.
"""

import logging
from dataclasses import dataclass

from bokeh.core.templates import FILE
from bokeh.document import DEFAULT_TITLE, Document

from hybridviz.appload.app import App
from hybridviz.appload.error_document import fill_with_error
from hybridviz.errors import AppLoadError
from hybridviz.sessions import Request, Session, SessionRegistry

log = logging.getLogger("hybridviz.web")

SPACE = "/"
"""Where documents are that are known by their session ids."""


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
        default = document.template is FILE and not document.template_variables
        return cls(document.title, default)


class DocumentSpace:
    """The app at ``/``: an empty document for whoever brings one by its session id."""

    route = SPACE

    def run(self, document: Document) -> None:
        """Leave the document empty; a client pushes its content."""

    def refresh(self) -> bool:
        """Return whether the app has changed since it last ran."""
        return False


class ServedApp:
    """One app with its sessions.

    Args:
        app: what fills the documents.
        registry: its sessions.
        dev: look for changes of its code, and show tracebacks in the browser.
    """

    def __init__(self, app: App, registry: SessionRegistry, *, dev: bool = False) -> None:
        self.app = app
        self.registry = registry
        self.profile: AppProfile | None = None
        self.pages: dict[tuple[str, str], tuple[bytes, bytes]] = {}
        self._dev = dev

    @property
    def route(self) -> str:
        """URL path of the app."""
        return self.app.route

    @property
    def name(self) -> str:
        """What people call the app: the title of its document, if it has set one."""
        title = self.profile.title if self.profile else DEFAULT_TITLE
        return self.route.strip("/") if title == DEFAULT_TITLE else title

    @property
    def listed(self) -> bool:
        """Whether people may find the app in the index."""
        return not isinstance(self.app, DocumentSpace)

    def lazy_title(self) -> str | None:
        """Return the title of a page that needs no run of the app; None if it needs one."""
        if self._dev and self.app.refresh():
            self._learn(None)
        profile = self.profile
        return profile.title if profile is not None and profile.default_template else None

    def open(self, ident: str, request: Request) -> Session:
        """Return a session, made by a run of the app if there is none.

        Raises:
            AppLoadError: the app's code raised.
            SessionDestroyed: the server is shutting down.
        """
        return self.registry.get_or_create(ident, self._build, request)

    def join(self, ident: str, request: Request) -> Session:
        """Return a session as `open` does; if the app raises, its document says so.

        Raises:
            SessionDestroyed: the server is shutting down.
        """
        return self.registry.get_or_create(ident, self._build_or_explain, request)

    def _build(self, session: Session) -> None:
        try:
            self.app.run(session.document)
        except AppLoadError as error:
            self._learn(None)
            log.error("! %s\n%s", error, error.traceback)
            raise
        self._learn(AppProfile.of(session.document))

    def _build_or_explain(self, session: Session) -> None:
        try:
            self._build(session)
        except AppLoadError as error:
            fill_with_error(session.document, error, self._dev)

    def _learn(self, profile: AppProfile | None) -> None:
        if profile != self.profile:
            self.profile = profile
            self.pages.clear()
