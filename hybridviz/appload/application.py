"""A Bokeh ``Application``, made in Python of Bokeh's own handlers, as an app."""

from pathlib import Path
from typing import Any

from bokeh.application import Application
from bokeh.document import Document

from hybridviz.appload.app import App
from hybridviz.appload.hooks import NO_HOOKS, Hooks
from hybridviz.appload.run import run_app


class HandlerFailed(Exception):
    """One of the application's handlers could not do its part."""


class ApplicationApp(App):
    """An application whose handlers fill the document one after the other.

    Args:
        application: the application; its handlers' hooks and static folder count.
        route: URL path, such as ``/sliders``.
    """

    route = ""
    hooks: Hooks = NO_HOOKS

    def __init__(self, application: Application, route: str) -> None:
        self.route = route
        self.hooks = Hooks(
            on_server_loaded=application.on_server_loaded,
            on_server_unloaded=application.on_server_unloaded,
            on_session_created=application.on_session_created,
            process_request=application.process_request,
            on_session_destroyed=application.on_session_destroyed,
        )
        self._application = application

    @property
    def metadata(self) -> Any:
        """What the application was made with, a dictionary or a function that returns one."""
        return self._application.metadata

    @property
    def static(self) -> Path | None:
        """The folder that a handler has named."""
        return Path(path) if (path := self._application.static_path) else None

    def run(self, document: Document) -> None:
        """Let the handlers fill the document; see `App`."""
        run_app(self.route, (self.route,), document, self._fill, None)

    def _fill(self, document: Document) -> None:
        self._application.initialize_document(document)
        for handler in self._application.handlers:
            if handler.failed:
                raise HandlerFailed(f"{handler.error}\n{handler.error_detail}")
