"""What a visitor sees of an app that failed to load, as HTML and as a document."""

from contextlib import suppress
from html import escape

from bokeh.core.templates import FILE
from bokeh.document import Document
from bokeh.models.widgets import Div

from hybridviz.errors import AppLoadError

PLAIN = "The log of the server says what happened."


def error_html(error: AppLoadError, dev: bool) -> str:
    """Return a piece of HTML that tells about the error.

    Args:
        error: what happened.
        dev: whether visitors may see reason, place and traceback.
    """
    title = f"<h1>The app {escape(error.route)} could not be loaded</h1>"
    if not dev:
        return f"{title}<p>{PLAIN}</p>"
    where = f" ({escape(error.filename)}, line {error.line})" if error.filename else ""
    details = f"<p><b>{escape(error.reason)}</b>{where}</p>"
    return f"{title}{details}<pre>{escape(error.traceback)}</pre>"


def fill_with_error(document: Document, error: AppLoadError, dev: bool) -> None:
    """Replace all that an app has put into its document by a text about its error.

    Args:
        document: the document that the app left half-made.
        error: what happened.
        dev: whether visitors may see reason, place and traceback.
    """
    for callback in document.session_callbacks:
        with suppress(ValueError):  # a callback that has just run is no longer there
            document.callbacks.remove_session_callback(callback)
    document.clear()
    document.template = FILE
    document.template_variables.clear()
    document.title = "Error"
    text = error_html(error, dev)
    document.add_root(Div(text=text, disable_math=True, sizing_mode="stretch_width"))
