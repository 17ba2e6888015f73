"""Classes of models that do what apps may do to Bokeh's: override defaults, bring properties of
their own, leave some required, replace how attributes are found.
"""

from typing import Any

from bokeh.core.has_props import HasProps
from bokeh.core.properties import (
    Alias,
    Bool,
    Dict,
    Either,
    Float,
    Instance,
    InstanceDefault,
    Int,
    List,
    NotSerialized,
    Nullable,
    NumberSpec,
    Override,
    Readonly,
    Required,
    Set,
    String,
    Tuple,
    field,
    value,
)
from bokeh.core.properties import (
    Any as AnyValue,
)
from bokeh.core.property.bases import Property
from bokeh.model import DataModel, Model
from bokeh.models import Jitter, Range1d, Slider

RANGE = Range1d(start=3, end=4)
JITTER = Jitter(width=0.5)
SHARED = (RANGE, JITTER)
"""Models that are part of defaults, so that all objects of a class share them."""


class Loud(Property[Any]):
    """A user's property that changes and refuses what it is given."""

    def validate(self, value: Any, detail: bool = True) -> None:
        if value == "refused":
            raise ValueError("refused")

    def transform(self, value: Any) -> Any:
        return f"<{value}>" if isinstance(value, str) else value


class Restless(Property[Any]):
    """A user's property that says of itself that its default changes."""

    def _may_have_unstable_default(self) -> bool:
        return True


class Part(HasProps):
    """Has properties, but is no model."""

    numbers = List(Int, default=[1])
    inner = Instance(Model)


class Everything(Model):
    numbers = List(Int)
    filled = List(Int, default=[1, 2])
    nested = List(List(Int), default=[[1], []])
    made = List(Int, default=lambda: [7])
    referring = List(Instance(Range1d), default=[RANGE])
    maybe = Nullable(List(String))
    maybe_filled = Nullable(List(String), default=["a"])
    mapping = Dict(String, Int)
    mapping_filled = Dict(String, AnyValue, default={"a": 1, "b": [2]})
    names = Set(String, default={"x"})
    pair = Tuple(Int, String, default=(1, "a"))
    mixed = Either(Int, List(Int), default=[])
    child = Instance(Range1d, default=InstanceDefault(Range1d, start=1))
    child_made = Instance(Range1d, default=lambda: Range1d(end=9))
    child_maybe = Nullable(Instance(Model))
    size = NumberSpec(default=field("size"))
    wobbly = NumberSpec(default=value(1, transform=JITTER))
    loud = Loud(default="loud")
    restless = Restless(default=5)
    converted = Float(default="12").accepts(String, lambda text: float(text))  # type: ignore[arg-type]
    count = Int(default=3)
    other_count = Alias("count")
    fixed = Readonly(Int, default=4)
    hidden = NotSerialized(List(Int, default=[5]))
    anything = AnyValue(default=(1, 2))


class Overriding(Everything):
    numbers = Override(default=[4])
    filled = Override(default=[])
    made = Override(default=[8])
    mapping = Override(default=lambda: {"made": 1})
    pair = Override(default=(2, "b"))
    child = Override(default=InstanceDefault(Range1d, start=2))
    child_maybe = Override(default=lambda: Range1d(start=5))
    size = Override(default=6)
    count = Override(default=7)
    loud = Override(default="louder")


class Deeper(Overriding):
    count = Override(default=8)
    more = Bool(default=True)


class Demanding(Model):
    needed = Required(Int)
    needed_list = Required(List(Int))
    numbers = List(Int)


class Wrong(Model):
    count = Int(default="not a number")  # type: ignore[arg-type]
    numbers = List(Int)


class WrongList(Model):
    numbers = List(Int, default=["not a number"])  # type: ignore[list-item]


class Shadowing(Slider):
    @property
    def title(self) -> str:  # type: ignore[override]
        return "always"


class Asking(Model):
    numbers = List(Int)
    count = Int(default=1)

    def __getattr__(self, name: str) -> Any:
        return 42 if name == "answer" else super().__getattr__(name)


class Refusing(Model):
    numbers = List(Int, default=[1])
    count = Int(default=1)

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, 0 if name == "count" else value)


class Asserting(Model):
    low = Int(default=0).asserts(lambda obj, value: value >= 0, "low must not be negative")
    rows = List(Int).asserts(lambda obj, rows: len(rows) < 3, "too many rows")


class Record(DataModel):
    numbers = List(Int, default=[1])
    name_of = String(default="record")


OWN: tuple[type[Model], ...] = (
    Everything,
    Overriding,
    Deeper,
    Demanding,
    Wrong,
    WrongList,
    Shadowing,
    Asking,
    Refusing,
    Asserting,
    Record,
)
