"""Small programs on models, and what can be seen of them: run with Bokeh's own functions and with
ours they must look the same, ids included.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import bokeh.util.serialization
from bokeh.core.serialization import Serializer
from bokeh.core.validation.check import check_integrity
from bokeh.document import Document
from bokeh.model import Model, collect_models

from hybridviz import accel
from tests.accel.models import SHARED


def both(program: Callable[[], Any]) -> tuple[Any, Any]:
    """Run a program with Bokeh's own functions and with ours; return what each has returned."""
    accel.uninstall()
    own = _afresh(program)
    accel.install()
    try:
        return own, _afresh(program)
    finally:
        accel.uninstall()


def _afresh(program: Callable[[], Any]) -> Any:
    bokeh.util.serialization._simple_id = 100_000
    for model in SHARED:
        model._document = None
        model.unapply_theme()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Bokeh warns of what the programs do on purpose
        return program()


def outcome(call: Callable[[], Any]) -> Any:
    """Return what a call returns or raises, in a form that can be compared."""
    try:
        return seen(call())
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def seen(value: Any) -> Any:
    """Return a value in a form that can be compared; types count."""
    if isinstance(value, dict):
        entries = [(seen(key), seen(entry)) for key, entry in value.items()]
        return type(value).__name__, entries
    if isinstance(value, set | frozenset):
        return type(value).__name__, sorted(map(repr, map(seen, value)))
    if isinstance(value, list | tuple):
        return type(value).__name__, [seen(entry) for entry in value]
    return type(value).__name__, repr(value)


@dataclass
class World:
    """What a program works on, and its diary.

    Attributes:
        models: the models that it has made.
        diary: what could be seen at each step.
    """

    document: Document = field(default_factory=Document)
    models: list[Model] = field(default_factory=list)
    diary: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.events: list[Any] = []
        self.document.on_change(self._note)

    def _note(self, event: Any) -> None:
        rep = outcome(lambda: Serializer(deferred=False).encode(event))
        self.events.append((type(event).__name__, rep))

    def do(self, step: Callable[["World"], Any]) -> None:
        """Take one step and write down all that can be seen afterwards."""
        self.events.clear()
        result = outcome(lambda: step(self))
        self.diary.append((result, sorted(map(repr, self.events))))

    def look(self) -> None:
        """Write down the whole state: each model's JSON, references and values."""
        self.diary += [look_at(model) for model in self.models]
        self.diary.append(outcome(lambda: self.document.to_json(deferred=False)))
        self.diary.append(outcome(lambda: sorted(model.id for model in self.document.models)))


def look_at(model: Model) -> list[Any]:
    """Return all that can be seen of a model."""
    encode = lambda: Serializer(deferred=False).encode(model)  # noqa: E731
    return [
        outcome(encode),
        outcome(encode),  # encoding may make defaults: that is seen the second time
        outcome(lambda: collect_models(model)),
        outcome(lambda: model.properties_with_values(include_defaults=False)),
        outcome(
            lambda: model.properties_with_values(include_defaults=False, include_undefined=True)
        ),
        outcome(lambda: [seen(vars(issue)) for issue in check_integrity([model]).warning]),
        *(outcome(lambda name=name: getattr(model, name)) for name in model.properties()),
        outcome(lambda: model.properties_with_values()),
        outcome(encode),
    ]


def run(steps: Sequence[Callable[[World], Any]]) -> list[Any]:
    """Run a program and return its diary."""
    world = World()
    for step in steps:
        world.do(step)
    world.look()
    return world.diary
