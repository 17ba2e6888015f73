"""Notebooks as apps."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bokeh.document import Document

from hybridviz.appload.notebook import code_cells
from hybridviz.appload.script import ScriptApp
from hybridviz.errors import AppLoadError

Write = Callable[[str, str], Path]


def notebook(*codes: str | list[str], **metadata: Any) -> str:
    cells = [{"cell_type": "code", "source": code} for code in codes]
    text = {"cell_type": "markdown", "source": "# Title"}
    return json.dumps({"nbformat": 4, "metadata": metadata, "cells": [text, *cells]})


def test_code_cells_are_numbered_over_all_cells() -> None:
    assert code_cells(notebook("x = 1", ["y = 2\n", "z = 3"])) == [
        (2, "x = 1"),
        (3, "y = 2\nz = 3"),
    ]


def test_notebooks_of_format_3_are_read() -> None:
    cells = [{"cell_type": "code", "input": ["x = 1"]}]
    text = json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}]})
    assert code_cells(text) == [(1, "x = 1")]


@pytest.mark.parametrize(
    ("code", "plain"),
    [
        ("%matplotlib inline\nx = 1\n", "pass\nx = 1\n"),
        ("if True:\n    !ls\n", "if True:\n    pass\n"),
        ("len?\nx = 1", "pass\nx = 1"),
        ("%%bash\nls", ""),
        ("x = '''\n%s\n''' % 3", "x = '''\n%s\n''' % 3"),
    ],
)
def test_magics_are_left_out(code: str, plain: str) -> None:
    assert code_cells(notebook(code)) == [(2, plain)]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"cells": 3}', '{"worksheets": []}'])
def test_what_is_no_notebook_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no notebook of nbformat 3 or 4"):
        code_cells(text)


def test_other_languages_are_refused() -> None:
    with pytest.raises(ValueError, match="a notebook of julia"):
        code_cells(notebook("x", kernelspec={"language": "julia"}))


def test_cells_share_a_module(write: Write) -> None:
    cells = (
        "from bokeh.io import curdoc\ntitle = 'from a notebook'",
        "%time\ncurdoc().title = title",
    )
    app = ScriptApp(write("book.ipynb", notebook(*cells)))
    document = Document()
    app.run(document)
    assert app.route == "/book" and document.title == "from a notebook"


def test_error_names_cell_and_line_and_shows_the_code(write: Write) -> None:
    app = ScriptApp(write("book.ipynb", notebook("x = 1", "y = 2\nx / 0")))
    with pytest.raises(AppLoadError) as caught:
        app.run(Document())
    assert str(caught.value.filename).endswith("book.ipynb, cell 3") and caught.value.line == 2
    assert "x / 0" in caught.value.traceback


def test_broken_notebook_says_so(write: Write) -> None:
    app = ScriptApp(write("book.ipynb", "not json"))
    problem = app.problem()
    assert problem is not None and "no notebook" in problem.reason and problem.line is None
    with pytest.raises(AppLoadError, match="no notebook"):
        app.run(Document())
