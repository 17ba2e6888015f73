"""Every example builds a valid document when it is run as a plain script, without any server."""

import runpy
from pathlib import Path

import pytest
from bokeh.core.validation import check_integrity
from bokeh.document import Document
from bokeh.io.doc import patch_curdoc

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.py"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_builds_a_document(path: Path) -> None:
    document = Document()
    with patch_curdoc(document):
        runpy.run_path(str(path))
    assert document.roots
    assert document.title not in ("", "Bokeh Application")
    issues = check_integrity(document.models)
    assert not issues.error
    assert not issues.warning


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_is_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) < 80


def test_there_are_six_examples() -> None:
    assert len(EXAMPLES) == 6
