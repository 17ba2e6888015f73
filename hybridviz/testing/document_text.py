"""A document as text: what people would read of it, always in the same words.

No ids and no default values; long arrays by their size and range, floats by six digits. Models that
stand in several places are written out in the first one.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from bokeh.core.has_props import HasProps
from bokeh.core.property.singletons import Undefined
from bokeh.core.property.vectorization import Field, Value
from bokeh.document import Document
from bokeh.model import Model
from bokeh.util.dataclasses import Unspecified

LONGEST = 8
"""Items of a sequence that are written out."""
INDENT = "  "


def snapshot(what: Document | Model) -> str:
    """Return a document, or one model with all below it, as readable text.

    It is the same for equal documents, whatever ran before, so that it can be kept and compared.
    """
    writer = _Writer()
    if isinstance(what, Document):
        lines = [f"title: {what.title}"]
        roots: Sequence[Model] = what.roots
    else:
        lines, roots = [], [what]
    for root in roots:
        lines += writer.model(root)
    return "\n".join(lines) + "\n"


def label(model: Any) -> str:
    """Return what people call a model: its name, or else its type."""
    return str(getattr(model, "name", None) or type_name(model))


def type_name(model: Any) -> str:
    """Return the name of a model's type as BokehJS knows it: ``Figure``, not ``figure``."""
    return str(getattr(type(model), "__view_model__", None) or type(model).__name__)


def brief(value: Any) -> str:
    """Return a value on one line."""
    match value:
        case Model():
            return f"{type_name(value)}{f' {value.name!r}' if value.name else ''}"
        case Value() if value.transform is Unspecified:
            return brief(value.value)
        case Field() if value.transform is Unspecified:
            return f"field {value.field!r}"
        case float() | np.floating():
            return _number(float(value))
        case np.ndarray() if value.ndim == 1:
            return _sequence(value.tolist())
        case np.ndarray():
            return f"array of {' x '.join(map(str, value.shape))}"
        case Mapping():
            inner = ", ".join(f"{_key(key)}: {brief(item)}" for key, item in value.items())
            return f"{{{inner}}}"
        case str() | bytes():
            return repr(value)
        case Sequence() | set() | frozenset():
            return _sequence(sorted(value) if isinstance(value, set | frozenset) else list(value))
        case HasProps():
            return _struct(value)
    return repr(value)


def _struct(value: HasProps) -> str:
    inner = ", ".join(f"{name}={brief(item)}" for name, item in _set_values(value))
    return f"{type(value).__name__}({inner})"


def _number(value: float) -> str:
    if not math.isfinite(value):
        return str(value)
    # Adding zero makes 0 of -0, which comes and goes with rounding.
    return f"{round(value, 12) + 0.0:.6g}"


def _sequence(items: list[Any]) -> str:
    if len(items) <= LONGEST:
        return f"[{', '.join(map(brief, items))}]"
    numbers = [item for item in items if isinstance(item, int | float)]
    if len(numbers) == len(items):
        return f"[{len(items)} numbers from {brief(min(items))} to {brief(max(items))}]"
    return f"[{len(items)} items: {brief(items[0])}, ..., {brief(items[-1])}]"


def _key(key: Any) -> str:
    return key if isinstance(key, str) else brief(key)


def _set_values(model: HasProps) -> list[tuple[str, Any]]:
    """Return what is not as it would be by default: values that a browser or a script has set to
    the default are left out.
    """
    values = model.properties_with_values(include_defaults=False).items()
    return sorted((name, value) for name, value in values if not _is_default(model, name, value))


def _is_default(model: HasProps, name: str, value: Any) -> bool:
    if _has_models(value):
        return False
    default = model.lookup(name).class_default(type(model))
    return default is not Undefined and brief(value) == brief(default)


class _Writer:
    """Writes models, each once."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}

    def model(self, model: Model) -> Iterator[str]:
        """Yield the lines of a model."""
        again = id(model) in self._numbers
        number = self._numbers.setdefault(id(model), len(self._numbers) + 1)
        kind = type_name(model)
        if again:
            yield f"{kind}{self._which(model, number)} (above)"
            return
        values = [(name, value) for name, value in _set_values(model) if name != "name"]
        flat = [(name, brief(value)) for name, value in values if not _has_models(value)]
        yield f"{kind}{self._which(model, number)}"
        for name, text in flat:
            yield f"{INDENT}{name}: {text}"
        for name, value in values:
            if _has_models(value):
                yield f"{INDENT}{name}:"
                yield from (f"{INDENT * 2}{line}" for line in self._inside(value))

    def _which(self, model: Model, number: int) -> str:
        return f" {model.name!r}" if model.name else f" #{number}"

    def _inside(self, value: Any) -> Iterator[str]:
        if isinstance(value, Model):
            yield from self.model(value)
        elif isinstance(value, Mapping):
            for key, item in value.items():
                yield f"{_key(key)}:"
                yield from (f"{INDENT}{line}" for line in self._inside(item))
        elif _has_models(value):
            for item in value:
                yield from self._inside(item)
        else:
            yield brief(value)


def _has_models(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_has_models, value.values()))
    if isinstance(value, list | tuple | set):
        return any(map(_has_models, value))
    return isinstance(value, Model)
