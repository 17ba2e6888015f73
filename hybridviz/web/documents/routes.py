"""The URLs below ``/api``, in one table that their description is made of too."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Response, render_template

from hybridviz.web.documents.feed import Feed
from hybridviz.web.documents.openapi import Operation, described
from hybridviz.web.documents.problems import tells_problems
from hybridviz.web.documents.sources import ModelViews
from hybridviz.web.documents.views import DocumentViews, answer

DOCUMENTS = "/api/documents"
DOCUMENT = f"{DOCUMENTS}/<path:ident>"
MODEL = f"{DOCUMENT}/models/<model>"
DATA = f"{MODEL}/data"


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one URL."""

    method: str
    rule: str
    view: Callable[..., Response]
    operation: Operation


def routes(documents: DocumentViews) -> list[Route]:
    """Return all routes of the REST interface."""
    models, feed = ModelViews(documents), Feed(documents)
    table: list[tuple[str, str, Callable[..., Response], Operation]] = [
        ("GET", DOCUMENTS, documents.list, Operation("List uploaded documents", "list")),
        ("GET", DOCUMENT, documents.get, Operation("Read a document", "document")),
        ("PUT", DOCUMENT, documents.put, Operation("Upload a document", "entry", "document")),
        ("PATCH", DOCUMENT, documents.patch, Operation("Change a document", "", "changes")),
        ("DELETE", DOCUMENT, documents.delete, Operation("Remove a document")),
        ("GET", f"{DOCUMENT}/events", feed.view, Operation("Follow its changes", "events")),
        ("GET", f"{DOCUMENT}/models", models.list, Operation("List its models", "models")),
        ("GET", MODEL, models.get, Operation("Read a model", "model")),
        ("PATCH", MODEL, models.patch, Operation("Change a model", "", "properties")),
        ("GET", DATA, models.columns, Operation("Read a source's columns", "columns")),
        ("PUT", DATA, models.replace, Operation("Replace them", "", "columns")),
        ("POST", DATA, models.append, Operation("Append rows", "", "columns", rollover=True)),
        ("PATCH", DATA, models.patch_columns, Operation("Replace values", "", "patches")),
    ]
    return [Route(*row) for row in table]


def add_routes(blueprint: Blueprint, documents: DocumentViews) -> None:
    """Add the REST interface and its description."""
    table = routes(documents)
    for number, route in enumerate(table):
        blueprint.add_url_rule(
            route.rule,
            f"rest{number}",
            tells_problems(route.view),
            methods=[route.method],
            provide_automatic_options=False,
        )
    description = described((route.method, route.rule, route.operation) for route in table)
    blueprint.add_url_rule("/api/openapi.json", "openapi", lambda: answer(description))
    page = "hybridviz/api.html"
    blueprint.add_url_rule(
        "/api", "api", lambda: render_template(page, api=description), strict_slashes=False
    )
