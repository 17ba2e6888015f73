"""Functions as apps."""

import sys
from functools import partial

import pytest
from bokeh.document import Document
from bokeh.io import curdoc

from hybridviz.appload.app import App
from hybridviz.appload.function import FunctionApp
from hybridviz.errors import AppLoadError


def test_it_is_called_with_its_document() -> None:
    calls = []
    app: App = FunctionApp(
        lambda document: calls.append((document, curdoc(), sys.argv[1:])), "/f", ["a"]
    )
    document = Document()
    app.run(document)
    assert calls == [(document, document, ["a"])]
    assert not app.refresh()


def broken(document: Document) -> None:
    int("three")


def test_its_error_names_file_and_line() -> None:
    with pytest.raises(AppLoadError) as caught:
        FunctionApp(broken, "/f").run(Document())
    assert caught.value.filename == __file__
    assert caught.value.line == broken.__code__.co_firstlineno + 1


def test_the_error_of_a_callable_without_a_file_has_its_reason() -> None:
    with pytest.raises(AppLoadError) as caught:
        FunctionApp(partial(int, "x"), "/f").run(Document())
    assert caught.value.reason.startswith("TypeError")
    assert caught.value.filename is None
