"""Signatures of models' constructors that are made later are those that Bokeh makes at once."""

import copy
import inspect
import json
import pickle
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from bokeh.model import Model
from bokeh.models import Slider

from hybridviz.accel.signatures import LaterSignature, making_classes

ROOT = Path(__file__).parent.parent.parent
ACCELERATED = "from hybridviz import accel\naccel.install()\n"
TELL = """
import inspect, json
import bokeh.models
from bokeh.model import Model
from bokeh.plotting import figure
models = {name: model for name, model in vars(bokeh.models).items()
          if isinstance(model, type) and issubclass(model, Model) and model is not Model}
kinds = {type(model.__init__.__signature__).__name__ for model in models.values()}
texts = {name: [str(inspect.signature(model.__init__)), model.__doc__]
         for name, model in models.items()}
texts["circle"] = [str(inspect.signature(figure.circle)), figure.circle.__doc__]
print(json.dumps([sorted(kinds), texts]))
"""


def told(code: str) -> Any:
    """Return what a fresh process tells: classes of signatures, and signatures with docstrings."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    return json.loads(re.sub(" at 0x[0-9a-f]+", "", done.stdout))  # of functions


def test_all_signatures_and_docstrings_are_bokehs() -> None:
    kinds, texts = told(TELL)
    our_kinds, our_texts = told(ACCELERATED + TELL)
    assert (kinds, our_kinds) == (["Signature"], ["LaterSignature"])
    assert len(texts) > 300 and our_texts == texts


@pytest.mark.parametrize(
    "use",
    [
        lambda later: later,
        copy.copy,
        lambda later: later.replace(),
        lambda later: pickle.loads(pickle.dumps(later)),
    ],
)
def test_it_is_used_as_any_signature(use: Any) -> None:
    made: inspect.Signature = vars(Slider.__init__)["__signature__"]
    used = use(LaterSignature.of(Slider))
    assert used == made and str(used) == str(made)
    assert list(used.parameters) == list(made.parameters)
    assert used.return_annotation is inspect.Signature.empty


def test_it_has_no_other_attributes() -> None:
    with pytest.raises(AttributeError, match="colour"):
        _ = LaterSignature.of(Slider).colour  # type: ignore[attr-defined]


def test_models_of_apps_are_left_to_bokeh() -> None:
    seen: list[type] = []

    class Mine(Model): ...

    making_classes(seen.append)(Mine)
    assert seen == [Mine] and "__signature__" not in vars(Mine.__init__)
