"""Answers of the REST interface of Bokeh 0.10, and bodies of its requests.

Failures that the old server had no answer to are JSON with the reason, or a page for who reads
pages. Knows no documents and no rights; called by the views.
"""

import json
import logging
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

import orjson
from flask import Response, request
from werkzeug.exceptions import ClientDisconnected, HTTPException, RequestEntityTooLarge

from hybridviz.errors import (
    BadRequest,
    HybridVizError,
    PatchError,
    TooLarge,
    TooManyFailures,
    UserRequired,
)
from hybridviz.web.error_pages import http_error, own_error

if TYPE_CHECKING:
    from hybridviz.legacy_rest.raw import Json

log = logging.getLogger("hybridviz.legacy")

View = Callable[..., Any]
MAX_DIGITS = 19
CORS_AGE = "21600"
"""Seconds for which browsers remember what other sites' pages may ask."""


def json_answer(value: Any, status: int = 200) -> Response:
    """Return a value as JSON."""
    return Response(orjson.dumps(value), status, mimetype="application/json")


def text_answer(text: str) -> Response:
    """Return a text, of the type that the old server gave to all of them."""
    return Response(text, mimetype="text/html")


def answering(view: View) -> View:
    """Make a view answer failures with a status that old clients understand."""

    @wraps(view)
    def wrapped(*args: Any, **parts: Any) -> Any:
        try:
            return view(*args, **parts)
        except HybridVizError as error:
            log.warning("! %s %s: %s", request.method, request.path, error)
            return _own_failure(error)
        except HTTPException as error:
            log.warning("! %s %s: %s", request.method, request.path, error)
            return _failure(error)

    return wrapped


def _own_failure(error: HybridVizError) -> Any:
    leads_on = isinstance(error, UserRequired) and error.location
    if leads_on or _reads_pages():
        return own_error(error)
    response = json_answer({"error": str(error)}, error.status)
    if isinstance(error, TooManyFailures):
        response.headers["Retry-After"] = "60"
    return response


def _failure(error: HTTPException) -> Response:
    if _reads_pages():
        return http_error(error)
    return json_answer({"error": error.description}, error.code or 500)


def _reads_pages() -> bool:
    wanted = request.accept_mimetypes
    return wanted["text/html"] > wanted["application/json"]


def readable(methods: set[str]) -> dict[str, str]:
    """Return the headers that let pages of other sites read an answer.

    Args:
        methods: those of its URL.
    """
    headers = {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": ", ".join(sorted(methods)),
        "Access-Control-Max-Age": CORS_AGE,
    }
    wanted = request.headers.get("Access-Control-Request-Headers")
    return headers | ({"Access-Control-Allow-Headers": wanted} if wanted else {})


class Bodies:
    """The bodies of requests.

    Args:
        max_size: largest one, in bytes.
    """

    def __init__(self, max_size: int) -> None:
        self._max_size = max_size

    def object(self) -> "Json":
        """Return the request's body, an object.

        Raises:
            BadRequest, TooLarge: see `json`.
            PatchError: it is something else.
        """
        found = self.json()
        if not isinstance(found, dict):
            raise PatchError("the body must be an object")
        return found

    def json(self) -> Any:
        """Return the body; numbers that JSON lacks are texts, as in what Bokeh 0.10 writes.

        Raises:
            BadRequest: it is no JSON, or it did not arrive whole.
            TooLarge: it is over the limit.
        """
        try:
            return json.loads(self._bytes(), parse_constant=str, parse_int=number)
        except (ValueError, RecursionError) as error:
            raise BadRequest(f"the body is not JSON: {error}") from None

    def form(self) -> dict[str, str]:
        """Return the fields of a form; no more than they need is read.

        Raises:
            BadRequest: it did not arrive whole.
            TooLarge: it is over the limit.
        """
        request.max_content_length = self._max_size
        request.max_form_memory_size = self._max_size
        try:
            return request.form.to_dict()
        except RequestEntityTooLarge:
            raise self._too_large() from None
        except (ClientDisconnected, OSError):
            raise _cut() from None

    def _bytes(self) -> bytes:
        request.max_content_length = self._max_size
        try:
            body = request.get_data(cache=False)
        except RequestEntityTooLarge:
            raise self._too_large() from None
        except (ClientDisconnected, OSError):
            raise _cut() from None
        if len(body) < (request.content_length or 0):
            raise _cut()
        return body

    def _too_large(self) -> TooLarge:
        return TooLarge(f"the body is over the limit of {self._max_size} bytes")


def _cut() -> BadRequest:
    return BadRequest("the body did not arrive whole")


def number(digits: str) -> int | float:
    """Return an integer; those that no JSON of today can hold become floats."""
    return int(digits) if len(digits) < MAX_DIGITS else float(digits)
