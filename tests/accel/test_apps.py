"""Whole apps: what they make is the same, the document's JSON to the last character."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bokeh.core.serialization import Serializer
from bokeh.document import Document

from hybridviz.appload.script import ScriptApp
from tests.accel.programs import both

ROOT = Path(__file__).parent.parent.parent
APPS = sorted([*ROOT.glob("examples/*.py"), *ROOT.glob("benchmarks/apps/*.py")])


def made(app: Path, theme: str | None) -> Any:
    """Run an app and return its document."""
    np.random.seed(1)
    document = Document()
    document.theme = theme
    ScriptApp(app).run(document)
    return document


def content(document: Document) -> Any:
    """Return all that a document says; a second time, as that may make defaults."""
    serialize = Serializer(deferred=False).encode
    return [
        document.to_json(deferred=False),
        document.to_json(deferred=False),
        [sorted(model.id for model in root.references()) for root in document.roots],
        [
            serialize(model.properties_with_values())
            for model in sorted(document.models, key=lambda model: model.id)
        ],
    ]


@pytest.mark.parametrize("theme", [None, "dark_minimal"])
@pytest.mark.parametrize("app", APPS, ids=lambda path: path.stem)
def test_an_app_makes_the_same_document(app: Path, theme: str | None) -> None:
    own, ours = both(lambda: content(made(app, theme)))
    assert ours[0] == own[0] and ours == own and ours[0]["roots"]


def test_a_document_is_read_from_json_in_the_same_way() -> None:
    json = made(ROOT / "benchmarks" / "apps" / "dashboard.py", None).to_json(deferred=False)
    own, ours = both(lambda: content(Document.from_json(json)))
    assert ours == own
