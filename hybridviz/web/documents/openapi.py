"""The description of the REST interface in the form of OpenAPI 3.1, made of its table of routes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from hybridviz.core.tables import ARROW, CSV, JSON
from hybridviz.web.documents.problems import PROBLEM

Json = dict[str, Any]

VERSION = "1"
"""Of the interface; it changes when clients must."""


@dataclass(frozen=True, slots=True)
class Operation:
    """What one route does.

    Attributes:
        summary: for people.
        gives: name of the content of its answer in `CONTENTS`; empty if it has none.
        takes: name of the content of its request; empty if it has none.
        rollover: whether it takes the argument ``rollover``.
    """

    summary: str
    gives: str = ""
    takes: str = ""
    rollover: bool = False


_TEXT: Json = {"type": "string"}
_NUMBER: Json = {"type": "number"}
_ENTRY: Json = {
    "type": "object",
    "required": ["id", "title", "version", "size", "created", "updated"],
    "properties": {
        "id": _TEXT,
        "title": _TEXT,
        "version": {"type": "integer"},
        "size": {"type": "integer", "description": "of the document, in bytes"},
        "created": {**_NUMBER, "description": "Unix time in seconds"},
        "updated": {**_NUMBER, "description": "Unix time in seconds"},
    },
}
_DOCUMENT: Json = {
    "type": "object",
    "description": "a document as Bokeh's Document.to_json writes it",
    "required": ["roots"],
    "properties": {
        "roots": {"type": "array", "items": {"type": "object"}},
        "title": _TEXT,
        "version": _TEXT,
    },
}
_PROPERTIES: Json = {
    "type": "object",
    "description": "values by the names of properties, as in Bokeh's patches",
    "additionalProperties": True,
}
_MODEL: Json = {
    "type": "object",
    "required": ["id", "type", "name"],
    "properties": {"id": _TEXT, "type": _TEXT, "name": {"type": ["string", "null"]}},
}
_COLUMNS: Json = {
    "oneOf": [
        {
            "type": "object",
            "description": "columns",
            "additionalProperties": {"type": ["array", "object"]},
        },
        {"type": "array", "description": "rows", "items": {"type": "object"}},
    ]
}
_PATCHES: Json = {
    "type": "object",
    "description": "by column, pairs of an index, or [start, stop, step], and what goes there",
    "additionalProperties": {
        "type": "array",
        "items": {"type": "array", "minItems": 2, "maxItems": 2},
    },
}
_CHANGES: Json = {
    "type": "object",
    "properties": {
        "title": _TEXT,
        "models": {"type": "object", "additionalProperties": _PROPERTIES},
    },
    "additionalProperties": False,
}


def _object(name: str, item: Json) -> Json:
    return {"type": "object", "properties": {name: {"type": "array", "items": item}}}


CONTENTS: dict[str, Json] = {
    "list": {JSON: {"schema": _object("documents", _ENTRY)}},
    "entry": {JSON: {"schema": _ENTRY}},
    "document": {JSON: {"schema": _DOCUMENT}},
    "models": {JSON: {"schema": _object("models", _MODEL)}},
    "model": {JSON: {"schema": _MODEL}},
    "properties": {JSON: {"schema": _PROPERTIES}},
    "changes": {JSON: {"schema": _CHANGES}},
    "patches": {JSON: {"schema": _PATCHES}},
    "columns": {
        JSON: {"schema": _COLUMNS},
        CSV: {"schema": _TEXT},
        ARROW: {"schema": {"type": "string", "format": "binary"}},
    },
    "events": {"text/event-stream": {"schema": _TEXT}},
}
FAILURES = {
    "GET": (400, 401, 404, 409, 412, 415, 422, 429, 503),
    "PUT": (400, 401, 404, 409, 412, 413, 415, 422, 429, 503, 507),
    "POST": (400, 401, 404, 409, 412, 413, 415, 422, 429, 503, 507),
    "PATCH": (400, 401, 404, 409, 412, 413, 415, 422, 429, 503, 507),
    "DELETE": (400, 401, 404, 409, 412, 429, 503),
}


def described(routes: Iterable[tuple[str, str, Operation]]) -> Json:
    """Return the description of routes, each a method, a rule of Flask's and an operation."""
    paths: dict[str, Json] = {}
    for method, rule, operation in routes:
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)
        paths.setdefault(path, {})[method.lower()] = _operation(method, path, operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "hybridviz documents", "version": VERSION},
        "paths": paths,
        "components": {
            "securitySchemes": {"uploadToken": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Problem": _PROBLEM},
        },
    }


_PROBLEM: Json = {
    "type": "object",
    "required": ["title", "status", "detail"],
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "model": _TEXT,
        "property": _TEXT,
    },
}


def _operation(method: str, path: str, operation: Operation) -> Json:
    found: Json = {
        "summary": operation.summary,
        "parameters": list(_parameters(method, path, operation)),
        "responses": _responses(method, operation),
        "security": [{}, {"uploadToken": []}],
    }
    if operation.takes:
        found["requestBody"] = {"required": True, "content": CONTENTS[operation.takes]}
    return found


def _parameters(method: str, path: str, operation: Operation) -> Iterable[Json]:
    for name in re.findall(r"{(\w+)}", path):
        yield {"name": name, "in": "path", "required": True, "schema": {**_TEXT, "minLength": 1}}
    if operation.rollover:
        count = {"type": "integer", "minimum": 0}
        yield {"name": "rollover", "in": "query", "schema": count}
    if method != "GET":
        yield {"name": "If-Match", "in": "header", "schema": {**_TEXT, "examples": ['"12"']}}


def _responses(method: str, operation: Operation) -> Json:
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    found: Json = {
        str(status): {"description": "a problem", "content": {PROBLEM: problem}}
        for status in FAILURES[method]
    }
    if operation.gives:
        found["200"] = {"description": "done", "content": CONTENTS[operation.gives]}
    else:
        found["204"] = {"description": "done"}
    if operation.gives == "entry":
        found["201"] = {"description": "new", "content": CONTENTS["entry"]}
    return found
