"""Old scripts, executed as ``hybridviz run`` and the app loader execute them."""

import ast
import textwrap
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from bokeh.document import Document

from hybridviz.bokeh_internals import curdoc_of, make_curdoc_local
from hybridviz.compat import OldNames, OldNameWarning

Execute = Callable[..., dict[str, Any]]


@pytest.fixture
def document() -> Document:
    """What is ``curdoc()`` of the scripts that ``execute`` executes."""
    return Document()


@pytest.fixture
def execute(document: Document) -> Execute:
    """Execute a script with the old names; return its variables, and what was said as ``told``."""

    def call(source: str, names: OldNames | None = None) -> dict[str, Any]:
        names = names or OldNames()
        namespace: dict[str, Any] = {"__name__": "tests.compat.script"}
        names.add_to(namespace)
        code = names.compile(ast.parse(textwrap.dedent(source)), "script.py")
        make_curdoc_local()
        with warnings.catch_warnings(record=True) as told, curdoc_of(document):
            warnings.simplefilter("always", OldNameWarning)
            exec(code, namespace)
        namespace["told"] = [f"{item.lineno}: {item.message}" for item in told]
        return namespace

    return call
