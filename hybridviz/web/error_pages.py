"""Error pages: what a visitor sees of an exception that a view has raised."""

from flask import Response, current_app, make_response, redirect, render_template, request
from markupsafe import Markup
from werkzeug.exceptions import HTTPException

from hybridviz.appload.error_document import error_html
from hybridviz.errors import AppLoadError, HandshakeRefused, HybridVizError, UserRequired


def http_error(error: HTTPException) -> Response:
    """Render an HTTP error, such as 404 or, for an unexpected exception, 500."""
    response = make_response(
        render_template("hybridviz/error.html", title=error.name, text=error.description),
        error.code,
    )
    response.headers.extend(
        (name, value) for name, value in error.get_headers() if name != "Content-Type"
    )
    if error.code == 503:
        response.headers["Connection"] = "close"  # the next request shall find another process
    return response


def own_error(error: HybridVizError) -> Response:
    """Render one of our own errors, or lead to where people log in; what may tell too much stays in
    the log.
    """
    if isinstance(error, UserRequired) and error.location:
        response = make_response(redirect(error.location))
        response.headers["Cache-Control"] = "no-store"
        return response
    if isinstance(error, AppLoadError):
        viz = current_app.extensions["hybridviz"]
        head = viz.dev_head(error.route, request.script_root)
        details = Markup(error_html(error, viz.settings.dev))
        page = {"title": "Error", "details": details, "head": Markup(head)}
    elif isinstance(error, HandshakeRefused):
        page = {"title": "Refused", "text": str(error)}
    else:
        page = {"title": "Error", "text": str(error)}
    html = render_template("hybridviz/error.html", **page)
    response = make_response(html, error.status)
    if isinstance(error, UserRequired) and error.challenge:
        response.status_code = 401
        response.headers["WWW-Authenticate"] = error.challenge
    response.headers["Cache-Control"] = "no-store"
    return response
