"""Failures as RFC 9457 problem documents, so that programs can tell them apart."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import orjson
from flask import Response
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES

from hybridviz.errors import HybridVizError, PropertyRefused, RightNeeded, TooManyFailures

PROBLEM = "application/problem+json"


def problem(status: int, detail: str, **more: str) -> Response:
    """Return a problem document.

    Args:
        status: the HTTP status.
        detail: what went wrong, for people.
        more: further members.
    """
    title = HTTP_STATUS_CODES.get(status, "Error")
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return Response(orjson.dumps(body), status, mimetype=PROBLEM)


def tells_problems(view: Callable[..., Response]) -> Callable[..., Response]:
    """Make a view answer with a problem document when it fails."""

    @wraps(view)
    def wrapped(*args: Any, **parts: Any) -> Response:
        try:
            return view(*args, **parts)
        except HybridVizError as error:
            return _problem_of(error)
        except HTTPException as error:
            return problem(error.code or 500, error.description or "")

    return wrapped


def _problem_of(error: HybridVizError) -> Response:
    more = {}
    if isinstance(error, PropertyRefused):
        more = {"model": error.model, "property": error.attr}
    response = problem(error.status, str(error), **more)
    if isinstance(error, RightNeeded):
        response.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, TooManyFailures):
        response.headers["Retry-After"] = "60"
    return response
