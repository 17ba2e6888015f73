"""Signatures of the constructors of Bokeh's models, made when somebody looks at one.

Bokeh makes all of them while it is imported, half a thousand with a default and a text for each
property: a third of the time that importing it takes, and 3 MB. Editors and ``help`` look at them,
servers never.
"""

from collections.abc import Callable
from functools import wraps
from inspect import Signature
from typing import Any

from bokeh.model import Model, docs


class LaterSignature(Signature):
    """The signature of a model's constructor. Its slots are empty until one is read."""

    __slots__ = ("_model",)
    _model: type[Model]

    @classmethod
    def of(cls, model: type[Model]) -> "LaterSignature":
        """Return the signature for a class of models."""
        made = cls.__new__(cls)
        made._model = model
        return made

    def __getattr__(self, name: str) -> Any:
        """Fill the slots; Python asks only for what is not there yet."""
        if name not in Signature.__slots__:
            raise AttributeError(name)
        super().__init__([part[0] for part in self._model.parameters()])
        return getattr(self, name)


def making_classes(original: Callable[[Any], None]) -> Callable[[Any], None]:
    """Return the equal of ``Model.__init_subclass__``."""

    @wraps(original)
    def __init_subclass__(cls: Any) -> None:
        if not cls.__module__.startswith("bokeh.models") or "__init__" not in vars(cls):
            original(cls)
            return
        super(Model, cls).__init_subclass__()
        cls.__init__.__signature__ = LaterSignature.of(cls)
        docs.process_example(cls)

    return __init_subclass__
