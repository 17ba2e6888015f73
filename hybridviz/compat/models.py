"""Bridges to models: old properties read, written and given to constructors; old methods called."""

from collections.abc import Callable
from functools import partial
from inspect import ismethod
from typing import Any

from bokeh.document import Document
from bokeh.model import Model
from bokeh.models import (
    BasicTicker,
    Callback,
    CategoricalScale,
    Circle,
    ColumnDataSource,
    CustomJS,
    FactorRange,
    Grid,
    GridPlot,
    HBox,
    Plot,
    Scatter,
    TabPanel,
    VBox,
)
from bokeh.models.ui import Icon, Panel
from bokeh.models.widgets import Dropdown
from bokeh.plotting import figure

from hybridviz import old_javascript
from hybridviz.compat import callbacks, glyphs, layouts
from hybridviz.compat.made import remember
from hybridviz.compat.properties import (
    DROPPED,
    RENAMED,
    REPLACED,
    get_path,
    has_property,
    set_path,
    translate,
)
from hybridviz.compat.table import REMOVALS

Warn = Callable[[str, str], None]


def bridge_call(function: Any, warn: Warn) -> Any:
    """Return what a script calls in place of a class or method, with old options."""
    if isinstance(function, type) and issubclass(function, Model):
        return partial(make, function, warn)
    if ismethod(function) and isinstance(function.__self__, figure):
        return partial(glyphs.glyph, function, warn)
    if getattr(function, "__module__", None) in OPTIONS_OF:
        return partial(_without_old, function, warn)
    return function


def bridge_value(value: Any, warn: Warn) -> Any:
    """Return what a script asks for old attributes in place of a value."""
    if isinstance(value, Model):
        return Attributes(value, warn)
    if isinstance(value, Document):
        return Roots(value, warn)
    if isinstance(value, list) and value and all(isinstance(item, Model) for item in value):
        return Several(value, warn)
    return value


def make(cls: type[Model], warn: Warn, *args: Any, **options: Any) -> Any:
    """Make a model of today from options of old."""
    if cls is Circle and "radius" not in options:
        warn("Circle without radius", "bokeh.models.Scatter")
        cls = Scatter
    if cls is CustomJS and "module" not in options and old_javascript.is_old(options.get("code")):
        warn("get, set and trigger in JavaScript", "model.property, and source.change.emit()")
        options["code"] = old_javascript.modernised(options["code"])
    if (meant := _meant(cls, args, options)) is not None:
        warn(
            f"{cls.__name__} of old", f"bokeh.{'models' if meant in MODELS else 'layouts'}.{meant}"
        )
        return OLD_FORMS[meant](*args, **options)
    if issubclass(cls, Plot) and not issubclass(cls, figure):
        options = {**_scales(options), **options}
    if cls is ColumnDataSource and args:
        options, args = {"data": args[0], **options}, ()
    todays: dict[str, Any] = {}
    steps: list[Callable[[Model], None]] = []
    for name, value in options.items():
        properties, further = translate(cls, name, value, warn)
        todays.update(properties)
        steps += further
    model = cls(*args, **todays)
    for step in steps:
        step(model)
    if isinstance(model, figure):
        remember(model)
    return model


def _scales(options: dict[str, Any]) -> dict[str, Any]:
    """Return the scales that a plot's ranges need; once they followed by themselves."""
    return {
        f"{axis}_scale": CategoricalScale()
        for axis in ("x", "y")
        if isinstance(options.get(f"{axis}_range"), FactorRange)
    }


OLD_FORMS: dict[str, Callable[..., Any]] = {
    "column": layouts.vplot,
    "row": layouts.hplot,
    "gridplot": layouts.gridplot,
    "TabPanel": TabPanel,
    "CustomJS": CustomJS,
    "TablerIcon": layouts.Icon,
}
MODELS = ("TabPanel", "CustomJS", "TablerIcon")


def _meant(cls: type[Model], args: tuple[Any, ...], options: dict[str, Any]) -> str | None:
    """Return what a class of another meaning today stood for, if it is called in the old form."""
    children = list(args) or options.get("children") or []
    if cls is Panel and "child" in options:
        return "TabPanel"
    if cls is Callback and "code" in options:
        return "CustomJS"
    if cls is Icon:
        return "TablerIcon"
    if cls in (HBox, VBox) and all(isinstance(child, Model) for child in children):
        return "row" if cls is HBox else "column"
    if cls is GridPlot and children and all(isinstance(line, list) for line in children):
        return "gridplot"
    return None


class Attributes:
    """A model's attributes, old ones among them.

    Args:
        model: the model.
        warn: called with an old name and its modern spelling.
    """

    def __init__(self, model: Model, warn: Warn) -> None:
        object.__setattr__(self, "_bridge", (model, warn))

    def __getattr__(self, name: str) -> Any:
        model, warn = object.__getattribute__(self, "_bridge")
        if isinstance(model, figure) and name in glyphs.METHODS:
            return glyphs.method(model, name, warn)
        if name == "ticker" and isinstance(model, Grid) and model.ticker is None:
            model.ticker = BasicTicker()
        if name == "on_change":
            return partial(callbacks.on_change, model, warn)
        if name == "on_click" and isinstance(model, Dropdown):
            return partial(callbacks.on_item, model, warn)
        if name == "js_on_click" and not hasattr(model, name):
            warn("js_on_click", "js_on_change('active', callback)")
            return partial(model.js_on_change, "active")
        if name == "on_click" and not hasattr(model, name):
            return partial(callbacks.on_active, model, warn)
        if name == "callback" and not hasattr(model, name):
            listening = {**model.js_property_callbacks, **model.js_event_callbacks}
            return next((found[0] for found in listening.values()), None)
        if name in DROPPED and not hasattr(model, name):
            warn(name, f"nothing: {DROPPED[name]}")
            return []
        path = RENAMED.get(name)
        if path and not hasattr(model, name) and has_property(type(model), path.split(".")[0]):
            warn(name, path)
            return get_path(path, model)
        return getattr(model, name)

    def __setattr__(self, name: str, value: Any) -> None:
        model, warn = object.__getattribute__(self, "_bridge")
        if not has_property(type(model), name) and hasattr(type(model), name):
            setattr(model, name, value)  # such as toolbar_location, and what a subclass defines
            return
        properties, steps = translate(type(model), name, value, warn)
        for path, today in properties.items():
            set_path(path, today, model)
        for step in steps:
            step(model)


class Several:
    """The attributes of several models at once, as of ``p.axis`` or of what ``p.select`` finds.

    Args:
        models: the models, in the list that Bokeh has made of them.
        warn: see `Attributes`.
    """

    def __init__(self, models: list[Model], warn: Warn) -> None:
        object.__setattr__(self, "_bridge", (models, warn))

    def __getattr__(self, name: str) -> Any:
        models, warn = object.__getattribute__(self, "_bridge")
        if hasattr(models, name) or name not in {*RENAMED, *REPLACED, *DROPPED}:
            return getattr(models, name)
        return getattr(Attributes(models[0], warn), name)

    def __setattr__(self, name: str, value: Any) -> None:
        models, warn = object.__getattribute__(self, "_bridge")
        for model in models:
            setattr(Attributes(model, warn), name, value)


class Roots:
    """A document with the old name of ``add_root``.

    Args:
        document: the document.
        warn: see `Attributes`.
    """

    def __init__(self, document: Document, warn: Warn) -> None:
        object.__setattr__(self, "_bridge", (document, warn))

    def __getattr__(self, name: str) -> Any:
        document, warn = object.__getattribute__(self, "_bridge")
        if name == "context":
            return document
        if name in REMOVALS:
            return partial(callbacks.remove, document, getattr(document, name))
        if name != "add":
            return getattr(document, name)
        warn("document.add", "document.add_root")
        return lambda *models: [document.add_root(model) for model in models] and None

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(object.__getattribute__(self, "_bridge")[0], name, value)


OPTIONS_OF = ("bokeh.io.output", "bokeh.io.saving", "bokeh.layouts")
"""Modules whose functions had further options."""
FUNCTION_OPTIONS = {"plot_width": "width", "plot_height": "height"}


def _without_old(function: Callable[..., Any], warn: Warn, *args: Any, **options: Any) -> Any:
    for name in [*options]:
        if name in FUNCTION_OPTIONS:
            warn(name, FUNCTION_OPTIONS[name])
            options[FUNCTION_OPTIONS[name]] = options.pop(name)
        elif name in ("autosave", "responsive", "validate"):
            warn(name, "nothing")
            del options[name]
    return function(*args, **options)
